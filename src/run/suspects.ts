/** Hosts whose attempts ran out of time, and that have answered nobody, lose a slot for as long: they get few while others have work. */
import type { Host } from "./host-state.ts";

/** Of all slots: what they have in any case, and what they may have while more of the list is to come. */
const leastPart = 1 / 16;
const mostPart = 1 / 4;

export type Suspects = {
	/** So many more of their slots are taken, or fewer. */
	count(more: number): void;
	/** Whether one of them is next, before all others. */
	areDue(): boolean;
	/** Whether one of them may start where no other host has a turn. */
	mayStart(): boolean;
};

export function isSuspect({ level }: Host<unknown>): boolean {
	return level.tookTime && !level.hasAnswered;
}

/** How many slots it has, and nobody knows whether for anything. */
export function heldInVain(host: Host<unknown>): number {
	return isSuspect(host) ? host.inFlight : 0;
}

/**
 * @param slots - How many there are in all, now.
 * @param isAlone - Whether nothing else is to come, or can be read as long as they wait.
 */
export function createSuspects(slots: () => number, isAlone: () => boolean): Suspects {
	let held = 0;
	return {
		count(more) {
			held += more;
		},
		areDue: () => held < Math.max(1, Math.floor(slots() * leastPart)),
		mayStart: () => held < Math.max(1, Math.floor(slots() * mostPart)) || isAlone(),
	};
}
