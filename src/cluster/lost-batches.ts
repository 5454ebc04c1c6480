/** Batches that are neither in the queue nor with a worker: a Redis that lost its data, or a worker that died as it took one. */
import type { Crew } from "./crew.ts";
import type { Handouts, OutBatch } from "./handouts.ts";
import type { BatchQueue, BatchState } from "./queue.ts";

/** Looks in a row that must find a batch nowhere: what it came to may still be on its way. */
const mostMisses = 5;

/** @returns Those that have been found nowhere for so long that they are lost. */
export async function seekLost(queue: BatchQueue, crew: Crew, handouts: Handouts): Promise<readonly OutBatch[]> {
	const held = new Set([...crew.members.values()].flatMap((member) => [...member.held]));
	const unheld = [...handouts.batches.values()].filter(({ name }) => !held.has(name));
	if (unheld.length === 0) return [];
	const states = await queue.look(unheld.map(({ name }) => name));
	return unheld.filter((batch, n) => {
		batch.misses = isMissing(crew, states[n]) ? batch.misses + 1 : 0;
		return batch.misses >= mostMisses;
	});
}

/** Whether nobody has a batch that no worker says to have. */
function isMissing(crew: Crew, state: BatchState | undefined): boolean {
	if (state?.kind !== "taken") return state?.kind === "gone";
	// One that is heard would say so; one that is not heard now may have it, and counts as dead if that lasts.
	const taker = crew.members.get(state.taker);
	return !taker || taker.missedBeats <= 1;
}
