/** Request headers as users write them: `Name: value`, checked before any request is made (RFC 9110, section 5). */
import type { Header } from "./entry.ts";

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Headers that belong to the way a request is made: one from outside would tear files or break connections. */
const ours = new Set([
	"connection",
	"content-length",
	"expect",
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

/** Reads `Name: value`. Text beyond ASCII is sent as UTF-8, as curl does. */
export function parseHeader(line: string): HeaderReading {
	const colon = line.indexOf(":");
	if (colon < 0) return { problem: "is not of the form 'Name: value'" };
	return checkHeader(line.slice(0, colon), line.slice(colon + 1));
}

/** Checks a name and a value; white space around the value is dropped. */
export function checkHeader(name: string, value: string): HeaderReading {
	if (!token.test(name)) return { problem: "has a name that is no header name" };
	if (ours.has(name.toLowerCase())) return { problem: "is a header that downspout sets itself" };
	const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, "");
	if (/[\x00-\x08\x0a-\x1f\x7f]/.test(trimmed))
		return { problem: "has a line break or another control character in it" };
	return { header: [name, utf8AsBytes(trimmed)] };
}

/** HTTP clients write one byte for each character: spread what needs several. */
function utf8AsBytes(value: string): string {
	if (!/[^\x00-\x7f]/.test(value)) return value;
	return Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join("");
}
