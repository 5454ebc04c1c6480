/** Strings of Parquet, made when they are asked for: those of a large plain page, some at a time, and those of a dictionary, one by one. */
import type { CompressionCodec, Compressors, PageHeader } from "hyparquet";
import { decompressPage } from "hyparquet/src/datapage.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";

/** Usual are 20,000 values; to decode more at once takes memory that is seen. */
const largePageValues = 4096;
/** Values that are made at once: few, so that they are forgotten before the collector of garbage takes them for old. */
const pieceValues = 128;

export type StringPage = {
	readonly header: PageHeader;
	/** As it lies in the file. */
	readonly packed: Uint8Array;
	/** Whether there may be nulls. */
	readonly isOptional: boolean;
	readonly codec: CompressionCodec;
	readonly compressors: Compressors;
};

/** Whether a page of byte arrays is worth it. */
export function isLargeAndPlain({ data_page_header: first, data_page_header_v2: second }: PageHeader): boolean {
	const page = first ?? second;
	return page?.encoding === "PLAIN" && page.num_values >= largePageValues;
}

/** The strings that the values of a column are numbers of. */
export type StringDictionary = {
	/** Each number at its own place: what a page holds, read with this, stays numbers. */
	readonly numbers: Uint32Array;
	/** Values of a page, some at a time; null where there is none. */
	strings(numbers: ArrayLike<unknown>): Generator<readonly (string | null)[]>;
};

/**
 * Nothing of a dictionary is decoded before it is used: most of it is wanted later than the first rows, or never.
 * @param page unpacked; its memory is kept
 * @throws {Error} the page ends too early.
 */
export function stringDictionary(page: Uint8Array, count: number): StringDictionary {
	const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
	// Each has its length before it, in four bytes.
	if (!(count >= 0 && count <= bytes.length / 4)) throw new Error("a dictionary ends too early");
	const numbers = new Uint32Array(count);
	const starts = new Uint32Array(count);
	for (let number = 0, offset = 0; number < count; number++) {
		numbers[number] = number;
		starts[number] = offset + 4;
		offset += 4 + bytes.readUInt32LE(offset);
		if (offset > bytes.length) throw new Error("a value leads out of its dictionary");
	}
	return {
		numbers,
		*strings(values) {
			for (let from = 0; from < values.length; from += pieceValues) {
				const piece: (string | null)[] = [];
				for (let at = from; at < Math.min(from + pieceValues, values.length); at++) {
					const number = values[at];
					const start = typeof number === "number" ? starts[number] : undefined;
					piece.push(start === undefined ? null : bytes.toString("utf8", start, start + bytes.readUInt32LE(start - 4)));
				}
				yield piece;
			}
		},
	};
}

/** @throws {Error} the page ends too early. */
export function* plainStrings(page: StringPage): Generator<readonly (string | null)[]> {
	const { values, levels, count } = unpack(page);
	const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
	let offset = 0;
	for (let from = 0; from < count; from += pieceValues) {
		const piece: (string | null)[] = [];
		for (let value = from; value < Math.min(from + pieceValues, count); value++) {
			if (levels?.[value] === 0) {
				piece.push(null);
				continue;
			}
			const start = offset + 4;
			offset = start + bytes.readUInt32LE(offset);
			if (offset > bytes.length) throw new Error("a value leads out of its page");
			piece.push(bytes.toString("utf8", start, offset));
		}
		yield piece;
	}
}

type Values = {
	/** Byte arrays with their lengths before them. */
	readonly values: Uint8Array;
	/** 0 where there is none. */
	readonly levels: Uint8Array | undefined;
	readonly count: number;
};

/** Levels come before the values: packed with them in the first version of pages, apart in the second. */
function unpack({ header, packed, isOptional, codec, compressors }: StringPage): Values {
	const { data_page_header_v2: second } = header;
	const count = (header.data_page_header ?? second)?.num_values ?? 0;
	const levels = isOptional ? new Uint8Array(count) : undefined;
	if (second === undefined) {
		const page = decompressPage(packed, header.uncompressed_page_size, codec, compressors);
		const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
		if (levels !== undefined) readRleBitPackedHybrid(reader, 1, levels);
		return { values: page.subarray(reader.offset), levels, count };
	}
	const { definition_levels_byte_length: levelBytes, repetition_levels_byte_length: otherBytes } = second;
	const reader = { view: new DataView(packed.buffer, packed.byteOffset + otherBytes, levelBytes), offset: 0 };
	if (levels !== undefined) readRleBitPackedHybrid(reader, 1, levels, levelBytes);
	const rest = packed.subarray(otherBytes + levelBytes);
	const size = header.uncompressed_page_size - otherBytes - levelBytes;
	const isPacked = second.is_compressed !== false && size > 0;
	return { values: isPacked ? decompressPage(rest, size, codec, compressors) : rest, levels, count };
}
