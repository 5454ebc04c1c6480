/** Which bytes a request is for: preconditions and ranges as RFC 9110 has them, sections 13 and 14. */
import type { IncomingHttpHeaders } from "node:http";
import type { ByteSpan } from "./content.ts";

/** The file's side of a condition. */
export type Representation = { readonly sizeBytes: number; readonly etag: string; readonly lastModified: string };

export type RangeAnswer =
	| { readonly status: 200 | 206; readonly span: ByteSpan }
	| { readonly status: 304 | 416; readonly span?: undefined };

/**
 * Decides on a GET of one file. Several ranges, a unit other than bytes and what cannot be read are answered with the whole
 * file, as RFC 9110 section 14.2 allows.
 */
export function answerRange(headers: IncomingHttpHeaders, file: Representation): RangeAnswer {
	if (matchesNone(headers["if-none-match"], file.etag)) return { status: 304 };
	const whole = { status: 200, span: { start: 0, end: file.sizeBytes } } as const;
	const range = headers.range;
	if (range === undefined || !ifRangeHolds(headers["if-range"], file)) return whole;
	const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range);
	if (!match) return whole;
	const [, first = "", last = ""] = match;
	if (first === "") return last === "" ? whole : suffixOf(Number(last), file.sizeBytes);
	if (last !== "" && Number(last) < Number(first)) return whole;
	const start = Number(first);
	if (start >= file.sizeBytes) return { status: 416 };
	return {
		status: 206,
		span: { start, end: last === "" ? file.sizeBytes : Math.min(file.sizeBytes, Number(last) + 1) },
	};
}

function suffixOf(lengthBytes: number, sizeBytes: number): RangeAnswer {
	if (lengthBytes === 0 || sizeBytes === 0) return { status: 416 };
	return { status: 206, span: { start: Math.max(0, sizeBytes - lengthBytes), end: sizeBytes } };
}

/** A weak tag never holds, and a date only when it is the very same (RFC 9110, 13.1.5). */
function ifRangeHolds(value: string | string[] | undefined, file: Representation): boolean {
	return value === undefined || value === file.etag || value === file.lastModified;
}

function matchesNone(value: string | undefined, etag: string): boolean {
	if (value === undefined) return false;
	return value.trim() === "*" || value.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
