/** Values of Parquet pages, decoded one by one as they are asked for: most of a page is wanted later, or never. */
import type { ColumnMetaData, Encoding, PageHeader, SchemaElement } from "hyparquet";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { readDataPage } from "hyparquet/src/datapage.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { ByteSource } from "./byte-source.ts";
import { maxEntryLength } from "./limits.ts";

/** @throws {Error} there is none left, or it leads out of its page. */
export type ValueReader = () => unknown;

/** The values that those of a page are numbers of. */
export type Dictionary = (number: number) => unknown;

type OfColumn = { readonly column: ColumnMetaData; readonly element: SchemaElement };

type OfPage = OfColumn & {
	readonly header: PageHeader;
	/** How many values there are. */
	readonly count: number;
	readonly dictionary: Dictionary | undefined;
};

/** More of a text is never used: an entry that has so much fails. */
const maxTextBytes = 4 * maxEntryLength + 4;

/** @param page its memory is kept. @throws {Error} it ends too early. */
export function readDictionary(page: Uint8Array, count: number, of: OfColumn): Dictionary {
	if (of.column.type === "BYTE_ARRAY") return textDictionary(page, count);
	const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
	const values = convert(readPlain(reader, of.column.type, count, of.element.type_length), decoderOf(of));
	return (number) => values[number];
}

/** @param values the bytes of a page behind its levels */
export function valueReader(values: ByteSource, of: OfPage): ValueReader {
	const encoding = encodingOf(of.header);
	if (encoding === "PLAIN" && of.column.type === "BYTE_ARRAY") return texts(values);
	if (encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY") return numbered(values.rest(), of);
	return others(values.rest(), encoding, of);
}

function textDictionary(page: Uint8Array, count: number): Dictionary {
	const bytes = bufferOf(page);
	// Each has its length before it, in four bytes.
	if (count > bytes.length / 4) throw new Error("a dictionary ends too early");
	const starts = new Uint32Array(count);
	for (let number = 0, offset = 0; number < count; number++) {
		starts[number] = offset + 4;
		offset += 4 + bytes.readUInt32LE(offset);
		if (offset > bytes.length) throw new Error("a value leads out of its dictionary");
	}
	return (number) => {
		const start = starts[number];
		if (start === undefined) throw new Error("a value that its dictionary has not");
		return textOf(bytes, start, start + bytes.readUInt32LE(start - 4));
	};
}

/** Byte arrays with their lengths before them. */
function texts(values: ByteSource): ValueReader {
	return () => {
		const before = values.take(4);
		const length = values.buffer.readUInt32LE(before);
		const start = values.take(length);
		return textOf(values.buffer, start, start + length);
	};
}

function numbered(values: Uint8Array, { count, dictionary }: OfPage): ValueReader {
	if (dictionary === undefined) throw new Error("a page without its dictionary");
	const numbers = new Uint32Array(count);
	const [width = 0] = values;
	if (width > 0) {
		const reader = { view: new DataView(values.buffer, values.byteOffset, values.byteLength), offset: 1 };
		readRleBitPackedHybrid(reader, width, numbers, values.length - 1);
	}
	let next = 0;
	return () => {
		const number = numbers[next++];
		if (number === undefined) throw new Error("a page ends too early");
		return dictionary(number);
	};
}

/** What is no text, or one whose encoding leans on those before it, is decoded by the page. */
function others(values: Uint8Array, encoding: Encoding, of: OfPage): ValueReader {
	const header = {
		num_values: of.count,
		encoding,
		definition_level_encoding: "RLE",
		repetition_level_encoding: "RLE",
	} as const;
	// Without a path: no levels stand before them.
	const decoder = decoderOf(of);
	const { dataPage } = readDataPage(values, header, decoder);
	const converted = convert(dataPage, decoder);
	let next = 0;
	return () => {
		if (next >= converted.length) throw new Error("a page ends too early");
		return converted[next++];
	};
}

function decoderOf({ column, element }: OfColumn) {
	return { ...column, pathInSchema: column.path_in_schema, element, schemaPath: [], parsers: DEFAULT_PARSERS };
}

export function encodingOf({ data_page_header: first, data_page_header_v2: second }: PageHeader): Encoding {
	return (first ?? second)?.encoding ?? "PLAIN";
}

function textOf(bytes: Buffer, start: number, end: number): string {
	return bytes.toString("utf8", start, Math.min(end, start + maxTextBytes));
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
	return Buffer.from(buffer, byteOffset, byteLength);
}
