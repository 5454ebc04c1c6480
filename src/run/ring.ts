/** Hosts that have a turn, in the order in which they came to it; those with less than their share come first, and suspects last. */
import { createFifo, type Fifo } from "./fifo.ts";
import type { Suspects } from "./suspects.ts";

export type Ring<H> = {
	/** Those that stand in it, some of which may have lost their right to a turn. */
	readonly size: number;
	push(host: H): void;
	/** The one whose turn it is; it stays. */
	head(): H | undefined;
	take(): H | undefined;
};

/** Where a host stands: in a queue, in that of suspects, or nowhere. */
export type Place = "none" | "turn" | "last";

export type RingOptions<H> = {
	/** Whether it still has a right to a turn: those that lost it leave the ring when they reach its head. */
	mayStart(host: H): boolean;
	/** Whether it has less than its share: a slow host then gathers no more slots than the others. */
	isBelowShare(host: H): boolean;
	isSuspect(host: H): boolean;
	readonly suspects: Pick<Suspects, "areDue" | "mayStart">;
};

/** How many that had their share are looked at, at each turn. */
const mostLooks = 8;

export function createRing<H extends { place: Place }>(options: RingOptions<H>): Ring<H> {
	const { mayStart, isBelowShare, isSuspect, suspects } = options;
	const below = createFifo<H>();
	const above = createFifo<H>();
	const last = createFifo<H>();
	/** Lets those go that may not start any more. @returns The first that may, which stays. */
	const clean = (queue: Fifo<H>): H | undefined => {
		for (let host = queue.peek(); host; host = queue.peek()) {
			// One that is no suspect any more has its turn elsewhere.
			const isHere = (host.place === "last") === (queue === last);
			if (isHere && mayStart(host)) return host;
			if (isHere) host.place = "none";
			queue.shift();
		}
		return undefined;
	};
	/** The queue whose head is next: of those that had their share one may have less by now. */
	const next = (): Fifo<H> | undefined => {
		if (last.size > 0 && suspects.areDue() && clean(last)) return last;
		if (clean(below)) return below;
		for (let looks = Math.min(mostLooks, above.size); looks > 0; looks--) {
			const host = clean(above);
			if (!host || isBelowShare(host)) break;
			above.shift();
			above.push(host);
		}
		if (clean(above)) return above;
		return last.size > 0 && suspects.mayStart() && clean(last) ? last : undefined;
	};
	return {
		get size() {
			return below.size + above.size + last.size;
		},
		push(host) {
			const queue = isSuspect(host) ? last : isBelowShare(host) ? below : above;
			host.place = queue === last ? "last" : "turn";
			queue.push(host);
		},
		head: () => next()?.peek(),
		take() {
			const host = next()?.shift();
			if (host) host.place = "none";
			return host;
		},
	};
}
