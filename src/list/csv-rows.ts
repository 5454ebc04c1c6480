/** Rows of CSV and TSV, out of bytes that come in any pieces. */
import { parse } from "csv-parse";
import { maxRowLength, tooLong } from "./limits.ts";

/** A header row that is longer is taken to have commas. */
const longestHeader = 64 * 1024;

export type RowParser = {
	/** Hands on the rows that these bytes complete. @throws {Error} a row is too long. */
	write(piece: Uint8Array): Promise<void>;
	/** Hands on the last row. @throws {Error} it ends within quotes. */
	end(): Promise<void>;
};

/** @param onRow gets the fields, and how many empty lines there were so far */
export function createRowParser(
	separator: "," | "\t",
	onRow: (fields: readonly string[], emptyLines: number) => void,
): RowParser {
	let parser: ReturnType<typeof parse> | undefined;
	let failure: Error | undefined;
	/** Bytes before the end of the first row, which tells the separator. */
	let beginning: Buffer = Buffer.alloc(0);

	const start = (): ReturnType<typeof parse> => {
		const started = parse({
			bom: true,
			delimiter: separator === "," ? separatorOf(beginning.toString()) : separator,
			record_delimiter: ["\r\n", "\n", "\r"],
			relax_column_count: true,
			relax_quotes: true,
			skip_empty_lines: true,
			max_record_size: maxRowLength,
			// Nothing is pushed on: rows are handed over as they end.
			on_record: (fields: readonly string[], context) => {
				onRow(fields, context.empty_lines);
				return null;
			},
		});
		started.on("error", (error) => {
			failure ??= asProblem(error);
		});
		return started;
	};
	const feed = (bytes: Uint8Array): Promise<void> =>
		new Promise((resolve, reject) => {
			parser ??= start();
			parser.write(bytes, (error) => (error ? reject(failure ?? asProblem(error)) : resolve()));
		});

	return {
		async write(piece) {
			if (parser !== undefined) return feed(piece);
			beginning = Buffer.concat([beginning, piece]);
			if (hasFirstRow(beginning) || beginning.length > longestHeader) await feed(beginning);
		},
		end: async () => {
			if (parser === undefined && beginning.length > 0) await feed(beginning);
			if (parser === undefined) return;
			const ending = parser;
			await new Promise<void>((resolve, reject) => {
				ending.once("error", (error) => reject(failure ?? asProblem(error)));
				ending.end(() => resolve());
				ending.resume();
			});
		},
	};
}

function hasFirstRow(bytes: Buffer): boolean {
	return /[\r\n]/.test(bytes.toString().trimStart());
}

/** Spreadsheets write semicolons where the comma stands in numbers. A URL alone may hold one too. */
function separatorOf(beginning: string): string {
	const first = beginning.trimStart().split(/[\r\n]/, 1)[0] ?? "";
	const [, told] = separatorLine.exec(first) ?? [];
	if (told !== undefined) return told;
	if (first.includes(",") || /^"?https?:/i.test(first)) return ",";
	return [";", "\t"].find((separator) => first.includes(separator)) ?? ",";
}

/** What some spreadsheets want before the header row. */
const separatorLine = /^\ufeff?"?sep=([,;\t|])"?$/i;

/** Whether the row is that line, and no row of the table. */
export function isSeparatorLine([first = "", ...others]: readonly string[]): boolean {
	return /^sep=[,;\t|]?$/i.test(first) && others.length <= 1 && others.every((field) => field === "");
}

function asProblem(error: Error): Error {
	const code = "code" in error ? error.code : undefined;
	if (code === "CSV_MAX_RECORD_SIZE")
		return new Error(`${tooLong("a row", maxRowLength)}: a quote that nothing closes?`);
	if (code === "CSV_QUOTE_NOT_CLOSED") return new Error("the list ends within quotes that nothing closes");
	return error;
}
