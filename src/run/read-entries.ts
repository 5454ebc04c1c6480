/** Feeds the list to the coordinator as fast as that wants it, so that memory does not grow with the list. */
import type { Entry } from "../core/entry.ts";
import type { Sink } from "../core/event.ts";
import type { Coordinator } from "./coordinator.ts";

export type ReadOptions = {
	readonly entries: AsyncIterable<readonly Entry[]>;
	readonly fractionRead?: (() => number | undefined) | undefined;
	readonly coordinator: Coordinator;
	readonly sink: Sink;
	/** Ends the reading; a list that is a pipe may stay silent for ever. */
	readonly signal: AbortSignal;
};

/** Resolves when the list has been read or the signal says to stop. Errors of the list are thrown on. */
export async function readEntries({ entries, fractionRead, coordinator, sink, signal }: ReadOptions): Promise<void> {
	const batches = entries[Symbol.asyncIterator]();
	const aborted = new Promise<"aborted">((resolve) => {
		if (signal.aborted) resolve("aborted");
		signal.addEventListener("abort", () => resolve("aborted"), { once: true });
	});
	let total = 0;
	for (;;) {
		const batch = await Promise.race([batches.next(), aborted]);
		if (batch === "aborted") {
			// Not awaited: a pipe that stays silent would hold the end up.
			void batches.return?.();
			return;
		}
		if (batch.done) break;
		total += batch.value.length;
		for (const entry of batch.value) coordinator.offer(entry);
		const fraction = fractionRead?.();
		sink.on({ type: "list-read", total, complete: false, ...(fraction === undefined ? {} : { fraction }) });
		coordinator.pump();
		if (!coordinator.isHungry()) await coordinator.hunger();
	}
	if (!signal.aborted) sink.on({ type: "list-read", total, complete: true, fraction: 1 });
}
