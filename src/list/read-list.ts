/** From the bytes of a list to its entries, whatever it is packed with and whichever format it is in. */
import type { Entry } from "../core/entry.ts";
import { BrokenListError } from "./broken-list-error.ts";
import { foreignKind, isHtml } from "./foreign.ts";
import { isUndecided, type ListFormat, looksLike, type NameSays, packingOf } from "./format.ts";
import { peek } from "./peek.ts";
import type { ReadOptions } from "./read-options.ts";
import { readTextList } from "./text.ts";
import { asUtf8 } from "./utf-16.ts";

export type ReadRequest = {
	readonly chunks: AsyncIterable<Uint8Array>;
	/** The same as a file, where it is one. */
	readonly file?: { readonly fd: number; readonly sizeBytes: number } | undefined;
	/** What the user and the name of the list say of it. */
	readonly says: NameSays;
	/** Told how much of a list that is not read from its beginning was read, from 0 to 1. */
	onRead?(fraction: number): void;
};

/**
 * Batches of entries; an abort ends them without an exception.
 * @throws {BrokenListError} it cannot be read on, with the place; or what `chunks` throws
 */
export async function* readList(request: ReadRequest, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
	const { says } = request;
	const packed = await peek(request.chunks, isUndecided, options.signal);
	if (packed === undefined) return;
	const packing = packingOf(packed.beginning) ?? says.packing;
	if (packing === undefined) {
		yield* readUnpacked({ ...request, ...packed, format: says.format ?? looksLike(packed.beginning) }, options);
		return;
	}
	if (packing !== "brotli" && packed.beginning.length > 0 && packingOf(packed.beginning) === undefined) {
		throw new BrokenListError(1, `it is not packed with ${packing}, as its name says`);
	}
	const { unpack } = await import("./unpack.ts");
	const { chunks, close } = await unpack(packed.chunks, packing);
	try {
		const unpacked = await peek(chunks, isUndecided, options.signal);
		if (unpacked === undefined) return;
		if (packingOf(unpacked.beginning) !== undefined) {
			throw new BrokenListError(1, "it is packed twice: unpack it once before");
		}
		const format = says.format ?? looksLike(unpacked.beginning);
		yield* readUnpacked({ ...unpacked, format }, options);
	} finally {
		close();
	}
}

type Unpacked = Pick<ReadRequest, "chunks" | "file" | "onRead"> & {
	readonly beginning: Uint8Array;
	readonly format: ListFormat;
};

async function* readUnpacked(list: Unpacked, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
	const { beginning, format } = list;
	const foreign = foreignKind(beginning);
	if (foreign !== undefined) throw new BrokenListError(1, `it is ${foreign}`);
	if (format !== "metalink" && isHtml(beginning)) throw new BrokenListError(1, "it is an HTML page");
	const chunks = asUtf8(beginning, list.chunks);
	switch (format) {
		case "text":
			return yield* readTextList(chunks, options);
		case "jsonl":
			return yield* (await import("./jsonl.ts")).readJsonLines(chunks, options);
		case "json":
			return yield* (await import("./json.ts")).readJson(chunks, options);
		case "csv":
			return yield* (await import("./csv.ts")).readColumns(chunks, ",", options);
		case "tsv":
			return yield* (await import("./csv.ts")).readColumns(chunks, "\t", options);
		case "metalink":
			return yield* (await import("./metalink.ts")).readMetalink(chunks, options);
		case "parquet":
			return yield* readParquetOf(list, options);
	}
}

async function* readParquetOf({ beginning, chunks, file, onRead }: Unpacked, options: ReadOptions) {
	const magic = Buffer.from(beginning.subarray(0, 4)).toString("latin1");
	if (magic !== "PAR1") throw new BrokenListError(1, `it is no Parquet file: it begins with ${JSON.stringify(magic)}`);
	const { readParquet } = await import("./parquet.ts");
	if (file !== undefined) return yield* readParquet({ ...file, ...(onRead && { onRead }) }, options);
	const { spool } = await import("./spool.ts");
	const { handle, sizeBytes } = await spool(chunks, options.signal);
	try {
		if (!options.signal?.aborted) yield* readParquet({ fd: handle.fd, sizeBytes }, options);
	} finally {
		await handle.close();
	}
}
