/** What a Parquet reader asks for: slices of the file, and what packs its pages. */
import { read } from "node:fs";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { type AsyncBuffer, type Compressors, type FileMetaData, snappyUncompress } from "hyparquet";
import type { Room } from "./room.ts";

/** Largest page that is unpacked: usual are 1 MiB, and what a page claims is made room for. */
export const maxPageBytes: number = 2 ** 28;

export type ParquetFile = AsyncBuffer & {
	/** Reads into memory that is used again. @throws {Error} it ends before `end`. */
	read(start: number, end: number, room: Room): Promise<Uint8Array>;
};

export function parquetFile(fd: number, sizeBytes: number): ParquetFile {
	const fill = async (start: number, end: number, room: Room): Promise<Uint8Array> => {
		if (!(end > start && end <= sizeBytes)) throw new Error("it points beyond its own end");
		const bytes = room(end - start);
		for (let offset = 0; offset < bytes.length; ) {
			const { bytesRead } = await readPart(fd, bytes, offset, bytes.length - offset, start + offset);
			if (bytesRead === 0) throw new Error("the file ends too early");
			offset += bytesRead;
		}
		return bytes;
	};
	return {
		byteLength: sizeBytes,
		read: fill,
		async slice(start, end = sizeBytes) {
			const bytes = new Uint8Array(Math.max(0, Math.min(end, sizeBytes) - start));
			await fill(start, start + bytes.length, () => bytes);
			return bytes.buffer;
		},
	};
}

const readPart = promisify(read);

/** Bytes to so many others. */
export type Unpack = (packed: Uint8Array, sizeBytes: number, room: Room) => Uint8Array;

const snappy: Unpack = (packed, sizeBytes, room) => {
	const output = room(sizeBytes);
	snappyUncompress(packed, output);
	return output;
};

/** What Node and the reader of the format have by themselves: most files need nothing else. */
const own: Readonly<Record<string, Unpack>> = {
	UNCOMPRESSED: (packed) => packed,
	SNAPPY: snappy,
	GZIP: (packed, sizeBytes) => zlib.gunzipSync(packed, atMost(sizeBytes)),
	BROTLI: (packed, sizeBytes) => zlib.brotliDecompressSync(packed, atMost(sizeBytes)),
	// Node has it from 22.15 on.
	...("zstdDecompressSync" in zlib && {
		ZSTD: (packed: Uint8Array, sizeBytes: number): Uint8Array => zlib.zstdDecompressSync(packed, atMost(sizeBytes)),
	}),
};

function atMost(sizeBytes: number): { readonly maxOutputLength: number } {
	return { maxOutputLength: Math.max(1, sizeBytes) };
}

/** Unpacks a page of any codec of the format but LZO, which nothing writes any more; of those that are rare, those that are used. */
export async function pageUnpacker({ row_groups: groups }: FileMetaData): Promise<(codec: string) => Unpack> {
	const used = groups.flatMap(({ columns }) => columns.map(({ meta_data: meta }) => meta?.codec ?? "UNCOMPRESSED"));
	const others: Compressors = used.every((codec) => codec in own)
		? {}
		: (await import("hyparquet-compressors")).compressors;
	const foreign = new Map(Object.entries(others));
	return (codec) => (packed, sizeBytes, room) => {
		if (sizeBytes > maxPageBytes) throw new Error(`a page of more than ${maxPageBytes} bytes`);
		// A page without values may have no bytes, which no codec takes.
		if (sizeBytes === 0) return packed.subarray(0, 0);
		const unpack = own[codec] ?? foreign.get(codec);
		if (unpack === undefined) throw new Error(`its pages are packed with ${codec}`);
		const page = unpack(packed, sizeBytes, room);
		if (page.length !== sizeBytes) throw new Error(`a page of ${page.length} bytes that should be ${sizeBytes}`);
		return page;
	};
}
