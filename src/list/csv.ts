/** Lists with columns as text: CSV (RFC 4180, or with semicolons) and TSV, read row by row. */
import type { Draft, Entry } from "../core/entry.ts";
import { trimInvisible } from "../core/trim-invisible.ts";
import { brokenAt } from "./broken-list-error.ts";
import { type Columns, findColumns } from "./columns.ts";
import { createRowParser, isSeparatorLine } from "./csv-rows.ts";
import { boundEntry } from "./limits.ts";
import { noEntry } from "./object-entry.ts";
import { pieces } from "./pieces.ts";
import type { ReadOptions } from "./read-options.ts";
import { createUrlReader, isBareHost, type UrlReader } from "./url-reader.ts";

const pieceBytes = 8 * 1024;

type Row = { readonly fields: readonly string[]; readonly line: number };

/**
 * Batches of entries; `line` is the physical line on which the row begins.
 * @param separator `,` also stands for `;` or a tab where the first row has no comma
 * @throws {BrokenListError} a column is not there, or the quotes go wrong.
 */
export async function* readColumns(
	chunks: AsyncIterable<Uint8Array>,
	separator: "," | "\t",
	options: ReadOptions,
): AsyncGenerator<readonly Entry[]> {
	const readUrl = createUrlReader(options);
	let columns: Columns | undefined;
	let width = 0;
	for await (const rows of readRows(chunks, separator, options.signal)) {
		const entries: Entry[] = [];
		for (const { fields, line } of rows) {
			if (columns === undefined) {
				if (isSeparatorLine(fields) || fields.every((field) => field.trim() === "")) continue;
				columns = columnsOf(fields, options);
				width = fields.length;
				// A header row is no entry; without one the only column has URLs.
				if (columns !== noHeaderRow) continue;
			}
			const place = options.list === undefined ? { line } : { line, list: options.list };
			const extra = fields.slice(width).find((field) => field !== "");
			if (extra === undefined) entries.push(entryOf(fields, columns, { place, readUrl }));
			else entries.push(noEntry(place, fields.join(separator), tooWide(fields.length, width)));
		}
		if (entries.length > 0) yield entries;
	}
}

const noHeaderRow: Columns = { url: 0, out: -1, checksum: -1 };

/** It cannot be told which field is which: half a URL may be another one that exists. */
function tooWide(found: number, width: number): string {
	return `the row has ${found} columns, the first one ${width}: what holds a separator wants quotes around it`;
}

function columnsOf(fields: readonly string[], options: ReadOptions): Columns {
	const [only = ""] = fields;
	const wanted = (options.columns?.url ?? "url").toLowerCase();
	const isUrl = /^\s*https?:/i.test(only) || isBareHost(only.trim()) || options.base !== undefined;
	if (fields.length === 1 && isUrl && only.trim().toLowerCase() !== wanted) return noHeaderRow;
	return findColumns(fields.map(trimInvisible), options);
}

type Reading = { readonly place: Pick<Entry, "line" | "list">; readonly readUrl: UrlReader };

function entryOf(fields: readonly string[], columns: Columns, { place, readUrl }: Reading): Entry {
	const url = readUrl(fields[columns.url] ?? "");
	if (url === "") return noEntry(place, "", "the row has no URL");
	const draft: Draft = { ...place, urls: [url] };
	const out = fields[columns.out];
	const checksum = fields[columns.checksum];
	if (out !== undefined && out !== "") draft.out = out;
	if (checksum !== undefined && checksum.trim() !== "") draft.checksums = [checksum];
	return boundEntry(draft);
}

async function* readRows(
	chunks: AsyncIterable<Uint8Array>,
	separator: "," | "\t",
	signal: AbortSignal | undefined,
): AsyncGenerator<readonly Row[]> {
	/** Where the next row begins. */
	let line = 1;
	let emptyLines = 0;
	let rows: Row[] = [];
	const parser = createRowParser(separator, (fields, emptySoFar) => {
		const begins = line + emptySoFar - emptyLines;
		emptyLines = emptySoFar;
		rows.push({ fields, line: begins });
		line = begins + 1 + lineBreaksIn(fields);
	});
	try {
		for await (const chunk of chunks) {
			for (const piece of pieces(chunk, pieceBytes)) {
				await parser.write(piece);
				if (rows.length > 0) yield rows;
				rows = [];
			}
			if (signal?.aborted) return;
		}
		await parser.end();
	} catch (error) {
		if (rows.length > 0) yield rows;
		throw brokenAt(line, error);
	}
	if (rows.length > 0) yield rows;
}

/** A line break within quotes is part of its row. */
function lineBreaksIn(fields: readonly string[]): number {
	let count = 0;
	for (const field of fields) {
		if (field.includes("\n") || field.includes("\r")) count += field.match(/\r\n?|\n/g)?.length ?? 0;
	}
	return count;
}
