/** One column of a row group, page by page: memory holds a page and a dictionary, however large the group is. */
import {
	type ColumnMetaData,
	type Compressors,
	type DecodedArray,
	type PageHeader,
	type SchemaTree,
	snappyUncompress,
} from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getTreePath, isFlatColumn } from "hyparquet/src/schema.js";
import { maxPageBytes, type ParquetFile } from "./parquet-file.ts";
import { isLargeAndPlain, plainStrings, type StringDictionary, stringDictionary } from "./parquet-strings.ts";

/** Most headers are smaller; statistics of long values make some larger. */
const headerBytes = 16 * 1024;

export type ColumnChunk = {
	readonly file: ParquetFile;
	readonly schema: SchemaTree;
	readonly column: ColumnMetaData;
	readonly codecs: ColumnCodecs;
};

export type ColumnCodecs = {
	readonly ofPages: Compressors;
	/** For pages whose values are copied out of them: their memory is used again for the next one, also of another group. */
	readonly intoOneBuffer: Compressors;
};

export function columnCodecs(ofPages: Compressors): ColumnCodecs {
	return { ofPages, intoOneBuffer: { ...ofPages, SNAPPY: snappyIntoOneBuffer() } };
}

/** Whether the column has one value in each row: the pages of others may begin in the middle of one. */
export function isFlat({ schema, column }: Pick<ColumnChunk, "schema" | "column">): boolean {
	return isFlatColumn(getTreePath(schema, column.path_in_schema));
}

/** The values of a flat column, one for each row, in the pieces that its pages are. */
export async function* columnPages({
	file,
	schema,
	column,
	codecs,
}: ColumnChunk): AsyncGenerator<DecodedArray | readonly (string | null)[]> {
	const schemaPath = getTreePath(schema, column.path_in_schema);
	const element = schemaPath.at(-1)?.element;
	if (element === undefined) throw new Error("its schema has no such column");
	const decoder = {
		...column,
		pathInSchema: column.path_in_schema,
		element,
		schemaPath,
		compressors: codecs.ofPages,
		parsers: DEFAULT_PARSERS,
	};
	let at = Number(column.dictionary_page_offset ?? column.data_page_offset);
	const end = at + Number(column.total_compressed_size);
	let dictionary: DecodedArray | undefined;
	let strings: StringDictionary | undefined;
	while (at < end) {
		const { header, length } = await readHeader(file, at, end);
		const packedBytes = header.compressed_page_size;
		at += length;
		if (!(packedBytes >= 0 && packedBytes <= end - at)) throw new Error("a page leads out of its column");
		if (header.uncompressed_page_size > maxPageBytes) throw new Error(`a page of more than ${maxPageBytes} bytes`);
		const page = packedBytes === 0 ? new ArrayBuffer(0) : await file.slice(at, at + packedBytes);
		at += packedBytes;
		if (valuesOf(header) === 0) continue;
		if (column.type === "BYTE_ARRAY" && isLargeAndPlain(header)) {
			const isOptional = element.repetition_type !== "REQUIRED";
			yield* plainStrings({
				header,
				packed: new Uint8Array(page),
				isOptional,
				codec: column.codec,
				compressors: codecs.intoOneBuffer,
			});
			continue;
		}
		if (header.type === "DICTIONARY_PAGE" && column.type === "BYTE_ARRAY") {
			const unpacked = decompressPage(
				new Uint8Array(page),
				header.uncompressed_page_size,
				column.codec,
				codecs.ofPages,
			);
			strings = stringDictionary(unpacked, valuesOf(header));
			dictionary = strings.numbers;
			continue;
		}
		const { data } = readPage({ view: new DataView(page), offset: 0 }, header, decoder, dictionary, undefined, 0);
		if (data === undefined) continue;
		if (header.type === "DICTIONARY_PAGE") dictionary = convert(data, decoder);
		else if (strings !== undefined && isOfDictionary(header)) yield* strings.strings(data);
		else yield data;
	}
}

function snappyIntoOneBuffer(): (input: Uint8Array, outputLength: number) => Uint8Array {
	let buffer = new Uint8Array();
	return (input, outputLength) => {
		// With room for the next one, which is a little larger where numbers grow.
		if (outputLength > buffer.length) buffer = new Uint8Array(Math.ceil(outputLength * 1.25));
		const output = buffer.subarray(0, outputLength);
		snappyUncompress(input, output);
		return output;
	};
}

function isOfDictionary({ data_page_header: first, data_page_header_v2: second }: PageHeader): boolean {
	return (first ?? second)?.encoding.endsWith("_DICTIONARY") ?? false;
}

function valuesOf(header: PageHeader): number {
	const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
	return (first ?? second ?? dictionary)?.num_values ?? 0;
}

async function readHeader(
	file: ParquetFile,
	at: number,
	end: number,
): Promise<{ readonly header: PageHeader; readonly length: number }> {
	for (let size = headerBytes; ; size *= 8) {
		const reader = { view: new DataView(await file.slice(at, Math.min(at + size, end))), offset: 0 };
		try {
			return { header: parquetHeader(reader), length: reader.offset };
		} catch (error) {
			// It may be longer than what was read.
			if (at + size >= end) throw error;
		}
	}
}
