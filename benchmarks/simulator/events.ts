/** A clock that jumps from event to event: time of a simulation, without waiting. */
import type { Time } from "../../src/run/host-queue-types.ts";

export type Simulation = Time & {
	/** Runs until nothing more is to come, which leaves the clock where it is, or the time is up. */
	run(untilMs: number): void;
};

type Event = { readonly atMs: number; readonly order: number; readonly act: () => void; cancelled: boolean };

export function createSimulation(): Simulation {
	const heap: Event[] = [];
	let nowMs = 0;
	let order = 0;
	return {
		clock: () => nowMs,
		after(ms, act) {
			const event = { atMs: nowMs + Math.max(0, ms), order: order++, act, cancelled: false };
			push(heap, event);
			return () => {
				event.cancelled = true;
			};
		},
		run(untilMs) {
			for (let next = heap[0]; next && next.atMs <= untilMs; next = heap[0]) {
				pop(heap);
				if (next.cancelled) continue;
				nowMs = next.atMs;
				next.act();
			}
			if (heap.length > 0) nowMs = Math.max(nowMs, untilMs);
		},
	};
}

function isBefore(a: Event, b: Event): boolean {
	return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
	let at = heap.push(event) - 1;
	while (at > 0) {
		const parentAt = (at - 1) >> 1;
		const parent = heap[parentAt];
		if (!parent || isBefore(parent, event)) break;
		heap[at] = parent;
		at = parentAt;
	}
	heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
	const first = heap[0];
	const last = heap.pop();
	if (!first || !last || heap.length === 0) return first;
	let at = 0;
	for (;;) {
		let childAt = at * 2 + 1;
		const [left, right] = [heap[childAt], heap[childAt + 1]];
		if (!left) break;
		const child = right && isBefore(right, left) ? right : left;
		if (child === right) childAt++;
		if (!isBefore(child, last)) break;
		heap[at] = child;
		at = childAt;
	}
	heap[at] = last;
	return first;
}
