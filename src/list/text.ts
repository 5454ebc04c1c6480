/** Text lists, aria2's options included: bytes in, batches of entries out, in memory that does not grow. */
import type { Entry } from "../core/entry.ts";
import { chunkReader } from "./chunk-reader.ts";
import { lineSplitter } from "./lines.ts";
import { textEntries } from "./text-entries.ts";

/** How long an entry waits for options that may follow it, in milliseconds, when its stream pauses. */
const idleMs = 100;
/** Entries are slices of the text that they were read from and keep all of it alive: it is read in small pieces. */
const pieceBytes = 4 * 1024;

export type TextListOptions = {
	/** Name for the entries, where a run has several lists. */
	readonly list?: string;
	warn(message: string): void;
	/** Told how many bytes more were read. */
	onRead?(bytes: number): void;
	readonly signal?: AbortSignal;
};

/**
 * The entries of a text list, in batches of those that are complete; their URLs are not checked.
 * An abort ends it early, without an exception.
 * @throws what `chunks` throws, after the entries whose lines were complete
 */
export async function* readTextList(
	chunks: AsyncIterable<Uint8Array>,
	options: TextListOptions,
): AsyncGenerator<readonly Entry[]> {
	const entries = textEntries(options);
	const lines = lineSplitter(entries.line);
	await using reader = chunkReader(chunks, options.signal);
	let waiting = false;
	for (;;) {
		const step = await reader.next(waiting ? idleMs : undefined);
		if (step.kind === "aborted") return;
		if (step.kind === "chunk") {
			for (const piece of pieces(step.bytes)) {
				options.onRead?.(piece.length);
				lines.push(piece);
				yield* nonEmpty(entries.takeComplete());
			}
			waiting = true;
			continue;
		}
		if (step.kind === "end") lines.end();
		yield* nonEmpty(entries.takeAll());
		waiting = false;
		if (step.kind === "failed") throw step.error;
		if (step.kind === "end") return;
	}
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
	for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
}

function* nonEmpty(batch: readonly Entry[]): Generator<readonly Entry[]> {
	if (batch.length > 0) yield batch;
}
