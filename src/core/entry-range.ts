/** The part of a resource that an entry asks for. */

/** Offsets of the first and the last byte, counted from 0; both are included. */
export type EntryRange = { readonly first: number; readonly last: number };

/** Reads `FIRST-LAST`; undefined where it is none, or holds no byte. */
export function parseEntryRange(text: string): EntryRange | undefined {
	const match = /^\s*(\d{1,15})\s*-\s*(\d{1,15})\s*$/.exec(text);
	const first = Number(match?.[1]);
	const last = Number(match?.[2]);
	return first <= last ? { first, last } : undefined;
}

/** Bytes of the file that such a range makes. */
export function rangeLength({ first, last }: EntryRange): number {
	return last - first + 1;
}
