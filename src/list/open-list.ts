/** Opens a list: a file, standard input, or a URL that stands for a list of itself. */
import type { Entry } from "../core/entry.ts";
import { permanent } from "../core/failure.ts";
import { publicUrl } from "../core/public-url.ts";
import { placeOf } from "./broken-list-error.ts";
import { expandEntry } from "./expand.ts";
import { type NameSays, readName } from "./format.ts";
import { type ListBytes, openBytes } from "./list-bytes.ts";
import { ListError } from "./list-error.ts";
import { readList } from "./read-list.ts";
import type { ReadOptions } from "./read-options.ts";

/** A list that is open: it can be read, once. */
export type OpenList = {
	/** The list as the user named it, without the password of a URL. */
	readonly name: string;
	/** Batches of entries; where a list breaks off, the last entry tells that. @throws {ListError} nothing of it can be used */
	entries(): AsyncGenerator<readonly Entry[]>;
	/** How much was read, from 0 to 1; undefined where the size is not known. */
	fractionRead(): number | undefined;
	/** Frees the file, also while it is being read. */
	close(): Promise<void>;
};

export type OpenOptions = ReadOptions & Pick<NameSays, "format">;

/**
 * @param source a path, `-` for standard input, or an http(s) URL
 * @throws {ListError} there is no such file, it is a directory, it must not be read, or nothing of it can be used
 */
export async function openList(source: string, options: OpenOptions): Promise<OpenList> {
	if (/^https?:\/\//i.test(source)) return listOfUrl(source, options);
	const bytes = await openBytes(source).catch((error: unknown) => {
		throw new ListError(source, error);
	});
	const says = { ...readName(source), ...(options.format !== undefined && { format: options.format }) };
	const progress = createProgress(bytes);
	const request = { ...bytes, says, chunks: progress.chunks, onRead: progress.onRead };
	const entries = withPlaceOfBreak(source, readList(request, options), options.list);
	try {
		// Of a file all that is wrong as a whole is known before anything begins. A pipe may have nothing to say for long.
		const first = bytes.file === undefined ? undefined : await entries.next();
		return {
			name: source,
			entries: () => joined(first, entries),
			fractionRead: progress.fractionRead,
			close: bytes.close,
		};
	} catch (error) {
		await bytes.close();
		throw error;
	}
}

async function* joined(
	first: IteratorResult<readonly Entry[], void> | undefined,
	rest: AsyncGenerator<readonly Entry[], void>,
): AsyncGenerator<readonly Entry[]> {
	if (first?.done) return;
	if (first !== undefined) yield first.value;
	yield* rest;
}

/** What is broken from the beginning is no list; what breaks in the middle ends there. */
async function* withPlaceOfBreak(
	source: string,
	batches: AsyncIterable<readonly Entry[]>,
	list: string | undefined,
): AsyncGenerator<readonly Entry[], void> {
	let last: Entry | undefined;
	try {
		for await (const batch of batches) {
			last = batch.at(-1) ?? last;
			yield batch;
		}
	} catch (error) {
		if (last === undefined) throw new ListError(source, error);
		const line = placeOf(error) ?? last.line + 1;
		const message = `the list ends here: ${error instanceof Error ? error.message : String(error)}`;
		yield [
			{
				line,
				...(list !== undefined && { list }),
				urls: [publicUrl(source)],
				failure: permanent("broken_list", message),
			},
		];
	}
}

function listOfUrl(url: string, { list, expand = false }: OpenOptions): OpenList {
	let read = false;
	const entry: Entry = list === undefined ? { line: 1, urls: [url] } : { line: 1, list, urls: [url] };
	return {
		name: url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1"),
		async *entries() {
			read = true;
			if (expand) yield* expandEntry(entry, (text) => text);
			else yield [entry];
		},
		fractionRead: () => (read ? 1 : 0),
		close: async () => undefined,
	};
}

type Progress = {
	readonly chunks: AsyncIterable<Uint8Array>;
	onRead(fraction: number): void;
	fractionRead(): number | undefined;
};

/** Counts bytes as they are read, unless the reader knows better. */
function createProgress({ chunks, sizeBytes }: ListBytes): Progress {
	let readBytes = 0;
	let told: number | undefined;
	return {
		chunks: {
			[Symbol.asyncIterator]() {
				const iterator = chunks[Symbol.asyncIterator]();
				return {
					async next() {
						const result = await iterator.next();
						if (result.done !== true) readBytes += result.value.length;
						return result;
					},
					return: () => iterator.return?.() ?? Promise.resolve({ done: true, value: undefined }),
				};
			},
		},
		onRead(fraction) {
			told = fraction;
		},
		fractionRead() {
			if (told !== undefined || sizeBytes === undefined) return told;
			// A file may grow while it is read.
			return sizeBytes === 0 ? 1 : Math.min(1, readBytes / sizeBytes);
		},
	};
}
