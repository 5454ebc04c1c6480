/** Entries from the values of a program: URLs and objects, from any iterable. */
import { setImmediate } from "node:timers/promises";

import type { Entry, Header } from "../core/entry.ts";
import { ListError } from "../list/list-error.ts";
import { objectReader } from "../list/object-entry.ts";
import { createUrlReader } from "../list/url-reader.ts";

/** One file to download, with what belongs to it alone. */
export type DownloadEntry = {
	/** One URL, or the mirrors of one file: any failure of one goes on to the next. */
	readonly url: string | URL | readonly (string | URL)[];
	/** File name to save under, relative to the download directory (or to `dir`); may name folders. */
	readonly out?: string;
	/** Folder to save in, relative to the download directory. */
	readonly dir?: string;
	/** `sha-256=HEX`, `sha256:HEX`, a bare digest, or Subresource Integrity; of several, all must hold. */
	readonly checksum?: string | readonly string[];
	/** Request headers of this entry alone. */
	readonly headers?: Readonly<Record<string, string>> | readonly Header[];
	/** `FIRST-LAST`, both counted from 0 and included: only that part of the resource is the file. */
	readonly range?: string;
	/** Media types that are wanted, with commas and `*`. */
	readonly expectType?: string;
};

/** What an iterable may give. */
export type DownloadItem = string | URL | DownloadEntry;

/** Where a program takes its URLs from. */
export type DownloadItems = Iterable<DownloadItem> | AsyncIterable<DownloadItem>;

/** A LIST of the command line (a path, an http(s) URL, `-` for standard input), or an iterable of URLs and entries. */
export type DownloadSource = string | URL | DownloadItems;

/** Most entries that are taken at once from what never waits. */
const batchSize = 64;

/**
 * Batches of entries; `line` counts the items from 1. An item that is no URL becomes an entry that fails as such.
 * @throws {ListError} the iterable threw.
 */
export async function* entriesFrom(
	items: DownloadItems,
	options: { readonly base?: string | undefined; warn(message: string): void },
): AsyncGenerator<readonly Entry[], void, undefined> {
	const read = objectReader(createUrlReader(options));
	let line = 0;
	let batch: Entry[] = [];
	try {
		if (Symbol.asyncIterator in items) {
			for await (const item of items) {
				yield [read(item, { line: ++line })];
				if (line % batchSize === 0) await setImmediate();
			}
			return;
		}
		for (const item of items) {
			batch.push(read(item, { line: ++line }));
			if (batch.length < batchSize) continue;
			yield batch;
			batch = [];
			// What never waits would keep timers and sockets from their turn.
			await setImmediate();
		}
	} catch (cause) {
		if (batch.length > 0) yield batch;
		throw new ListError("that the program gave", cause);
	}
	if (batch.length > 0) yield batch;
}
