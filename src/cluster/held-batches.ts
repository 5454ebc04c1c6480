/** The batches that a worker has: each is done with when its last task has ended and all that was to tell has arrived. */
import type { TakenBatch } from "./queue.ts";

/** The worker says so often that it still has its batches, in milliseconds. */
const extendMs = 5000;

export type HeldBatches = {
	names(): readonly string[];
	add(batch: TakenBatch, tasks: number): void;
	/** Nothing of it is done, now or later. */
	drop(name: string): void;
	/** A task of the batch has ended, whichever way. */
	endTask(name: string): void;
	/** Says no more that it has them. */
	close(): void;
};

/** @param tell - Tells the coordinator; resolves when that has arrived. */
export function createHeldBatches(tell: () => Promise<void>): HeldBatches {
	const held = new Map<string, { readonly batch: TakenBatch; left: number }>();
	const timer = setInterval(() => {
		for (const { batch } of held.values()) batch.extend().catch(() => {});
	}, extendMs);
	return {
		names: () => [...held.keys()],
		add: (batch, tasks) => void held.set(batch.name, { batch, left: tasks }),
		drop(name) {
			const one = held.get(name);
			held.delete(name);
			one?.batch.finish().catch(() => {
				// Another worker has it.
			});
		},
		endTask(name) {
			const one = held.get(name);
			if (!one || --one.left > 0) return;
			held.delete(name);
			tell()
				.then(() => one.batch.finish())
				.catch(() => {
					// Others have it by now, or the run is over.
				});
		},
		close: () => clearInterval(timer),
	};
}
