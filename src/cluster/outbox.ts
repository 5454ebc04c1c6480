/** Gathers tasks into batches: large ones where files are quick, small ones where they are slow, and none that waits for long. */
import type { HandedTask } from "./messages.ts";

/** The others of a turn, and of the turns right after it, go into the same batch. */
const gatherMs = 2;
/** Most tasks of a batch. */
const mostTasks = 250;
/** Fewer are not worth the calls of a batch, where there are so many for everybody. */
const leastTasks = 4;
/** A batch should be so much work for a worker, in seconds. */
const batchSeconds = 0.1;

/** What the size of batches follows from. */
export type Crew = { readonly workers: number; readonly capacity: number; readonly filesPerSecond: number };

/**
 * How many tasks go into each batch: every worker shall get a share of what is there.
 * @param crew - All workers together.
 */
export function batchSize(tasks: number, { workers, capacity, filesPerSecond }: Crew): number {
	const heads = Math.max(1, workers);
	const share = Math.ceil(tasks / heads);
	const work = Math.max(leastTasks, capacity / heads, (filesPerSecond / heads) * batchSeconds);
	return Math.max(1, Math.min(share, Math.ceil(work), mostTasks));
}

export type Outbox = {
	put(task: HandedTask): void;
	/** Takes all that has not left yet. */
	clear(): readonly HandedTask[];
};

/** @param post - Takes the batches of one posting. */
export function createOutbox(crew: () => Crew, post: (batches: readonly (readonly HandedTask[])[]) => void): Outbox {
	let tasks: HandedTask[] = [];
	let timer: NodeJS.Timeout | undefined;
	const leave = (): void => {
		timer = undefined;
		const leaving = tasks;
		tasks = [];
		if (leaving.length === 0) return;
		const size = batchSize(leaving.length, crew());
		const batches: HandedTask[][] = [];
		for (let from = 0; from < leaving.length; from += size) batches.push(leaving.slice(from, from + size));
		post(batches);
	};
	return {
		put(task) {
			tasks.push(task);
			timer ??= setTimeout(leave, gatherMs);
		},
		clear() {
			clearTimeout(timer);
			timer = undefined;
			const left = tasks;
			tasks = [];
			return left;
		},
	};
}
