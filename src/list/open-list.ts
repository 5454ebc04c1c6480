/** Opens a list: a file, standard input, or a URL that stands for a list of itself. */
import { closeSync, constants, createReadStream, fstatSync, open, type Stats, stat } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import type { Entry } from "../core/entry.ts";
import { ListError } from "./list-error.ts";
import { readTextList, type TextListOptions } from "./text.ts";

const chunkBytes = 64 * 1024;

/** A list that is open: it can be read, once. */
export type OpenList = {
	/** The list as the user named it, without the password of a URL. */
	readonly name: string;
	/** Batches of entries. @throws {ListError} reading failed on the way */
	entries(): AsyncGenerator<readonly Entry[]>;
	/** How much was read, from 0 to 1; undefined where the size is not known. */
	fractionRead(): number | undefined;
	/** Frees the file, also while it is being read. */
	close(): Promise<void>;
};

/** Bytes of a list, and how to let go of them. */
type ListBytes = { readonly chunks: AsyncIterable<Uint8Array>; readonly sizeBytes?: number; close(): Promise<void> };

/**
 * @param source a path, `-` for standard input, or an http(s) URL
 * @throws {ListError} there is no such file, it is a directory, or it must not be read
 */
export async function openList(source: string, options: TextListOptions): Promise<OpenList> {
	if (/^https?:\/\//i.test(source)) return listOfUrl(source, options.list);
	const bytes = await openBytes(source).catch((error: unknown) => {
		throw new ListError(source, error);
	});
	let readBytes = 0;
	const onRead = (more: number): void => {
		readBytes += more;
	};
	return {
		name: source,
		async *entries() {
			try {
				yield* readTextList(bytes.chunks, { ...options, onRead });
			} catch (error) {
				throw new ListError(source, error);
			}
		},
		fractionRead() {
			if (bytes.sizeBytes === undefined) return undefined;
			// A file may grow while it is read.
			return bytes.sizeBytes === 0 ? 1 : Math.min(1, readBytes / bytes.sizeBytes);
		},
		close: bytes.close,
	};
}

function listOfUrl(url: string, list: string | undefined): OpenList {
	let read = false;
	return {
		name: url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1"),
		async *entries() {
			read = true;
			yield [list === undefined ? { line: 1, urls: [url] } : { line: 1, list, urls: [url] }];
		},
		fractionRead: () => (read ? 1 : 0),
		close: async () => undefined,
	};
}

async function openBytes(source: string): Promise<ListBytes> {
	if (source === "-") return listBytes(process.stdin, readableStats(0));
	const fd = await promisify(open)(source, await openingFlags(source));
	try {
		const stats = readableStats(fd);
		return listBytes(
			stats.isFIFO() ? pipeStream(fd) : createReadStream(source, { fd, highWaterMark: chunkBytes }),
			stats,
		);
	} catch (error) {
		closeSync(fd);
		throw error;
	}
}

function listBytes(chunks: Readable, stats: Stats): ListBytes {
	// Not waited for: a read of a terminal that is under way may never end.
	const close = async (): Promise<void> => void chunks.destroy();
	return { chunks, ...(stats.isFile() && { sizeBytes: stats.size }), close };
}

/**
 * To open a named pipe takes until somebody writes to it, and would hold a thread and the exit of the process for so long.
 * Linux can open it at once and tells no end before there was a writer; others would tell it.
 */
async function openingFlags(source: string): Promise<number> {
	const isNamedPipe = process.platform === "linux" && (await promisify(stat)(source)).isFIFO();
	return isNamedPipe ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY;
}

/** A socket waits for a pipe in the event loop: a file's blocked read would hold a thread, and the exit of the process. */
function pipeStream(fd: number): Readable {
	return new Socket({ fd, readable: true, writable: false });
}

/** @throws the error of reading a directory, before anyone reads */
function readableStats(fd: number): Stats {
	const stats = fstatSync(fd);
	if (stats.isDirectory()) throw Object.assign(new Error("it is a directory"), { code: "EISDIR" });
	return stats;
}
