/** Who begins a batch: the coordinator decides, as a queue may give out again what was done long ago, or the same to two. */
import type { Handouts, OutBatch } from "./handouts.ts";
import { beatMs } from "./timing.ts";

/** A word that was lost is said again after so long, in milliseconds. */
const againMs = beatMs / 2;

export type Assignment = {
	readonly begin: readonly string[];
	/** Not to be begun: it was begun before, another worker has it, or its entries have ended or been handed out anew. */
	readonly drop: readonly string[];
};

/**
 * Answers a worker's message.
 * @param waits - Names of the batches that it has and has not begun.
 */
export type Assign = (worker: number, waits: readonly string[]) => Assignment;

/** @param now - In milliseconds, of a clock that never goes back. */
export function createAssign({ batches }: Pick<Handouts, "batches">, now: () => number): Assign {
	/** By worker: what it was told to begin, and when, until it says that it waits for that no more. */
	const told = new Map<number, Map<string, number>>();
	return (worker, waits) => {
		const mine = told.get(worker) ?? new Map<string, number>();
		for (const name of mine.keys()) if (!waits.includes(name)) mine.delete(name);
		const begin: string[] = [];
		const drop: string[] = [];
		for (const name of waits) {
			const batch = batches.get(name);
			const toldMs = mine.get(name);
			if (!batch || (batch.taker !== undefined && toldMs === undefined)) drop.push(name);
			else if (toldMs === undefined || now() - toldMs > againMs) {
				batch.taker = worker;
				mine.set(name, now());
				begin.push(name);
			}
		}
		if (mine.size === 0) told.delete(worker);
		else told.set(worker, mine);
		return { begin, drop };
	};
}

/** Names of all that a worker has, by its own word or because it was told to begin it. */
export function batchesOf(
	batches: ReadonlyMap<string, OutBatch>,
	{ number, held }: { readonly number: number; readonly held: ReadonlySet<string> },
): readonly string[] {
	const assigned = [...batches.values()].filter(({ taker }) => taker === number).map(({ name }) => name);
	// What others were told to begin is theirs, whoever else the queue gave it to.
	const own = [...held].filter((name) => batches.get(name)?.taker === undefined);
	return [...assigned, ...own];
}
