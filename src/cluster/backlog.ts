/** Tasks that a worker has and has not begun: in their order, those of paused hosts aside. */
import { addressOf } from "../core/address.ts";
import type { HandedTask } from "./messages.ts";
import { createPauses } from "./pauses.ts";

/** A task with the batch that it came in. */
export type BacklogTask = HandedTask & { readonly batch: string };

export type Backlog = {
	readonly size: number;
	push(task: BacklogTask): void;
	/** The next one that may start. */
	take(): BacklogTask | undefined;
	/** Starts nothing of the host for so long. */
	pause(host: string, ms: number): void;
	/** Takes all of them. */
	clear(): readonly BacklogTask[];
};

/** @param onReady - Called when a pause ends that tasks waited for. */
export function createBacklog(onReady: () => void): Backlog {
	const pauses = createPauses(() => performance.now());
	let ready: BacklogTask[] = [];
	let head = 0;
	const held = new Map<string, BacklogTask[]>();
	const timers = new Set<NodeJS.Timeout>();
	let heldCount = 0;

	const hold = (host: string, task: BacklogTask): void => {
		const waiting = held.get(host);
		heldCount++;
		if (waiting) return void waiting.push(task);
		held.set(host, [task]);
		wait(host);
	};
	const wait = (host: string): void => {
		const timer = setTimeout(() => {
			timers.delete(timer);
			if (pauses.left(host) > 0) return wait(host);
			const waiting = held.get(host) ?? [];
			held.delete(host);
			heldCount -= waiting.length;
			ready.push(...waiting);
			onReady();
		}, pauses.left(host));
		timers.add(timer);
	};
	return {
		get size() {
			return ready.length - head + heldCount;
		},
		push: (task) => void ready.push(task),
		take() {
			for (;;) {
				const task = ready[head];
				if (!task) return undefined;
				head++;
				if (head >= 64 && head * 2 >= ready.length) {
					ready = ready.slice(head);
					head = 0;
				}
				const { host } = addressOf(task.task.url);
				if (pauses.left(host) === 0) return task;
				hold(host, task);
			}
		},
		pause: pauses.set,
		clear() {
			for (const timer of timers) clearTimeout(timer);
			timers.clear();
			const left = [...ready.slice(head), ...[...held.values()].flat()];
			ready = [];
			head = 0;
			held.clear();
			heldCount = 0;
			return left;
		},
	};
}
