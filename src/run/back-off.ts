/** Entries that wait for their next attempt: they hold no slot. */
import type { Pending } from "./pending.ts";

export type BackOff = {
	readonly size: number;
	/** @param due - Called when the time is up. */
	wait(pending: Pending, ms: number, due: () => void): void;
	/** Takes out those that wait for a host, or all. */
	drain(host?: string): Pending[];
};

export function createBackOff(): BackOff {
	const timers = new Map<Pending, NodeJS.Timeout>();
	return {
		get size() {
			return timers.size;
		},
		wait(pending, ms, due) {
			const end = (): void => {
				timers.delete(pending);
				due();
			};
			timers.set(pending, setTimeout(end, ms));
		},
		drain(host) {
			const drained = [...timers.keys()].filter(({ mirror }) => host === undefined || mirror.host === host);
			for (const pending of drained) {
				clearTimeout(timers.get(pending));
				timers.delete(pending);
			}
			return drained;
		},
	};
}
