/** The grammar of text lists: lines in, entries out. */
import type { Entry, Header } from "../core/entry.ts";
import { maxLineLength } from "./lines.ts";

/** A list of nonsense shall not fill the memory with what was already said about it. */
const maxWarnings = 1000;

/** Options that become request headers. */
const headerOptions: ReadonlySet<string> = new Set(["header", "referer", "user-agent"]);

type Draft = { -readonly [Key in keyof Entry]: Entry[Key] };

export type TextEntries = {
	/** Takes the next line; `cut` when it is only the beginning of one that is too long. */
	line(raw: string, cut: boolean): void;
	/** The entries that are complete: all but the last one, as options may follow it. */
	takeComplete(): readonly Entry[];
	/** The last one too: options that still come are too late. */
	takeAll(): readonly Entry[];
};

export function textEntries(options: { readonly list?: string; warn(message: string): void }): TextEntries {
	const { list } = options;
	const warned = new Set<string>();
	let lineNumber = 0;
	let drafts: Draft[] = [];
	let tookLast = false;

	/** @param subject what is warned of only once */
	function warn(subject: string, message: string): void {
		if (warned.has(subject) || warned.size >= maxWarnings) return;
		warned.add(subject);
		options.warn(`${list === undefined ? "" : `${list}: `}line ${lineNumber}: ${message}`);
	}

	function addEntry(urls: Entry["urls"]): void {
		drafts.push(list === undefined ? { line: lineNumber, urls } : { line: lineNumber, list, urls });
		tookLast = false;
	}

	function addOption(name: string, value: string): void {
		const draft = drafts.at(-1);
		if (draft !== undefined) {
			const complaint = setOption(draft, name, value);
			if (complaint !== undefined) warn(`option ${name}`, complaint);
		} else if (tookLast) warn("late", `"${name}" comes too late: the entry above was already started`);
		else warn("early", `"${name}" stands before the first entry and is passed over`);
	}

	return {
		line(raw, cut) {
			lineNumber++;
			const text = raw.trim();
			if (text === "" || text.startsWith("#")) return;
			const option = startsIndented(raw) ? /^([a-z][a-z-]*)=(.*)$/s.exec(text) : null;
			if (option !== null && cut) warn("long", `an option of more than ${maxLineLength} characters is passed over`);
			else if (option !== null) addOption(option[1] ?? "", (option[2] ?? "").trim());
			else if (cut) addEntry([unusableUrl(text)]);
			else addEntry(text.includes("\t") ? splitMirrors(text) : [text]);
		},
		takeComplete() {
			const last = drafts.pop();
			const complete = drafts;
			drafts = last === undefined ? [] : [last];
			return complete;
		},
		takeAll() {
			const all = drafts;
			drafts = [];
			if (all.length > 0) tookLast = true;
			return all;
		},
	};
}

function startsIndented(raw: string): boolean {
	return raw.startsWith(" ") || raw.startsWith("\t");
}

/** A beginning of a URL could be another URL that exists: this is none, so the entry fails as `invalid_url`. */
function unusableUrl(beginning: string): string {
	return `(a line of more than ${maxLineLength} characters) ${beginning}`;
}

/** The mirrors on a line that is not blank. */
function splitMirrors(text: string): Entry["urls"] {
	const [first = text, ...others] = text
		.split("\t")
		.map((url) => url.trim())
		.filter((url) => url !== "");
	return [first, ...others];
}

/** Sets an option of aria2's input files; of those that cannot be given twice the last one counts.
 *  @returns a complaint when there is no such option or its value makes no sense */
function setOption(draft: Draft, name: string, value: string): string | undefined {
	if (name === "out" || name === "dir" || name === "checksum") {
		draft[name] = value;
		return undefined;
	}
	const header = readHeader(name, value);
	if (header === undefined) {
		return headerOptions.has(name)
			? `"${name}" is passed over: it makes no header that HTTP can carry ("Name: value")`
			: `unknown option "${name}" is passed over`;
	}
	draft.headers = [...(draft.headers ?? []), header];
	return undefined;
}

function readHeader(name: string, value: string): Header | undefined {
	if (name === "referer") return validHeader("Referer", value);
	if (name === "user-agent") return validHeader("User-Agent", value);
	const colon = name === "header" ? value.indexOf(":") : -1;
	return colon > 0 ? validHeader(value.slice(0, colon).trim(), value.slice(colon + 1).trim()) : undefined;
}

/** Only what HTTP can carry (RFC 9110, 5.1 and 5.5): one bad line shall not fail every attempt at its entry. */
function validHeader(name: string, value: string): Header | undefined {
	return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[\0-\x08\x0a-\x1f\x7f]/.test(value) ? [name, value] : undefined;
}
