/** Hosts that have a turn, in the order in which they came to it; those with less than their share come first. */
import { createFifo, type Fifo } from "./fifo.ts";

export type Ring<H> = {
	/** Those that stand in it, some of which may have lost their right to a turn. */
	readonly size: number;
	push(host: H): void;
	/** The one whose turn it is; it stays. */
	head(): H | undefined;
	take(): H | undefined;
};

/** How many that had their share are looked at, at each turn. */
const mostLooks = 8;

/**
 * @param mayStart - Whether it still has a right to a turn: those that lost it leave the ring when they reach its head.
 * @param isBelowShare - Whether it has less than its share: a slow host then gathers no more slots than the others.
 */
export function createRing<H extends { isReady: boolean }>(
	mayStart: (host: H) => boolean,
	isBelowShare: (host: H) => boolean,
): Ring<H> {
	const below = createFifo<H>();
	const above = createFifo<H>();
	/** Lets those go that may not start any more. @returns The first that may, which stays. */
	const clean = (queue: Fifo<H>): H | undefined => {
		for (let host = queue.peek(); host; host = queue.peek()) {
			if (mayStart(host)) return host;
			host.isReady = false;
			queue.shift();
		}
		return undefined;
	};
	/** The queue whose head is next: of those that had their share one may have less by now. */
	const next = (): Fifo<H> | undefined => {
		if (clean(below)) return below;
		for (let looks = Math.min(mostLooks, above.size); looks > 0; looks--) {
			const host = clean(above);
			if (!host || isBelowShare(host)) break;
			above.shift();
			above.push(host);
		}
		return clean(above) && above;
	};
	return {
		get size() {
			return below.size + above.size;
		},
		push(host) {
			host.isReady = true;
			if (isBelowShare(host)) below.push(host);
			else above.push(host);
		},
		head: () => next()?.peek(),
		take() {
			const host = next()?.shift();
			if (host) host.isReady = false;
			return host;
		},
	};
}
