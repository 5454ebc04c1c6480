/** What a Parquet reader asks for: slices of the file, and what packs its pages. */
import { read } from "node:fs";
import { promisify } from "node:util";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { AsyncBuffer, Compressors } from "hyparquet";

/** Largest page that is unpacked: usual are 1 MiB, and what a page claims is made room for. */
export const maxPageBytes: number = 2 ** 28;
export type ParquetFile = AsyncBuffer;

export function parquetFile(fd: number, sizeBytes: number): ParquetFile {
	return { byteLength: sizeBytes, slice: (start, end = sizeBytes) => readSlice(fd, start, Math.min(end, sizeBytes)) };
}

async function readSlice(fd: number, start: number, end: number): Promise<ArrayBuffer> {
	if (!(end > start)) throw new Error("it points beyond its own end");
	const bytes = new Uint8Array(end - start);
	for (let offset = 0; offset < bytes.length; ) {
		const { bytesRead } = await promisify(read)(fd, bytes, offset, bytes.length - offset, start + offset);
		if (bytesRead === 0) throw new Error("the file ends too early");
		offset += bytesRead;
	}
	return bytes.buffer;
}

let loaded: Promise<Compressors> | undefined;

/** Every codec of the format but LZO, which nothing writes any more. */
export function pageCodecs(): Promise<Compressors> {
	loaded ??= import("hyparquet-compressors").then(({ compressors }) => bounded({ ...compressors, ...ofNode }));
	return loaded;
}

const ofNode: Compressors = {
	GZIP: (input, outputLength) => gunzipSync(input, { maxOutputLength: Math.max(1, outputLength) }),
	BROTLI: (input, outputLength) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, outputLength) }),
};

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
