/** Batches that a worker has taken and may not begin yet. */
import type { BacklogTask } from "./backlog.ts";
import type { HandedTask } from "./messages.ts";

export type Arrivals = {
	/** How many tasks they hold. */
	readonly size: number;
	names(): readonly string[];
	add(batch: string, tasks: readonly HandedTask[]): void;
	/** Takes the tasks of one out. */
	take(batch: string): readonly BacklogTask[];
	/** Takes all of them. */
	clear(): readonly BacklogTask[];
};

export function createArrivals(): Arrivals {
	const arrived = new Map<string, readonly BacklogTask[]>();
	let size = 0;
	const take = (batch: string): readonly BacklogTask[] => {
		const tasks = arrived.get(batch) ?? [];
		arrived.delete(batch);
		size -= tasks.length;
		return tasks;
	};
	return {
		get size() {
			return size;
		},
		names: () => [...arrived.keys()],
		add(batch, tasks) {
			arrived.set(
				batch,
				tasks.map((one) => ({ ...one, batch })),
			);
			size += tasks.length;
		},
		take,
		clear: () => [...arrived.keys()].flatMap(take),
	};
}
