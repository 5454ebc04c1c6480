/** When bytes of an earlier attempt may be continued (RFC 9110, sections 13.1.5 and 14): pure rules. */
import { parseHttpDate } from "./http-date.ts";

/** What identifies one version of a file, as the server named it. */
export type Validators = {
	readonly etag?: string | undefined;
	readonly lastModified?: string | undefined;
	/** When the answer that named them was made: its Date field. */
	readonly date?: string | undefined;
	/** Size of the whole file, where it was announced. */
	readonly totalBytes?: number | undefined;
	/** How its bytes are encoded: servers name encoded bytes and plain ones by one entity tag, though they should not. */
	readonly contentEncoding?: string | undefined;
};

/** What a response head says about the part of the file that it brings. */
export type RangeHead = Validators & { readonly contentRange?: string | undefined };

export type ContentRange = { readonly start: number; readonly end: number; readonly total?: number };

/**
 * The value for If-Range: a strong entity tag, else a date that can be relied on; undefined where nothing proves that the
 * file is the same. A file that was changed within the second of its date may change again without another date
 * (RFC 9110, 8.8.2.2).
 */
export function ifRangeValue({ etag, lastModified, date }: Validators): string | undefined {
	if (isStrong(etag)) return etag;
	const modified = parseHttpDate(lastModified);
	const answered = parseHttpDate(date);
	if (modified === undefined || answered === undefined || answered - modified < 1) return undefined;
	return lastModified;
}

/**
 * Whether an answer brings just the bytes that follow `offset` of the same version. One that names no validator is
 * believed only where the date was asked for and the size is the same: a server may leave the date out of such a 206
 * (RFC 9110, 15.3.7), but never the entity tag.
 */
export function continues(kept: Validators, offset: number, head: RangeHead): boolean {
	const range = parseContentRange(head.contentRange);
	if (!range || range.start !== offset) return false;
	// A server may send less than was asked for: the range must reach what is known to be the end.
	const total = range.total ?? kept.totalBytes;
	if (total === undefined || range.end !== total - 1) return false;
	const isSameSize = kept.totalBytes !== undefined && kept.totalBytes === range.total;
	if (kept.totalBytes !== undefined && range.total !== undefined && !isSameSize) return false;
	return isSameVersion(kept, head, isSameSize);
}

function isSameVersion(kept: Validators, head: Validators, isSameSize: boolean): boolean {
	if (codingOf(kept) !== codingOf(head)) return false;
	if (isStrong(kept.etag)) return head.etag === kept.etag;
	if (head.etag !== undefined && head.etag !== kept.etag) return false;
	return head.lastModified === undefined ? isSameSize : head.lastModified === kept.lastModified;
}

function codingOf({ contentEncoding = "" }: Validators): string {
	const coding = contentEncoding.toLowerCase();
	return coding === "identity" ? "" : coding;
}

/** Reads `bytes START-END/TOTAL`, where TOTAL may be `*`. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
	const match = /^bytes[ \t]+(\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(value ?? "");
	if (!match) return undefined;
	const start = Number(match[1]);
	const end = Number(match[2]);
	if (end < start) return undefined;
	if (match[3] === "*") return { start, end };
	const total = Number(match[3]);
	return end < total ? { start, end, total } : undefined;
}

/** Whether an entity tag is strong: quoted, and without `W/` (RFC 9110, 8.8.3). */
function isStrong(etag: string | undefined): boolean {
	return etag !== undefined && /^"[^"]*"$/.test(etag);
}

/** Bytes of a file from `start` up to, and not including, `end`. */
type Asked = { readonly start: number; readonly end: number };

/**
 * How many of the bytes that were asked for an answer brings, from the first of them on, of the same version; undefined where it
 * is not just some of them. A server may send less than was asked for (RFC 9110, 15.3.7).
 */
export function piecesEnd(kept: Validators, asked: Asked, head: RangeHead): number | undefined {
	const range = parseContentRange(head.contentRange);
	if (!range || range.start !== asked.start || range.end >= asked.end) return undefined;
	if (range.total !== undefined && range.total !== kept.totalBytes) return undefined;
	const isSameSize = range.total === kept.totalBytes;
	// Of bytes that prove themselves it is not known of which version they are.
	const isUnnamed = kept.etag === undefined && kept.lastModified === undefined;
	return (isUnnamed ? isSameSize : isSameVersion(kept, head, isSameSize)) ? range.end + 1 : undefined;
}
