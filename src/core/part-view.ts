/** How an answer looks to an entry that wants a part of a resource alone: in places of the file that it becomes. Pure. */
import { type EntryRange, rangeLength } from "./entry-range.ts";
import { parseContentRange } from "./ranges.ts";

export type PartView =
	/** The whole resource, of which the part is to be cut out. */
	| { readonly kind: "whole" }
	/** Bytes of the part, the first of which has the place `start` in the file; `contentRange` likewise. */
	| { readonly kind: "part"; readonly start: number; readonly contentRange: string }
	/** The resource ends before the part does. */
	| { readonly kind: "ends-before"; readonly wholeBytes: number }
	/** Something else. */
	| { readonly kind: "other" };

export type PartHead = {
	readonly status: number;
	readonly contentRange: string | undefined;
	readonly contentLength: number | undefined;
};

/** @param head - Of an answer with a status of success. */
export function viewPart(wanted: EntryRange, { status, contentRange, contentLength }: PartHead): PartView {
	const range = parseContentRange(contentRange);
	const isWhole = range?.start === 0 && range.end + 1 === range.total;
	if (status !== 206 && (contentRange === undefined || isWhole)) {
		const wholeBytes = contentLength ?? range?.total;
		if (wholeBytes !== undefined && wholeBytes <= wanted.last) return { kind: "ends-before", wholeBytes };
		return { kind: "whole" };
	}
	if (!range || range.start < wanted.first || range.end > wanted.last) return { kind: "other" };
	if (range.total !== undefined && range.total <= wanted.last) return { kind: "ends-before", wholeBytes: range.total };
	const start = range.start - wanted.first;
	return {
		kind: "part",
		start,
		contentRange: `bytes ${start}-${range.end - wanted.first}/${rangeLength(wanted)}`,
	};
}

/** The length of a resource in which a range begins too late: `bytes` with a star and the length (RFC 9110, 15.5.17). */
export function unsatisfiedLength(contentRange: string | undefined): number | undefined {
	const length = /^bytes[ \t]+\*\/(\d{1,15})$/i.exec(contentRange ?? "")?.[1];
	return length === undefined ? undefined : Number(length);
}
