/** JSON lists: an array of URLs and objects, read element by element. */
import { JSONParser } from "@streamparser/json";
import type { Entry } from "../core/entry.ts";
import { BrokenListError, brokenAt } from "./broken-list-error.ts";
import { maxRowLength, tooLong } from "./limits.ts";
import { objectReader } from "./object-entry.ts";
import { pieces } from "./pieces.ts";
import type { ReadOptions } from "./read-options.ts";
import { createUrlReader } from "./url-reader.ts";

const pieceBytes = 8 * 1024;

/**
 * Batches of entries; `line` is the number of the element.
 * @throws {BrokenListError} it is no array, or ends or goes wrong in the middle.
 */
export async function* readJson(
	chunks: AsyncIterable<Uint8Array>,
	options: ReadOptions,
): AsyncGenerator<readonly Entry[]> {
	const read = objectReader(createUrlReader(options), options.columns);
	// Elements do not stay in the array that they are elements of.
	const parser = new JSONParser({ paths: ["$.*"], keepStack: false, stringBufferSize: 64 * 1024 });
	let count = 0;
	let batch: Entry[] = [];
	let isArray = false;
	let isOver = false;
	/** Since the last element ended. */
	let rowBytes = 0;
	parser.onValue = ({ value }) => {
		count++;
		rowBytes = 0;
		batch.push(read(value, options.list === undefined ? { line: count } : { line: count, list: options.list }));
	};
	parser.onEnd = () => {
		isOver = true;
	};
	const push = (piece: Uint8Array): void => {
		isArray ||= beginsArray(piece);
		if (isOver && !isBlank(piece)) throw new Error("there is more behind the end of the array");
		if (!isArray || isOver) return;
		rowBytes += piece.length;
		parser.write(piece);
		if (rowBytes > maxRowLength) throw new Error(tooLong("an element", maxRowLength));
	};
	try {
		for await (const chunk of chunks) {
			for (const piece of pieces(chunk, pieceBytes)) {
				push(piece);
				if (batch.length > 0) yield batch;
				batch = [];
			}
			if (options.signal?.aborted) return;
		}
		if (!isOver) throw new BrokenListError(count + 1, isArray ? "it ends in the middle of the array" : "it is empty");
	} catch (error) {
		if (batch.length > 0) yield batch;
		throw brokenAt(count + 1, error);
	}
}

/** @throws {Error} it begins with something else. */
function beginsArray(bytes: Uint8Array): boolean {
	const first = bytes.find((byte) => !isWhiteSpace(byte));
	if (first === undefined) return false;
	if (first === 0x5b) return true;
	throw new Error(`it is no array${first === 0x7b ? " (--format jsonl is for an object a line)" : ""}`);
}

function isBlank(bytes: Uint8Array): boolean {
	return bytes.every(isWhiteSpace);
}

/** Of JSON, and a byte order mark. */
function isWhiteSpace(byte: number): boolean {
	return (
		byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0xef || byte === 0xbb || byte === 0xbf
	);
}
