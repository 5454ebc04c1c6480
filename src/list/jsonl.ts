/** JSON Lines: an object a line. */
import type { Entry } from "../core/entry.ts";
import { brokenAt } from "./broken-list-error.ts";
import { maxRowLength, tooLong } from "./limits.ts";
import { lineSplitter } from "./lines.ts";
import { noEntry, objectReader } from "./object-entry.ts";
import { pieces } from "./pieces.ts";
import type { ReadOptions } from "./read-options.ts";
import { createUrlReader } from "./url-reader.ts";

const pieceBytes = 8 * 1024;

/** Batches of entries; a line that is no JSON is one that fails. @throws {BrokenListError} the stream broke off. */
export async function* readJsonLines(
	chunks: AsyncIterable<Uint8Array>,
	options: ReadOptions,
): AsyncGenerator<readonly Entry[]> {
	const read = objectReader(createUrlReader(options), options.columns);
	let lineNumber = 0;
	let batch: Entry[] = [];
	const onLine = (raw: string, cut: boolean): void => {
		lineNumber++;
		const text = raw.trim();
		if (text === "") return;
		const place = options.list === undefined ? { line: lineNumber } : { line: lineNumber, list: options.list };
		if (cut) batch.push(noEntry(place, text, tooLong("a line", maxRowLength)));
		else batch.push(readLine(text, (item) => read(item, place)) ?? noEntry(place, text, "the line is no JSON"));
	};
	const lines = lineSplitter(onLine, maxRowLength);
	const take = (): readonly Entry[] => {
		const taken = batch;
		batch = [];
		return taken;
	};
	try {
		for await (const chunk of chunks) {
			for (const piece of pieces(chunk, pieceBytes)) {
				lines.push(piece);
				if (batch.length > 0) yield take();
			}
			if (options.signal?.aborted) return;
		}
	} catch (error) {
		throw brokenAt(lineNumber + 1, error);
	}
	lines.end();
	if (batch.length > 0) yield take();
}

function readLine(text: string, read: (item: unknown) => Entry): Entry | undefined {
	let item: unknown;
	try {
		item = JSON.parse(text);
	} catch {
		return undefined;
	}
	return read(item);
}
