/** The entries that are with the runner, and what has come of them so far. */
import type { Slots, TaskProgress } from "../core/task.ts";
import type { Pending } from "./pending.ts";

export type InFlight = {
	/** In no order. */
	readonly all: readonly Pending[];
	/** Attempts that began or ended so far. */
	readonly steps: number;
	/** Whether none of the same host began earlier. */
	isOldest(pending: Pending): boolean;
	add(pending: Pending): void;
	delete(pending: Pending): void;
	/** Tells the bytes that are new of those that report. */
	advance(progress: readonly TaskProgress[], hear: ProgressListener): void;
};

export type ProgressListener = {
	onBytes(pending: Pending, bytes: number): void;
	onSlots(pending: Pending, slots: Slots): void;
};

/** A first report may hold what an earlier attempt or run left: no more of it than this counts as new. */
const mostAtFirst = 4 * 1024 ** 2;

/** An array in which each knows its place: what comes and goes for each file is in no Map (docs/adr/0003). */
export function createInFlight(): InFlight {
	const all: Pending[] = [];
	let steps = 0;
	return {
		all,
		get steps() {
			return steps;
		},
		isOldest: ({ mirror: { host }, turn }) => all.every((one) => one.turn >= turn || one.mirror.host !== host),
		add(pending) {
			steps++;
			pending.place = all.push(pending) - 1;
			pending.countedBytes = 0;
			pending.seenBytes = 0;
		},
		delete(pending) {
			steps++;
			const last = all.pop();
			if (!last || last === pending) return;
			all[pending.place] = last;
			last.place = pending.place;
		},
		advance(progress, { onBytes, onSlots }) {
			const byId = new Map(all.map((pending) => [pending.id, pending]));
			for (const { id, bytes, slots } of progress) {
				const pending = byId.get(id);
				if (pending && slots) onSlots(pending, slots);
				if (!pending || bytes <= pending.seenBytes) continue;
				const fresh = pending.seenBytes === 0 ? Math.min(bytes, mostAtFirst) : bytes - pending.seenBytes;
				pending.seenBytes = bytes;
				pending.countedBytes += fresh;
				onBytes(pending, fresh);
			}
		},
	};
}
