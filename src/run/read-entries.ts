/** Feeds the list to the coordinator as fast as that wants it, so that memory does not grow with the list. */
import { setImmediate } from "node:timers/promises";
import type { Entry } from "../core/entry.ts";
import type { Sink } from "../core/event.ts";
import { unlessAborted } from "../core/unless-aborted.ts";
import type { Coordinator } from "./coordinator-types.ts";

export type ReadOptions = {
	readonly entries: AsyncIterable<readonly Entry[]>;
	readonly fractionRead?: (() => number | undefined) | undefined;
	readonly coordinator: Coordinator;
	readonly sink: Sink;
	/** Ends the reading; a list that is a pipe may stay silent for ever. */
	readonly signal: AbortSignal;
};

/** Entries may come from memory and end at once, a million in a row: signals, timers and sockets have their turn in between. */
const entriesOfTurn = 1024;

/** Resolves when the list has been read or the signal says to stop. Errors of the list are thrown on. */
export async function readEntries({ entries, fractionRead, coordinator, sink, signal }: ReadOptions): Promise<void> {
	const batches = entries[Symbol.asyncIterator]();
	let total = 0;
	let turnAt = entriesOfTurn;
	for (;;) {
		const batch = signal.aborted ? undefined : await unlessAborted(batches.next(), signal);
		if (!batch) {
			// Not awaited: a pipe that stays silent would hold the end up. Nobody is left to hear of its errors either.
			batches.return?.().then(undefined, () => undefined);
			return;
		}
		if (batch.done) break;
		total += batch.value.length;
		for (const entry of batch.value) coordinator.offer(entry);
		const fraction = fractionRead?.();
		sink.on({ type: "list-read", total, complete: false, ...(fraction === undefined ? {} : { fraction }) });
		coordinator.pump();
		if (total >= turnAt) {
			turnAt = total + entriesOfTurn;
			await setImmediate();
		}
		if (!coordinator.isHungry()) await coordinator.hunger();
	}
	if (!signal.aborted) sink.on({ type: "list-read", total, complete: true, fraction: 1 });
}
