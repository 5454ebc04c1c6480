/** What an entry may say beside its URLs, as the field of an object: how it is spelled, and what becomes of it. */
import type { Draft, Header } from "../core/entry.ts";

/** Of several spellings one counts. */
export const spellings = {
	out: ["out"],
	checksum: ["checksum"],
	dir: ["dir"],
	range: ["range"],
	expectType: ["expect-type", "expectType"],
	headers: ["headers"],
	referer: ["referer"],
	userAgent: ["user-agent", "userAgent"],
} as const;

export type Field = keyof typeof spellings;

export const allFields: readonly Field[] = [
	"out",
	"checksum",
	"dir",
	"range",
	"expectType",
	"headers",
	"referer",
	"userAgent",
];

/** Checks nothing: that is done where all entries are checked. */
export function setField(draft: Draft, field: Exclude<Field, "headers">, text: string): void {
	switch (field) {
		case "checksum":
			draft.checksums = [text];
			break;
		case "referer":
			addHeaders(draft, [["Referer", text]]);
			break;
		case "userAgent":
			addHeaders(draft, [["User-Agent", text]]);
			break;
		default:
			draft[field] = text;
	}
}

export function addHeaders(draft: Draft, headers: readonly Header[]): void {
	if (headers.length > 0) draft.headers = draft.headers ? [...draft.headers, ...headers] : headers;
}

/** @param line - `Name: value`. */
export function headerOf(line: string): Header {
	const colon = line.indexOf(":");
	// Without a colon all of it is the name, and one that no header has.
	return colon < 0 ? [`${line} `, ""] : [line.slice(0, colon), line.slice(colon + 1)];
}
