/** Entries from the values of a program: URLs and objects, from any iterable. */
import { setImmediate } from "node:timers/promises";

import type { Entry, Header } from "../core/entry.ts";
import { checkHeader } from "../core/parse-header.ts";
import { ListError } from "../list/list-error.ts";

/** One file to download, with what belongs to it alone. */
export type DownloadEntry = {
	/** One URL, or the mirrors of one file: any failure of one goes on to the next. */
	readonly url: string | URL | readonly (string | URL)[];
	/** File name to save under, relative to the download directory (or to `dir`); may name folders. */
	readonly out?: string;
	/** Folder to save in, relative to the download directory. */
	readonly dir?: string;
	/** `sha-256=HEX`, `sha256:HEX`, a bare digest, or Subresource Integrity. */
	readonly checksum?: string;
	/** Request headers of this entry alone. */
	readonly headers?: Readonly<Record<string, string>> | readonly Header[];
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
	warn: (message: string) => void,
): AsyncGenerator<readonly Entry[], void, undefined> {
	let line = 0;
	let batch: Entry[] = [];
	try {
		if (Symbol.asyncIterator in items) {
			for await (const item of items) {
				yield [entryOf(item, ++line, warn)];
				if (line % batchSize === 0) await setImmediate();
			}
			return;
		}
		for (const item of items) {
			batch.push(entryOf(item, ++line, warn));
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

/** Programs without types may give anything: what is no entry is listed as the text that it makes, and fails as that. */
function entryOf(item: unknown, line: number, warn: (message: string) => void): Entry {
	if (typeof item !== "object" || item === null || item instanceof URL) return { line, urls: [textOf(item)] };
	const { url, out, dir, checksum, headers }: { readonly [name: string]: unknown } = { ...item };
	const [first = "", ...mirrors] = Array.isArray(url) ? url.map(textOf) : [textOf(url)];
	return {
		line,
		urls: [first, ...mirrors],
		...(out != null && { out: textOf(out) }),
		...(dir != null && { dir: textOf(dir) }),
		...(checksum != null && { checksum: textOf(checksum) }),
		...(headers != null && { headers: headersOf(headers, (problem) => warn(`entry ${line}: ${problem}`)) }),
	};
}

function textOf(value: unknown): string {
	return typeof value === "string" ? value : String(value ?? "");
}

/** As in a list, one bad header is passed over with a warning and fails nothing. */
function headersOf(given: unknown, warn: (problem: string) => void): readonly Header[] {
	const pairs: readonly unknown[] = Array.isArray(given) ? given : Object.entries(Object(given));
	return pairs.flatMap((pair) => {
		const [name, value]: readonly unknown[] = Array.isArray(pair) ? pair : [];
		const reading = checkHeader(textOf(name), textOf(value));
		if ("header" in reading) return [reading.header];
		warn(`the header ${JSON.stringify(textOf(name))} is passed over: it ${reading.problem}`);
		return [];
	});
}
