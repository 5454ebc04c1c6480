/** Parquet lists: the columns that are asked for, row group by row group, and page by page where a column allows that. */
import {
	type Compressors,
	type FileMetaData,
	parquetMetadataAsync,
	parquetReadObjects,
	parquetSchema,
	type RowGroup,
} from "hyparquet";
import type { Draft, Entry } from "../core/entry.ts";
import { BrokenListError, brokenAt } from "./broken-list-error.ts";
import { type Columns, findColumns } from "./columns.ts";
import { boundEntry } from "./limits.ts";
import { noEntry } from "./object-entry.ts";
import { type ParquetFile, pageCodecs, parquetFile } from "./parquet-file.ts";
import { type ColumnChunk, columnCodecs, columnPages, isFlat } from "./parquet-pages.ts";
import type { ReadOptions } from "./read-options.ts";
import { createUrlReader, type UrlReader } from "./url-reader.ts";

const batchRows = 128;

export type ParquetSource = {
	readonly fd: number;
	readonly sizeBytes: number;
	/** Told how much has been read, from 0 to 1. */
	onRead?(fraction: number): void;
};

/** Values of the columns that are asked for, in their order. */
type Row = readonly unknown[];
type Table = { readonly file: ParquetFile; readonly metadata: FileMetaData; readonly names: readonly string[] };

/**
 * Batches of entries; `line` is the number of the row.
 * @throws {BrokenListError} it is no Parquet file, a column is not there, or what it holds cannot be decoded.
 */
export async function* readParquet(source: ParquetSource, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
	const readUrl = createUrlReader(options);
	const file = parquetFile(source.fd, source.sizeBytes);
	const metadata = await readMetadata(file);
	const all = parquetSchema(metadata).children.map(({ element }) => element.name);
	const columns = findColumns(all, options.columns);
	const names = [...new Set(Object.values(columns).flatMap((place) => all[place] ?? []))];
	const place = (column: number): number => names.indexOf(all[column] ?? "");
	const wanted = { url: place(columns.url), out: place(columns.out), checksum: place(columns.checksum) };
	let row = 0;
	try {
		for await (const rows of readRows({ file, metadata, names }, () => row)) {
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
	const schema = parquetSchema(table.metadata);
	const codecs = await pageCodecs(table.metadata);
	const ofColumns = new Map(table.names.map((name) => [name, columnCodecs(codecs)]));
	for (const group of table.metadata.row_groups) {
		const end = done() + Number(group.num_rows);
		const chunks = table.names.flatMap((name): ColumnChunk[] => {
			const column = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === name)?.meta_data;
			const own = ofColumns.get(name);
			return column && own ? [{ file: table.file, schema, column, codecs: own }] : [];
		});
		if (chunks.length < table.names.length) throw new Error("a row group lacks a column");
		if (chunks.every(isFlat)) yield* rowsOfPages(chunks, Number(group.num_rows));
		else yield* rowsOfGroup(table, { start: done(), group, codecs });
		if (done() !== end) throw new Error("rows are missing");
	}
}

/** Pages of different columns end at different rows. */
async function* rowsOfPages(chunks: readonly ColumnChunk[], count: number): AsyncGenerator<readonly Row[]> {
	const cursors = chunks.map(cursorOf);
	for (let row = 0; row < count; ) {
		let ready = Math.min(batchRows, count - row);
		for (const cursor of cursors) {
			while (cursor.at >= cursor.values.length) {
				const next = await cursor.pages.next();
				if (next.done) throw new Error("values are missing");
				cursor.values = next.value;
				cursor.at = 0;
			}
			ready = Math.min(ready, cursor.values.length - cursor.at);
		}
		const rows = Array.from({ length: ready }, (_, index) => cursors.map(({ values, at }) => values[at + index]));
		for (const cursor of cursors) cursor.at += ready;
		row += ready;
		yield rows;
	}
}

type Cursor = { readonly pages: AsyncGenerator<ArrayLike<unknown>>; values: ArrayLike<unknown>; at: number };

function cursorOf(chunk: ColumnChunk): Cursor {
	return { pages: columnPages(chunk), values: [], at: 0 };
}

/** Columns of lists are decoded for the whole of a row group. */
async function* rowsOfGroup(
	{ file, metadata, names }: Table,
	{ start, group, codecs }: { readonly start: number; readonly group: RowGroup; readonly codecs: Compressors },
): AsyncGenerator<readonly Row[]> {
	const rows = await parquetReadObjects({
		file,
		metadata,
		columns: [...names],
		rowStart: start,
		rowEnd: start + Number(group.num_rows),
		compressors: codecs,
	});
	for (let from = 0; from < rows.length; from += batchRows) {
		yield rows.slice(from, from + batchRows).map((row) => names.map((name): unknown => row[name]));
	}
}

type Reading = { readonly place: Pick<Entry, "line" | "list">; readonly readUrl: UrlReader };

function entryOf(values: Row, { url, out, checksum }: Columns, { place, readUrl }: Reading): Entry {
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
