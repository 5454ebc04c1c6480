/** The rows of a Parquet row group, put together from the pages of its columns. */
import { getMaxRepetitionLevel, getTreePath } from "hyparquet/src/schema.js";
import { maxEntryLength } from "./limits.ts";
import { type ColumnChunk, columnPages } from "./parquet-pages.ts";

/** Few, so that they are forgotten before the collector of garbage takes them for old. */
const batchRows = 128;

/** Values of the columns that are asked for, in their order. */
export type Row = readonly unknown[];

/** Pages of different columns end at different rows. */
export async function* rowsOfPages(chunks: readonly ColumnChunk[], count: number): AsyncGenerator<readonly Row[]> {
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

type Cursor = { readonly pages: AsyncGenerator<readonly unknown[]>; values: readonly unknown[]; at: number };

function cursorOf(chunk: ColumnChunk): Cursor {
	return { pages: columnRows(chunk), values: [], at: 0 };
}

/** What a column has in each row: a value, null, or the values of a list; some rows at a time, which are forgotten soon. */
async function* columnRows(chunk: ColumnChunk): AsyncGenerator<readonly unknown[]> {
	const isList = isRepeated(chunk);
	/** A page may end within a row. */
	let open: OpenList | undefined;
	for await (const page of columnPages(chunk)) {
		let rows: unknown[] = [];
		for (let index = 0; index < page.count; index++) {
			const value = page.isThere(index) ? page.next() : null;
			if (!isList) rows.push(value);
			else {
				if (page.isFirst(index)) {
					if (open !== undefined) rows.push(open.values);
					open = { values: [], length: 0 };
				}
				if (open === undefined) throw new Error("a row group begins within a row");
				keep(open, value);
			}
			if (rows.length < batchRows) continue;
			yield rows;
			rows = [];
		}
		yield rows;
	}
	if (open !== undefined) yield [open.values];
}

function isRepeated({ schema, column }: ColumnChunk): boolean {
	return getMaxRepetitionLevel(getTreePath(schema, column.path_in_schema)) > 0;
}

type OpenList = { readonly values: unknown[]; length: number };

/** Values that count, until they are more than an entry may have: it fails then. */
function keep(list: OpenList, value: unknown): void {
	if (value === null || value === "" || list.length > maxEntryLength) return;
	list.values.push(value);
	list.length += typeof value === "string" ? value.length : 1;
}
