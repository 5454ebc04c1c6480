/** What an entry may say beside its URLs, in every format that has fields: how it is spelled there, and what becomes of it. */
import type { Draft, Header } from "../core/entry.ts";

/** The first spelling that is there counts. */
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

/** Those that are one text each. */
type TextField = Exclude<Field, "checksum" | "headers">;

export type Given = {
	/** Undefined where it is not there. */
	text(field: TextField): string | undefined;
	readonly checksums: readonly string[];
	readonly headers: readonly Header[];
};

/** Checks nothing: that is done where all entries are checked. */
export function setFields(draft: Draft, { text, checksums, headers }: Given): void {
	for (const field of ["out", "dir", "range", "expectType"] as const) {
		const value = text(field);
		if (value !== undefined) draft[field] = value;
	}
	if (checksums.length > 0) draft.checksums = checksums;
	const [referer, userAgent] = [text("referer"), text("userAgent")];
	const all: Header[] = [...headers];
	if (referer !== undefined) all.push(["Referer", referer]);
	if (userAgent !== undefined) all.push(["User-Agent", userAgent]);
	if (all.length > 0) draft.headers = all;
}

/** Headers as one text: `Name: value`, one a line. */
export function headersOfText(text: string): readonly Header[] {
	return text
		.split(/\r\n?|\n/)
		.filter((line) => line.trim() !== "")
		.map(headerOf);
}

export function headerOf(line: string): Header {
	const colon = line.indexOf(":");
	// Without a colon all of it is the name, and one that no header has.
	return colon < 0 ? [`${line} `, ""] : [line.slice(0, colon), line.slice(colon + 1)];
}
