/** One column of a row group, page by page: memory holds a page and a dictionary, however large the group is. */
import type { ColumnMetaData, PageHeader, SchemaTree } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath } from "hyparquet/src/schema.js";
import { type ByteSource, snappySource, wholeSource } from "./byte-source.ts";
import { maxPageBytes, type ParquetFile, type Unpack } from "./parquet-file.ts";
import { type Dictionary, encodingOf, readDictionary, type ValueReader, valueReader } from "./parquet-values.ts";
import { createRoom, freshRoom, type Room } from "./room.ts";

/** Most headers are smaller; statistics of long values make some larger. */
const headerBytes = 4 * 1024;
/** Usual are 1 MiB. */
const largePageBytes = 2 ** 21;
/** Usual are 20,000, and a million where a page is a row group; each takes two bytes at most before its value is read. */
const maxPageValues = 2 ** 26;

export type ColumnChunk = {
	readonly file: ParquetFile;
	readonly schema: SchemaTree;
	readonly column: ColumnMetaData;
	readonly unpack: Unpack;
	readonly rooms: Rooms;
};

/** Of a column, over all row groups. */
export type Rooms = { readonly header: Room; readonly packed: Room; readonly unpacked: Room };

export function createRooms(): Rooms {
	return { header: createRoom(), packed: createRoom(), unpacked: createRoom() };
}

/** Values of a page in their order, with what tells their rows. They must be read before the next page is. */
export type Page = {
	/** Values, those that are not there included. */
	readonly count: number;
	/** Whether there is one. */
	isThere(index: number): boolean;
	/** Whether it is the first of its row. */
	isFirst(index: number): boolean;
	/** The next one of those that are there. */
	readonly next: ValueReader;
};

type Levels = { readonly definition: number; readonly repetition: number };

/** @throws {Error} what it holds cannot be decoded. */
export async function* columnPages({ file, schema, column, unpack, rooms }: ColumnChunk): AsyncGenerator<Page> {
	const path = getTreePath(schema, column.path_in_schema);
	const element = path.at(-1)?.element;
	if (element === undefined) throw new Error("its schema has no such column");
	const most = { definition: getMaxDefinitionLevel(path), repetition: getMaxRepetitionLevel(path) };
	let at = Number(column.dictionary_page_offset ?? column.data_page_offset);
	const end = at + Number(column.total_compressed_size);
	let dictionary: Dictionary | undefined;
	while (at < end) {
		const { header, length } = await readHeader(file, { at, end }, rooms.header);
		const packedBytes = header.compressed_page_size;
		at += length;
		if (!(packedBytes >= 0 && packedBytes <= end - at)) throw new Error("a page leads out of its column");
		if (header.uncompressed_page_size > maxPageBytes) throw new Error(`a page of more than ${maxPageBytes} bytes`);
		const isDictionary = header.type === "DICTIONARY_PAGE";
		const packed = await readPacked(file, { at, end: at + packedBytes }, isDictionary ? freshRoom : rooms.packed);
		at += packedBytes;
		const count = valuesOf(header);
		if (count === 0) continue;
		if (!(count > 0 && count <= maxPageValues)) throw new Error(`a page of ${count} values`);
		if (isDictionary) {
			const page = unpack(packed, header.uncompressed_page_size, freshRoom);
			dictionary = readDictionary(page, count, { column, element });
			continue;
		}
		if (header.data_page_header === undefined && header.data_page_header_v2 === undefined) continue;
		const isLarge = isLargeText(header, column);
		const { definition, repetition, values } = splitPage(header, packed, {
			most,
			open: (bytes, size) => (isLarge ? snappySource(bytes, size) : wholeSource(unpack(bytes, size, rooms.unpacked))),
		});
		const present = definition === undefined ? count : countOf(definition, most.definition);
		yield {
			count,
			isThere: (index) => definition === undefined || definition[index] === most.definition,
			isFirst: (index) => repetition === undefined || repetition[index] === 0,
			next: valueReader(values, { header, count: present, column, element, dictionary }),
		};
	}
}

/** Some programs write 100,000 rows and more in one page: as a whole it would be the most of what a run takes. */
function isLargeText(header: PageHeader, { codec, type }: ColumnMetaData): boolean {
	const isPacked = codec === "SNAPPY" && header.uncompressed_page_size > largePageBytes;
	return isPacked && type === "BYTE_ARRAY" && encodingOf(header) === "PLAIN";
}

type Span = { readonly at: number; readonly end: number };

async function readPacked(file: ParquetFile, { at, end }: Span, room: Room): Promise<Uint8Array> {
	return end === at ? new Uint8Array() : file.read(at, end, room);
}

type Split = {
	readonly definition: Uint8Array | undefined;
	readonly repetition: Uint8Array | undefined;
	readonly values: ByteSource;
};

type Splitting = { readonly most: Levels; open(packed: Uint8Array, sizeBytes: number): ByteSource };

/** Levels come before the values: packed with them in the first version of pages, apart in the second. */
function splitPage(header: PageHeader, packed: Uint8Array, { most, open }: Splitting): Split {
	const second = header.data_page_header_v2;
	const count = valuesOf(header);
	if (second === undefined) {
		const values = open(packed, header.uncompressed_page_size);
		const levelsOf = (level: number): Uint8Array | undefined => {
			if (level === 0) return undefined;
			const at = values.take(4);
			return readLevels(values, level, { count, length: values.buffer.readUInt32LE(at) });
		};
		const repetition = levelsOf(most.repetition);
		return { repetition, definition: levelsOf(most.definition), values };
	}
	const { definition_levels_byte_length: definitionBytes, repetition_levels_byte_length: repetitionBytes } = second;
	const levels = wholeSource(packed);
	const repetition = readLevels(levels, most.repetition, { count, length: repetitionBytes });
	const definition = readLevels(levels, most.definition, { count, length: definitionBytes });
	const rest = levels.rest();
	const size = header.uncompressed_page_size - definitionBytes - repetitionBytes;
	return { repetition, definition, values: second.is_compressed === false ? wholeSource(rest) : open(rest, size) };
}

/** @returns undefined where all are the same. */
function readLevels(
	source: ByteSource,
	most: number,
	{ count, length }: { readonly count: number; readonly length: number },
): Uint8Array | undefined {
	const at = source.take(length);
	if (most === 0) return undefined;
	const levels = new Uint8Array(count);
	const reader = { view: viewOf(source.buffer.subarray(at, at + length)), offset: 0 };
	readRleBitPackedHybrid(reader, 32 - Math.clz32(most), levels, length);
	return levels;
}

function countOf(levels: Uint8Array, level: number): number {
	let count = 0;
	for (const one of levels) if (one === level) count++;
	return count;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
	return new DataView(buffer, byteOffset, byteLength);
}

function valuesOf(header: PageHeader): number {
	const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
	return (first ?? second ?? dictionary)?.num_values ?? 0;
}

async function readHeader(
	file: ParquetFile,
	{ at, end }: Span,
	room: Room,
): Promise<{ readonly header: PageHeader; readonly length: number }> {
	for (let size = headerBytes; ; size *= 8) {
		const reader = { view: viewOf(await file.read(at, Math.min(at + size, end), room)), offset: 0 };
		try {
			return { header: parquetHeader(reader), length: reader.offset };
		} catch (error) {
			// It may be longer than what was read.
			if (at + size >= end) throw error;
		}
	}
}
