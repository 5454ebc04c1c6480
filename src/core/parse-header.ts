/** Request headers as users write them: `Name: value`, checked before any request is made (RFC 9110, section 5). */
import type { Header } from "./entry.ts";

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Headers that belong to the way a request is made: one from outside would tear files or break connections. */
const ours = new Set([
	"connection",
	"content-length",
	"expect",
	"http2-settings",
	"if-range",
	"keep-alive",
	"proxy-connection",
	"range",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
]);

/** The header, or one sentence's end that says what is wrong with it. */
export type HeaderReading = { readonly header: Header } | { readonly problem: string };

/** Reads `Name: value`. */
export function parseHeader(line: string): HeaderReading {
	const colon = line.indexOf(":");
	if (colon < 0) return { problem: "is not of the form 'Name: value'" };
	return checkHeader(line.slice(0, colon), line.slice(colon + 1));
}

/**
 * Checks a name and a value, those of --header and of lists alike; white space around the value is dropped. Text beyond
 * ASCII stays as it is here: the request encodes it.
 */
export function checkHeader(name: string, value: string): HeaderReading {
	if (!token.test(name)) return { problem: "has a name that is no header name" };
	if (ours.has(name.toLowerCase())) return { problem: "is a header that downspout sets itself" };
	const trimmed = trimBlanks(value);
	if (/[\x00-\x08\x0a-\x1f\x7f]/.test(trimmed))
		return { problem: "has a line break or another control character in it" };
	return { header: [name, trimmed] };
}

/** A loop, because the regular expression is quadratic on long runs. */
function trimBlanks(text: string): string {
	let [start, end] = [0, text.length];
	while (start < end && isBlank(text.charCodeAt(start))) start++;
	while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
	return text.slice(start, end);
}

function isBlank(code: number): boolean {
	return code === 0x20 || code === 0x09;
}
