/** What is remembered of a file that was saved, and whether the file that is there now is still that one. Pure. */
import { parseHttpDate } from "./http-date.ts";

/** Which version of a resource a file is, as the server named it (RFC 9110, 8.8). */
export type Version = {
	readonly etag?: string | undefined;
	/** The time of the file as well. */
	readonly lastModified?: string | undefined;
};

/** A file that was saved; its version where the server named one. */
export type Saved = Version & {
	/** Relative to the download directory. */
	readonly file: string;
	readonly bytes: number;
	readonly sha256?: string | undefined;
	/** When that was recorded, in milliseconds since 1970. */
	readonly atMs?: number | undefined;
};

/** What the file system says of a file. */
export type FoundFile = { readonly size: number; readonly mtimeMs: number };

/** exFAT keeps times as even seconds. */
const coarseMs = 2000;

/**
 * Whether nobody has changed a file since it was saved, as far as its size and time tell. What cannot be told counts as
 * changed: it is then left alone.
 */
export function isStillSaved({ bytes, lastModified, atMs }: Saved, { size, mtimeMs }: FoundFile): boolean {
	if (size !== bytes) return false;
	const modified = parseHttpDate(lastModified);
	// The one in whole milliseconds, the other in parts of them.
	if (modified === undefined) return atMs !== undefined && mtimeMs < atMs + 1;
	const difference = Math.abs(mtimeMs - modified * 1000);
	return difference < 1 || (mtimeMs % coarseMs === 0 && difference <= coarseMs);
}

/**
 * What a request names so that only another version is sent (RFC 9110, 13.1.2 and 13.1.3). A date alone does not count
 * where the file was changed within the last seconds before it was saved: it may have changed again without another date.
 */
export function versionToAskWith({ etag, lastModified, atMs }: Saved): Version | undefined {
	if (etag !== undefined) return { etag, lastModified };
	if (lastModified === undefined) return undefined;
	const modified = parseHttpDate(lastModified);
	const isFresh = modified !== undefined && atMs !== undefined && atMs - modified * 1000 < 2 * coarseMs;
	return isFresh ? undefined : { lastModified };
}
