/** Failed entries as text that can be given to downspout again: failed.txt. */
import type { Entry } from "../core/entry.ts";
import type { Outcome } from "../core/outcome.ts";
import { publicMessage, publicUrl } from "../core/public-url.ts";
import { escapeControls } from "./escape.ts";

/** White space and controls, which a list drops around a line. */
const outside = /[\s\0-\x1f\ufeff]/;
/** URL parsers pass over these, so taking them out changes nothing but the lines that they would forge. */
const passedOver = /[\t\n\r]/g;
const control = /[\0-\x1f\x7f-\x9f\u2028\u2029]/g;
const anyControl = new RegExp(control.source);

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
	return trim(publicUrl(url).replace(passedOver, "")).replace(control, encodeURIComponent);
}

/** A loop, because a regular expression is quadratic on long runs. */
function trim(text: string): string {
	let [start, end] = [0, text.length];
	while (start < end && outside.test(text.charAt(start))) start++;
	while (end > start && outside.test(text.charAt(end - 1))) end--;
	return text.slice(start, end);
}

function options(entry: Entry): string[] {
	const named: [name: string, value: string][] = [];
	if (entry.out !== undefined) named.push(["out", entry.out]);
	if (entry.dir !== undefined) named.push(["dir", entry.dir]);
	if (entry.checksum !== undefined) named.push(["checksum", entry.checksum]);
	for (const [name, value] of entry.headers ?? []) named.push(["header", `${name}: ${value}`]);
	return named.map(([name, value]) =>
		anyControl.test(value) ? comment(`${name} left out: it holds control characters`) : ` ${name}=${value}`,
	);
}
