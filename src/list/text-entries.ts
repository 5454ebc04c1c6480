/** The grammar of text lists: lines in, entries out. */
import type { Draft, Entry, Header } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import { maxEntryLength, tooLong } from "./limits.ts";
import type { UrlReader } from "./url-reader.ts";

/** A list of nonsense shall not fill the memory with what was already said about it. */
const maxWarnings = 1000;

/** Options that become request headers. */
const headerOptions: ReadonlySet<string> = new Set(["header", "referer", "user-agent"]);

/** Those of an entry that may come many times: they are added to, and never copied. */
type Options = { length: number; readonly headers: Header[]; readonly checksums: string[] };

export type TextEntries = {
	/** Takes the next line; `cut` when it is only the beginning of one that is too long. */
	line(raw: string, cut: boolean): void;
	/** The entries that are complete: all but the last one, as options may follow it. */
	takeComplete(): readonly Entry[];
	/** The last one too: options that still come are too late. */
	takeAll(): readonly Entry[];
};

export type TextEntriesOptions = {
	readonly list?: string | undefined;
	readonly readUrl: UrlReader;
	warn(message: string): void;
};

export function textEntries({ list, readUrl, warn: tell }: TextEntriesOptions): TextEntries {
	const warned = new Set<string>();
	let lineNumber = 0;
	let drafts: Draft[] = [];
	/** What the options of the last entry add up to. */
	let options = noOptions();
	let tookLast = false;

	/** @param subject what is warned of only once */
	function warn(subject: string, message: string): void {
		if (warned.has(subject) || warned.size >= maxWarnings) return;
		warned.add(subject);
		tell(`${list === undefined ? "" : `${list}: `}line ${lineNumber}: ${message}`);
	}

	function addEntry(urls: Entry["urls"]): Draft {
		const draft: Draft = list === undefined ? { line: lineNumber, urls } : { line: lineNumber, list, urls };
		drafts.push(draft);
		options = noOptions();
		tookLast = false;
		return draft;
	}

	function addOption(name: string, value: string, cut: boolean): void {
		const draft = drafts.at(-1);
		if (draft === undefined) {
			if (tookLast) warn("late", `"${name}" comes too late: the entry above was already started`);
			else warn("early", `"${name}" stands before the first entry and is passed over`);
			return;
		}
		options.length += name.length + value.length;
		if (!cut && options.length + draft.urls[0].length <= maxEntryLength) {
			const complaint = setOption(draft, options, name, value);
			if (complaint !== undefined) warn(`option ${name}`, complaint);
			return;
		}
		options.headers.length = 0;
		options.checksums.length = 0;
		draft.failure ??= permanent("invalid_option", tooLong("the entry has options", maxEntryLength));
	}

	return {
		line(raw, cut) {
			lineNumber++;
			const text = raw.trim();
			if (text === "" || text.startsWith("#")) return;
			const option = startsIndented(raw) ? /^([a-z][a-z-]*)=(.*)$/s.exec(text) : null;
			if (option !== null) return addOption(option[1] ?? "", (option[2] ?? "").trim(), cut);
			if (cut) {
				addEntry([text]).failure = permanent("invalid_url", tooLong("a line", maxEntryLength));
				return;
			}
			const urls = readUrls(text, readUrl);
			if (urls !== undefined) addEntry(urls);
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

function noOptions(): Options {
	return { length: 0, headers: [], checksums: [] };
}

function startsIndented(raw: string): boolean {
	return raw.startsWith(" ") || raw.startsWith("\t");
}

/** The mirrors on a line that is not blank; undefined where nothing of it can be seen. */
function readUrls(text: string, readUrl: UrlReader): Entry["urls"] | undefined {
	const line = withoutComment(text);
	if (!line.includes("\t")) {
		const url = readUrl(line);
		return url === "" ? undefined : [url];
	}
	const [first, ...others] = line
		.split("\t")
		.map(readUrl)
		.filter((url) => url !== "");
	return first === undefined ? undefined : [first, ...others];
}

/** A `#` within a URL begins its fragment; one after white space, a comment. */
function withoutComment(text: string): string {
	for (let at = text.indexOf("#"); at > 0; at = text.indexOf("#", at + 1)) {
		if (/\s/.test(text.charAt(at - 1))) return text.slice(0, at).trimEnd();
	}
	return text;
}

/** Sets an option of aria2's input files; of those that cannot be given twice the last one counts.
 *  @returns a complaint when there is no such option or its value makes no sense */
function setOption(draft: Draft, options: Options, name: string, value: string): string | undefined {
	switch (name) {
		case "out":
		case "dir":
		case "range":
			draft[name] = value;
			return undefined;
		case "expect-type":
			draft.expectType = value;
			return undefined;
		case "checksum":
			options.checksums.push(value);
			draft.checksums = options.checksums;
			return undefined;
	}
	const header = readHeader(name, value);
	if (header === undefined) {
		return headerOptions.has(name)
			? `"${name}" is passed over: it makes no header that HTTP can carry ("Name: value")`
			: `unknown option "${name}" is passed over`;
	}
	options.headers.push(header);
	draft.headers = options.headers;
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
