/** When bytes of an earlier attempt may be continued (RFC 9110, sections 13.1.5 and 14): pure rules. */

/** What identifies one version of a file, as the server named it. */
export type Validators = {
	readonly etag?: string | undefined;
	readonly lastModified?: string | undefined;
	/** Size of the whole file, where it was announced. */
	readonly totalBytes?: number | undefined;
};

/** What a response head says about the part of the file that it brings. */
export type RangeHead = Validators & { readonly contentRange?: string };

export type ContentRange = { readonly start: number; readonly end: number; readonly total?: number };

/** The value for If-Range: a strong entity tag, else the date; undefined where nothing proves that the file is the same. */
export function ifRangeValue(validators: Validators): string | undefined {
	const { etag, lastModified } = validators;
	if (etag !== undefined && isStrong(etag)) return etag;
	if (lastModified !== undefined && !Number.isNaN(Date.parse(lastModified))) return lastModified;
	return undefined;
}

/** Whether a 206 brings just the bytes that follow `offset` of the same version. */
export function continues(kept: Validators, offset: number, head: RangeHead): boolean {
	const range = parseContentRange(head.contentRange);
	if (!range || range.start !== offset) return false;
	// A server may send less than was asked for: the range must reach what is known to be the end.
	const total = range.total ?? kept.totalBytes;
	if (total === undefined || range.end !== total - 1) return false;
	if (kept.totalBytes !== undefined && range.total !== undefined && kept.totalBytes !== range.total) return false;
	if (kept.etag !== undefined && isStrong(kept.etag)) return head.etag === undefined || head.etag === kept.etag;
	return head.lastModified === undefined || head.lastModified === kept.lastModified;
}

/** Reads `bytes START-END/TOTAL`, where TOTAL may be `*`. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
	const match = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(value ?? "");
	if (!match) return undefined;
	const start = Number(match[1]);
	const end = Number(match[2]);
	if (end < start) return undefined;
	return match[3] === "*" ? { start, end } : { start, end, total: Number(match[3]) };
}

function isStrong(etag: string): boolean {
	return etag.startsWith('"');
}
