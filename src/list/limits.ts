/** How much of a list is held in memory for one entry. */
import type { Draft, Entry } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import { publicUrl } from "../core/public-url.ts";

/** Longest entry, its mirrors, names, checksums and headers together, in UTF-16 units. */
export const maxEntryLength: number = 2 ** 18;
/** Longest row of a list with columns, those that nobody asked for included, in bytes or UTF-16 units. */
export const maxRowLength: number = 2 ** 24;

/** The entry, or one that fails for its length and keeps no more than the beginning of its URL. */
export function boundEntry(draft: Draft): Entry {
	if (entryLength(draft) <= maxEntryLength) return draft;
	const { line, list, urls } = draft;
	const [url] = urls;
	const isUrl = url.length > maxEntryLength / 2;
	const what = isUrl ? "a URL" : "the entry with its mirrors and options";
	const failure = permanent(isUrl ? "invalid_url" : "invalid_option", tooLong(what, maxEntryLength));
	return { line, ...(list !== undefined && { list }), urls: [publicUrl(url).slice(0, 2000)], failure };
}

/** What a failure says of something that is too long. */
export function tooLong(what: string, limit: number): string {
	return `${what} of more than ${limit} characters`;
}

/** Characters that an entry holds. */
export function entryLength({ urls, out, dir, checksums, headers, range, expectType }: Entry): number {
	let length = (out?.length ?? 0) + (dir?.length ?? 0) + (range?.length ?? 0) + (expectType?.length ?? 0);
	for (const url of urls) length += url.length;
	for (const checksum of checksums ?? []) length += checksum.length;
	for (const [name, value] of headers ?? []) length += name.length + value.length;
	return length;
}
