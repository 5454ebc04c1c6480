/** Tasks that a worker has and has not begun: in their order, those of paused hosts aside. */
import { addressOf } from "../core/address.ts";
import type { HandedTask } from "./messages.ts";
import { createPauses } from "./pauses.ts";

/** A task with the batch that it came in. */
export type BacklogTask = HandedTask & { readonly batch: string };

export type Backlog = {
	readonly size: number;
	push(task: BacklogTask): void;
	/** Whether there is one that may start now: those of paused hosts do not count. */
	isReady(): boolean;
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
	/** Past what must wait. */
	const next = (): BacklogTask | undefined => {
		for (;;) {
			const task = ready[head];
			if (!task) return undefined;
			const { host } = addressOf(task.task.url);
			if (pauses.left(host) === 0) return task;
			pass();
			hold(host, task);
		}
	};
	const pass = (): void => {
		head++;
		if (head < 64 || head * 2 < ready.length) return;
		ready = ready.slice(head);
		head = 0;
	};
	return {
		get size() {
			return ready.length - head + heldCount;
		},
		push: (task) => void ready.push(task),
		isReady: () => next() !== undefined,
		take() {
			const task = next();
			if (task) pass();
			return task;
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
