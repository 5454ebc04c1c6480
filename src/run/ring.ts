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
	/** The queue whose head may start, once those that may not are out of the way. */
	const next = (): Fifo<H> | undefined => {
		for (const queue of [below, above]) {
			for (let host = queue.peek(); host; host = queue.peek()) {
				if (mayStart(host)) return queue;
				host.isReady = false;
				queue.shift();
			}
		}
		return undefined;
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
