/** The bytes of a list: of a file, a pipe or standard input. */
import { closeSync, constants, createReadStream, fstatSync, open, type Stats, stat } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

const chunkBytes = 64 * 1024;

/** Bytes of a list, and how to let go of them. */
export type ListBytes = {
	readonly chunks: AsyncIterable<Uint8Array>;
	/** Where it is a regular file. */
	readonly file?: { readonly fd: number; readonly sizeBytes: number };
	readonly sizeBytes?: number;
	close(): Promise<void>;
};

/** @throws {NodeJS.ErrnoException} there is no such file, it is a directory, or it must not be read */
export async function openBytes(source: string): Promise<ListBytes> {
	if (source === "-") return listBytes(process.stdin, readableStats(0));
	const fd = await promisify(open)(source, await openingFlags(source));
	try {
		const stats = readableStats(fd);
		if (!stats.isFile()) return listBytes(stats.isFIFO() ? pipeStream(fd) : createReadStream(source, { fd }), stats);
		// From a place of its own: other readers of the file do not move it on.
		const stream = createReadStream(source, { fd, start: 0, highWaterMark: chunkBytes });
		return { ...listBytes(stream, stats), file: { fd, sizeBytes: stats.size } };
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
