/** What becomes of entries whose batches are lost on their way to a worker, again and again. */
import { type Failure, permanent } from "../core/failure.ts";

/** How often a task was lost, and how many had come to their end the last time. */
export type Losses = { readonly count: number; readonly settled: number };

export const noLosses: Losses = { count: 0, settled: -1 };

/** So often lost, it travels alone: others may be what keeps it from arriving. */
const mostTogether = 2;
const mostLosses = 5;

/**
 * One more. It counts where others came through meanwhile, or did before: else all is lost, and not this task.
 * @param settled - How many have come to their end so far.
 */
export function oneMore(losses: Losses, settled: number): Losses {
	const isOwn = settled !== losses.settled || travelsAlone(losses);
	return { count: losses.count + (isOwn ? 1 : 0), settled };
}

export function travelsAlone({ count }: Losses): boolean {
	return count > mostTogether;
}

/** @returns Why it is not handed out once more. */
export function tooManyLosses({ count }: Losses): Failure | undefined {
	if (count < mostLosses) return undefined;
	return permanent("io", `it was lost ${count} times on its way through Redis to a worker, and others were not`);
}
