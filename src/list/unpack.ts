/** Unpacks compressed lists as they are read: memory is bounded, however much a list unpacks to. */
import { Duplex, pipeline, Readable } from "node:stream";
import * as zlib from "node:zlib";
import type { Packing } from "./format.ts";

const chunkSize = 64 * 1024;

export type Unpacked = {
	readonly chunks: AsyncIterable<Uint8Array>;
	/** Lets go of it, also while it is being read. */
	close(): void;
};

/** @throws (while it is read) what is wrong with the packed bytes, or what reading them throws */
export async function unpack(chunks: AsyncIterable<Uint8Array>, packing: Packing): Promise<Unpacked> {
	const unpacker = await unpackerOf(packing);
	// Errors are those of the stream that is read.
	pipeline(Readable.from(chunks, { objectMode: false, highWaterMark: 1 }), unpacker, () => undefined);
	return { chunks: unpacker, close: () => void unpacker.destroy() };
}

async function unpackerOf(packing: Packing): Promise<Duplex> {
	if (packing === "gzip") return zlib.createGunzip({ chunkSize });
	if (packing === "brotli") return zlib.createBrotliDecompress({ chunkSize });
	// Node has it from 22.15 on.
	if ("createZstdDecompress" in zlib) return zlib.createZstdDecompress({ chunkSize });
	const { unpackZstd } = await import("../codings/unpack-zstd.ts");
	return Duplex.from(unpackZstd);
}
