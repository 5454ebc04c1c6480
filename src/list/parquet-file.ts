/** What a Parquet reader asks for: slices of the file, and what packs its pages. */
import { read } from "node:fs";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { type AsyncBuffer, type Compressors, type FileMetaData, snappyUncompress } from "hyparquet";

/** Largest page that is unpacked: usual are 1 MiB, and what a page claims is made room for. */
export const maxPageBytes: number = 2 ** 28;
export type ParquetFile = AsyncBuffer;

export function parquetFile(fd: number, sizeBytes: number): ParquetFile {
	return { byteLength: sizeBytes, slice: (start, end = sizeBytes) => readSlice(fd, start, Math.min(end, sizeBytes)) };
}

const readPart = promisify(read);

async function readSlice(fd: number, start: number, end: number): Promise<ArrayBuffer> {
	if (!(end > start)) throw new Error("it points beyond its own end");
	const bytes = new Uint8Array(end - start);
	for (let offset = 0; offset < bytes.length; ) {
		const { bytesRead } = await readPart(fd, bytes, offset, bytes.length - offset, start + offset);
		if (bytesRead === 0) throw new Error("the file ends too early");
		offset += bytesRead;
	}
	return bytes.buffer;
}

/** What Node and the reader of the format have by themselves: most files need nothing else. */
const own: Compressors = {
	SNAPPY(input, outputLength) {
		const output = new Uint8Array(outputLength);
		snappyUncompress(input, output);
		return output;
	},
	GZIP: (input, outputLength) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, outputLength) }),
	BROTLI: (input, outputLength) => zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, outputLength) }),
	// Node has it from 22.15 on.
	...("zstdDecompressSync" in zlib && {
		ZSTD: (input: Uint8Array, outputLength: number): Uint8Array =>
			zlib.zstdDecompressSync(input, { maxOutputLength: Math.max(1, outputLength) }),
	}),
};

/** Every codec of the format but LZO, which nothing writes any more; of those that are rare, those that are used. */
export async function pageCodecs({ row_groups: groups }: FileMetaData): Promise<Compressors> {
	const used = groups.flatMap(({ columns }) => columns.map(({ meta_data: meta }) => meta?.codec ?? "UNCOMPRESSED"));
	if (used.every((codec) => codec === "UNCOMPRESSED" || codec in own)) return bounded(own);
	const { compressors } = await import("hyparquet-compressors");
	return bounded({ ...compressors, ...own });
}

function bounded(codecs: Compressors): Compressors {
	return Object.fromEntries(
		Object.entries(codecs).map(([name, unpack]) => [
			name,
			(input: Uint8Array, outputLength: number): Uint8Array => {
				if (outputLength > maxPageBytes) throw new Error(`a page of more than ${maxPageBytes} bytes`);
				return unpack(input, outputLength);
			},
		]),
	);
}
