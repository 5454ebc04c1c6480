/** Parquet lists: the columns that are asked for, row group by row group and page by page. */
import { type FileMetaData, parquetMetadataAsync, parquetSchema, type RowGroup, type SchemaTree } from "hyparquet";
import type { Draft, Entry } from "../core/entry.ts";
import { BrokenListError, brokenAt } from "./broken-list-error.ts";
import { boundEntry } from "./limits.ts";
import { noEntry } from "./object-entry.ts";
import { findLeaves } from "./parquet-columns.ts";
import { type ParquetFile, pageUnpacker, parquetFile } from "./parquet-file.ts";
import { type ColumnChunk, createRooms } from "./parquet-pages.ts";
import { type Row, rowsOfPages } from "./parquet-rows.ts";
import type { ReadOptions } from "./read-options.ts";
import { createUrlReader, type UrlReader } from "./url-reader.ts";

export type ParquetSource = {
	readonly fd: number;
	readonly sizeBytes: number;
	/** Told how much has been read, from 0 to 1. */
	onRead?(fraction: number): void;
};

type Leaf = readonly string[];
type Table = {
	readonly file: ParquetFile;
	readonly metadata: FileMetaData;
	readonly schema: SchemaTree;
	readonly leaves: readonly Leaf[];
};
/** Places of the values in a row; -1 of those that are not there. */
type Places = { readonly url: number; readonly out: number; readonly checksum: number };

/**
 * Batches of entries; `line` is the number of the row.
 * @throws {BrokenListError} it is no Parquet file, a column is not there, or what it holds cannot be decoded.
 */
export async function* readParquet(source: ParquetSource, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
	const readUrl = createUrlReader(options);
	const file = parquetFile(source.fd, source.sizeBytes);
	const metadata = await readMetadata(file);
	const schema = parquetSchema(metadata);
	const { url, out, checksum } = findLeaves(schema, options);
	const leaves = [...new Set([url, out, checksum].filter((leaf) => leaf !== undefined))];
	const place = (leaf: Leaf | undefined): number => (leaf === undefined ? -1 : leaves.indexOf(leaf));
	const wanted = { url: place(url), out: place(out), checksum: place(checksum) };
	let row = 0;
	try {
		for await (const rows of readRows({ file, metadata, schema, leaves }, () => row)) {
			if (options.signal?.aborted) return;
			const begins = row + 1;
			row += rows.length;
			yield rows.map((values, index) => {
				const line = begins + index;
				const where = options.list === undefined ? { line } : { line, list: options.list };
				return entryOf(values, wanted, { place: where, readUrl });
			});
			source.onRead?.(row / Number(metadata.num_rows));
		}
	} catch (error) {
		throw brokenAt(row + 1, error);
	}
}

async function readMetadata(file: ParquetFile): Promise<FileMetaData> {
	try {
		return await parquetMetadataAsync(file);
	} catch (error) {
		throw new BrokenListError(
			1,
			`it is no whole Parquet file: ${error instanceof Error ? error.message : error}`,
			error,
		);
	}
}

/** @param done how many rows were read so far */
async function* readRows(table: Table, done: () => number): AsyncGenerator<readonly Row[]> {
	const { file, schema, metadata } = table;
	const unpackerOf = await pageUnpacker(metadata);
	const columns = table.leaves.map((leaf) => ({ path: pathOf(leaf), rooms: createRooms() }));
	for (const group of metadata.row_groups) {
		const end = done() + Number(group.num_rows);
		const chunks = columns.map(({ path, rooms }): ColumnChunk => {
			const column = columnOf(group, path);
			return { file, schema, column, unpack: unpackerOf(column.codec), rooms };
		});
		yield* rowsOfPages(chunks, Number(group.num_rows));
		if (done() !== end) throw new Error("rows are missing");
	}
}

function columnOf({ columns }: RowGroup, path: string): NonNullable<RowGroup["columns"][number]["meta_data"]> {
	const column = columns.find(({ meta_data: meta }) => meta && pathOf(meta.path_in_schema) === path)?.meta_data;
	if (column === undefined) throw new Error("a row group lacks a column");
	return column;
}

/** Names may have any character but this. */
function pathOf(leaf: Leaf): string {
	return leaf.join("\0");
}

type Reading = { readonly place: Pick<Entry, "line" | "list">; readonly readUrl: UrlReader };

function entryOf(values: Row, { url, out, checksum }: Places, { place, readUrl }: Reading): Entry {
	const [first, ...others] = textsOf(values[url])
		.map(readUrl)
		.filter((text) => text !== "");
	if (first === undefined) return noEntry(place, "", "the row has no URL");
	const draft: Draft = { ...place, urls: [first, ...others] };
	const [name] = textsOf(values[out]);
	if (name !== undefined && name !== "") draft.out = name;
	const checksums = textsOf(values[checksum]).filter((text) => text !== "");
	if (checksums.length > 0) draft.checksums = checksums;
	return boundEntry(draft);
}

/** A list of strings stands for mirrors; columns that are not marked as text come as bytes. */
function textsOf(value: unknown): readonly string[] {
	if (typeof value === "string") return [value];
	if (value === null || value === undefined) return [];
	if (Array.isArray(value)) return value.flatMap(textsOf);
	if (value instanceof Uint8Array) return [new TextDecoder().decode(value)];
	return [typeof value === "object" ? "" : String(value)];
}
