/** Unpacks compressed lists as they are read: memory is bounded, however much a list unpacks to. */
import { Duplex, pipeline, Readable } from "node:stream";
import * as zlib from "node:zlib";
import type { Packing } from "./format.ts";
import { createKept, type Kept, salvage } from "./salvage.ts";

const chunkSize = 64 * 1024;

export type Unpacked = {
	readonly chunks: AsyncIterable<Uint8Array>;
	/** Lets go of it, also while it is being read. */
	close(): void;
};

/** @throws (while it is read) what is wrong with the packed bytes, or what reading them throws */
export async function unpack(chunks: AsyncIterable<Uint8Array>, packing: Packing): Promise<Unpacked> {
	const kept = createKept();
	const unpacker = await unpackerOf(packing);
	// Errors are those of the stream that is read.
	pipeline(Readable.from(kept.through(chunks), { objectMode: false, highWaterMark: 1 }), unpacker, () => undefined);
	return { chunks: unpacked(unpacker, kept, packing), close: () => void unpacker.destroy() };
}

async function* unpacked(unpacker: Duplex, kept: Kept, packing: Packing): AsyncGenerator<Uint8Array> {
	let given = 0;
	try {
		for await (const chunk of unpacker) {
			given += chunk.length;
			yield chunk;
		}
	} catch (error) {
		const open = openerOf(packing);
		const packed = kept.bytes();
		if (packed && open && unpacker.errored === error) yield* salvage(packed, given, () => open("flush"));
		throw error;
	}
}

async function unpackerOf(packing: Packing): Promise<Duplex> {
	const open = openerOf(packing);
	if (open) return open("whole");
	const { unpackZstd } = await import("../codings/unpack-zstd.ts");
	return Duplex.from(unpackZstd);
}

/** Of what is `whole` the end is missed; with `flush` all is given that is there. */
type Opener = (end: "whole" | "flush") => Duplex;

/** Undefined where Node has none. */
function openerOf(packing: Packing): Opener | undefined {
	const { Z_FINISH, Z_SYNC_FLUSH, BROTLI_OPERATION_FINISH, BROTLI_OPERATION_FLUSH } = zlib.constants;
	if (packing === "gzip")
		return (end) => zlib.createGunzip({ chunkSize, finishFlush: end === "whole" ? Z_FINISH : Z_SYNC_FLUSH });
	if (packing === "brotli") {
		return (end) => {
			const finishFlush = end === "whole" ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH;
			return zlib.createBrotliDecompress({ chunkSize, finishFlush });
		};
	}
	// Node has it from 22.15 on.
	if (!("createZstdDecompress" in zlib)) return undefined;
	return (end) => {
		const { ZSTD_e_end, ZSTD_e_flush } = zlib.constants;
		return zlib.createZstdDecompress({ chunkSize, finishFlush: end === "whole" ? ZSTD_e_end : ZSTD_e_flush });
	};
}
