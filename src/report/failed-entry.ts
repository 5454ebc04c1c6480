/** Failed entries as text that can be given to downspout again: failed.txt. */
import type { Entry } from "../core/entry.ts";
import type { Outcome } from "../core/outcome.ts";
import { publicMessage, publicUrl } from "../core/public-url.ts";
import { trimInvisible } from "../core/trim-invisible.ts";
import { escapeControls } from "./escape.ts";

/** URL parsers pass over these, so taking them out changes nothing but the lines that they would forge. */
const passedOver = /[\t\n\r]/g;
/** What would end a line, or not be seen: URLs mean the same where it is escaped. */
const unseen = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;
/** What would begin a comment. */
const blankBeforeHash = /\s(?=#)/g;
const anyControl = /[\0-\x1f\x7f-\x9f\u2028\u2029]/;

/**
 * The entry in the list format, below the reason as a comment. Credentials stay out of it, and nothing in
 * an entry, whatever list it came from, can make a line of its own.
 */
export function failedEntry(entry: Entry, outcome: Outcome): string {
	const { code, message } = outcome.error ?? { code: "failed", message: "" };
	const where = entry.list === undefined ? `line ${entry.line}` : `line ${entry.line} of ${entry.list}`;
	const lines = [comment(`${code}: ${publicMessage(message)} (${where})`)];
	if (entry.urls.some((url) => publicUrl(url) !== url)) {
		lines.push(comment("the user name and password of the URL were left out: put them back to try it again"));
	}
	// What could not be read cannot be tried again by its beginning.
	if (entry.failure !== undefined) {
		const shown = publicUrl(entry.urls[0]).slice(0, 200);
		return `${[...lines, comment(`not written: ${shown === "" ? "it has no URL" : shown}`)].join("\n")}\n`;
	}
	const mirrors = entry.urls.map(listed).filter((url) => url !== "");
	const first = mirrors[0] ?? "";
	if (first === "" || first.startsWith("#")) {
		lines.push(comment(`not written: ${first === "" ? "the URL is empty" : first}`));
	} else {
		lines.push(mirrors.join("\t"), ...options(entry));
	}
	return `${lines.join("\n")}\n`;
}

function comment(text: string): string {
	return `# ${escapeControls(text)}`;
}

function listed(url: string): string {
	return trimInvisible(publicUrl(url).replace(passedOver, ""))
		.replace(unseen, encodeURIComponent)
		.replace(blankBeforeHash, encodeURIComponent);
}

function options(entry: Entry): string[] {
	const named: [name: string, value: string][] = [];
	if (entry.out !== undefined) named.push(["out", entry.out]);
	if (entry.dir !== undefined) named.push(["dir", entry.dir]);
	for (const checksum of entry.checksums ?? []) named.push(["checksum", checksum]);
	if (entry.range !== undefined) named.push(["range", entry.range]);
	if (entry.expectType !== undefined) named.push(["expect-type", entry.expectType]);
	for (const [name, value] of entry.headers ?? []) named.push(["header", `${name}: ${value}`]);
	return named.map(([name, value]) =>
		anyControl.test(value) ? comment(`${name} left out: it holds control characters`) : ` ${name}=${value}`,
	);
}
