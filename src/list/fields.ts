/** What an entry may say beside its URLs, in every format that has fields: how it is spelled there, and what becomes of it. */
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

/** @param texts - One at least; checksums and headers all count. Checks nothing: that is done where all entries are checked. */
export function setField(draft: Draft, field: Field, texts: readonly [string, ...string[]]): void {
	const [first] = texts;
	switch (field) {
		case "checksum":
			draft.checksums = texts;
			break;
		case "headers":
			addHeaders(draft, texts.flatMap(headersOfText));
			break;
		case "referer":
			addHeaders(draft, [["Referer", first]]);
			break;
		case "userAgent":
			addHeaders(draft, [["User-Agent", first]]);
			break;
		default:
			draft[field] = first;
	}
}

export function addHeaders(draft: Draft, headers: readonly Header[]): void {
	if (headers.length > 0) draft.headers = draft.headers ? [...draft.headers, ...headers] : headers;
}

/** One header a line. */
function headersOfText(text: string): readonly Header[] {
	return text
		.split(/\r\n?|\n/)
		.filter((line) => line.trim() !== "")
		.map(headerOf);
}

/** @param line - `Name: value`. */
export function headerOf(line: string): Header {
	const colon = line.indexOf(":");
	// Without a colon all of it is the name, and one that no header has.
	return colon < 0 ? [`${line} `, ""] : [line.slice(0, colon), line.slice(colon + 1)];
}
