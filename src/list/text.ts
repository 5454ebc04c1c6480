/** Text lists, aria2's options included: bytes in, batches of entries out, in memory that does not grow. */
import type { Entry } from "../core/entry.ts";
import { trimInvisible } from "../core/trim-invisible.ts";
import { chunkReader } from "./chunk-reader.ts";
import { expandEntry } from "./expand.ts";
import { maxEntryLength } from "./limits.ts";
import { lineSplitter } from "./lines.ts";
import { pieces } from "./pieces.ts";
import type { ReadOptions } from "./read-options.ts";
import { textEntries } from "./text-entries.ts";
import { createUrlReader } from "./url-reader.ts";

/** How long an entry waits for options that may follow it, in milliseconds, when its stream pauses after a line end. */
const idleMs = 1000;
/** Entries are slices of the text that they were read from and keep all of it alive: it is read in small pieces. */
const pieceBytes = 4 * 1024;

/**
 * The entries of a text list, in batches of those that are complete; their URLs are not checked.
 * An abort ends it early, without an exception.
 * @throws what `chunks` throws, after the entries whose lines were complete
 */
export async function* readTextList(
	chunks: AsyncIterable<Uint8Array>,
	options: ReadOptions,
): AsyncGenerator<readonly Entry[]> {
	const readUrl = createUrlReader(options);
	const { expand = false, list, warn } = options;
	const entries = textEntries({ list, warn, readUrl: expand ? trimInvisible : readUrl });
	const lines = lineSplitter(entries.line, maxEntryLength);
	await using reader = chunkReader(chunks, options.signal);
	const finish = function* (batch: readonly Entry[]): Generator<readonly Entry[]> {
		if (!expand) return batch.length > 0 ? yield batch : undefined;
		for (const entry of batch) yield* expandEntry(entry, readUrl);
	};
	let waiting = false;
	for (;;) {
		// In the middle of a line there is more to come, however long that takes: the rest of an option, for one.
		const step = await reader.next(waiting && lines.begun === "" ? idleMs : undefined);
		if (step.kind === "aborted") return;
		if (step.kind === "chunk") {
			for (const piece of pieces(step.bytes, pieceBytes)) {
				lines.push(piece);
				yield* finish(entries.takeComplete());
			}
			if (beginsEntry(lines.begun)) yield* finish(entries.takeAll());
			waiting = true;
			continue;
		}
		if (step.kind === "end") lines.end();
		yield* finish(entries.takeAll());
		waiting = false;
		if (step.kind === "failed") throw step.error;
		if (step.kind === "end") return;
	}
}

/** Whether the beginning of a line shows that it is neither an option of the entry above nor a comment. */
function beginsEntry(begun: string): boolean {
	return begun !== "" && /[!-~]/.test(begun.charAt(0)) && !begun.startsWith("#");
}
