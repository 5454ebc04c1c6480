/** What is out: which tasks were handed to whom, in which batch, until each has come to its one end. */
import type { Task } from "../core/task.ts";
import type { TaskListener } from "../runners/runner.ts";
import { type Losses, noLosses } from "./losses.ts";
import type { HandedTask } from "./messages.ts";

/** One handing out of a task. What is told of an earlier one of the same task finds nothing any more. */
export type Handout = {
	readonly hand: number;
	readonly task: Task;
	readonly listener: TaskListener;
	/** How often the task was lost in earlier ones. */
	readonly losses: Losses;
	batch: string | undefined;
};

export type OutBatch = {
	readonly name: string;
	/** Numbers of the handouts in it that have not ended. */
	readonly hands: Set<number>;
	/** Looks in a row that found it nowhere. */
	misses: number;
	/** Number of the worker that was told to begin it: no other is, as long as this one may be at it. */
	taker: number | undefined;
};

export type Handouts = {
	readonly size: number;
	readonly batches: ReadonlyMap<string, OutBatch>;
	add(task: Task, listener: TaskListener, losses?: Losses): Handout;
	/** They travel together from now on. */
	pack(name: string, tasks: readonly HandedTask[]): void;
	/** Takes one out: only the first who asks gets it. */
	take(hand: number): Handout | undefined;
	/** Takes all of a batch out. */
	takeBatch(name: string): readonly Handout[];
	takeAll(): readonly Handout[];
};

export function createHandouts(): Handouts {
	const out = new Map<number, Handout>();
	const batches = new Map<string, OutBatch>();
	let count = 0;
	const take = (hand: number): Handout | undefined => {
		const handout = out.get(hand);
		if (!handout) return undefined;
		out.delete(hand);
		if (handout.batch === undefined) return handout;
		const batch = batches.get(handout.batch);
		batch?.hands.delete(hand);
		if (batch?.hands.size === 0) batches.delete(batch.name);
		return handout;
	};
	const takeMany = (hands: Iterable<number>): readonly Handout[] => [...hands].flatMap((hand) => take(hand) ?? []);
	return {
		get size() {
			return out.size;
		},
		batches,
		add(task, listener, losses = noLosses) {
			const handout: Handout = { hand: ++count, task, listener, losses, batch: undefined };
			out.set(handout.hand, handout);
			return handout;
		},
		pack(name, tasks) {
			const hands = new Set<number>();
			for (const { hand } of tasks) {
				const handout = out.get(hand);
				if (!handout) continue;
				handout.batch = name;
				hands.add(hand);
			}
			batches.set(name, { name, hands, misses: 0, taker: undefined });
		},
		take,
		takeBatch: (name) => takeMany(batches.get(name)?.hands ?? []),
		takeAll: () => takeMany(out.keys()),
	};
}
