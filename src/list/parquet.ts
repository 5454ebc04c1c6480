/** Parquet lists: the columns that are asked for, row group by row group, in slices of rows. */
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { Draft, Entry } from "../core/entry.ts";
import { BrokenListError, brokenAt } from "./broken-list-error.ts";
import { type Columns, findColumns } from "./columns.ts";
import { boundEntry } from "./limits.ts";
import { noEntry } from "./object-entry.ts";
import { type ParquetFile, pageCodecs, parquetFile } from "./parquet-file.ts";
import type { ReadOptions } from "./read-options.ts";
import { createUrlReader, type UrlReader } from "./url-reader.ts";

/** Rows that are decoded at once. */
const sliceRows = 8192;
const batchRows = 128;

export type ParquetSource = {
	readonly fd: number;
	readonly sizeBytes: number;
	/** Told how much has been read, from 0 to 1. */
	onRead?(fraction: number): void;
};

/**
 * Batches of entries; `line` is the number of the row.
 * @throws {BrokenListError} it is no Parquet file, a column is not there, or what it holds cannot be decoded.
 */
export async function* readParquet(source: ParquetSource, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
	const readUrl = createUrlReader(options);
	const file = parquetFile(source.fd, source.sizeBytes);
	const metadata = await readMetadata(file);
	const names = (metadata.schema.length > 0 ? topLevel(metadata.schema) : []).map(({ name }) => name);
	const columns = findColumns(names, options.columns);
	const wanted = Object.values(columns).flatMap((place) => names[place] ?? []);
	let row = 0;
	for (const group of metadata.row_groups) {
		const end = row + Number(group.num_rows);
		while (row < end) {
			if (options.signal?.aborted) return;
			const rows = await readSlice(row, Math.min(row + sliceRows, end));
			for (let from = 0; from < rows.length; from += batchRows) {
				const begins = row;
				yield rows.slice(from, from + batchRows).map((values, index) => {
					const line = begins + from + index + 1;
					const place = options.list === undefined ? { line } : { line, list: options.list };
					return entryOf(values, { names, columns, place, readUrl });
				});
			}
			row += rows.length;
			source.onRead?.(row / Number(metadata.num_rows));
		}
	}

	async function readSlice(rowStart: number, rowEnd: number): Promise<readonly Row[]> {
		try {
			const rows = await parquetReadObjects({
				file,
				metadata,
				columns: wanted,
				rowStart,
				rowEnd,
				compressors: await pageCodecs(),
				useOffsetIndex: true,
			});
			if (rows.length !== rowEnd - rowStart) throw new Error("rows are missing");
			return rows;
		} catch (error) {
			throw brokenAt(rowStart + 1, error);
		}
	}
}

type Row = Readonly<Record<string, unknown>>;
type Metadata = Awaited<ReturnType<typeof parquetMetadataAsync>>;

async function readMetadata(file: ParquetFile): Promise<Metadata> {
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

/** The columns of the table: the schema is a tree in the order of a walk through it. */
function topLevel(schema: Metadata["schema"]): Metadata["schema"] {
	const found: Metadata["schema"] = [];
	for (let at = 1; at < schema.length; at = after(schema, at)) found.push(...schema.slice(at, at + 1));
	return found;
}

/** The place behind an element and all below it. */
function after(schema: Metadata["schema"], at: number): number {
	let next = at + 1;
	for (let left = schema[at]?.num_children ?? 0; left > 0 && next < schema.length; left--) next = after(schema, next);
	return next;
}

type Reading = {
	readonly names: readonly string[];
	readonly columns: Columns;
	readonly place: Pick<Entry, "line" | "list">;
	readonly readUrl: UrlReader;
};

function entryOf(values: Row, { names, columns, place, readUrl }: Reading): Entry {
	const cell = (column: number): unknown => (column < 0 ? undefined : values[names[column] ?? ""]);
	const [first, ...others] = textsOf(cell(columns.url))
		.map(readUrl)
		.filter((url) => url !== "");
	if (first === undefined) return noEntry(place, "", "the row has no URL");
	const draft: Draft = { ...place, urls: [first, ...others] };
	const [out] = textsOf(cell(columns.out));
	if (out !== undefined && out !== "") draft.out = out;
	const checksums = textsOf(cell(columns.checksum)).filter((text) => text !== "");
	if (checksums.length > 0) draft.checksums = checksums;
	return boundEntry(draft);
}

/** A list of strings stands for mirrors; columns that are not marked as text come as bytes. */
function textsOf(value: unknown): readonly string[] {
	if (value === null || value === undefined) return [];
	if (Array.isArray(value)) return value.flatMap(textsOf);
	if (value instanceof Uint8Array) return [new TextDecoder().decode(value)];
	return [typeof value === "object" ? "" : String(value)];
}
