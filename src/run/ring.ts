/** Hosts that have a turn, in the order in which they came to it; those with less than their share come first, and those that let others wait last. */
import { createFifo, type Fifo } from "./fifo.ts";
import type { Standing } from "./unanswered.ts";

export type Ring<H> = {
	/** Those that stand in it, some of which may have lost their right to a turn. */
	readonly size: number;
	push(host: H): void;
	/** The one whose turn it is; it stays. */
	head(): H | undefined;
	/** @param isFull - Whether all slots are taken, but for those that take nobody's place. */
	take(isFull: boolean): H | undefined;
};

/** Where a host stands: in the queues of its standing, or nowhere. */
export type Place = Standing | "none";

export type RingOptions<H> = {
	/** Whether it still has a right to a turn: those that lost it leave the ring when they reach its head. */
	mayStart(host: H): boolean;
	/** Whether it has less than its share: a slow host then gathers no more slots than the others. */
	isBelowShare(host: H): boolean;
	standing(host: H): Standing;
	/** Whether it has had attempts, and will be given up after more of them: one after the other is, rather than all late. */
	isBegun(host: H): boolean;
	/** Whether one that was not heard of yet may go before the others; and whether it may where none of them has a turn. */
	areNewDue(): boolean;
	mayNew(): boolean;
	/** Whether one that is late goes before all others; and whether it may where no other host has a turn. */
	areLateDue(): boolean;
	mayLate(): boolean;
};

/** How many that had their share are looked at, at each turn. */
const mostLooks = 8;

export function createRing<H extends { place: Place }>(options: RingOptions<H>): Ring<H> {
	const { mayStart, isBelowShare, standing } = options;
	const below = createFifo<H>();
	const above = createFifo<H>();
	const fresh = createFifo<H>();
	const late = createFifo<H>();

	const queueFor = (host: H): Fifo<H> => {
		if (host.place !== "known") return host.place === "late" ? late : fresh;
		return isBelowShare(host) ? below : above;
	};
	const push = (host: H): void => {
		host.place = standing(host);
		if (host.place === "late" && options.isBegun(host)) late.unshift(host);
		else queueFor(host).push(host);
	};
	/** What is known of it has changed: it stood there before those that came since. */
	const moveTo = (place: Standing, host: H): void => {
		if (place !== "new") return push(host);
		host.place = place;
		fresh.unshift(host);
	};
	/** Lets those go that may not start any more, or have their turn elsewhere. @returns The first that may, which stays. */
	const clean = (queue: Fifo<H>, place: Standing): H | undefined => {
		for (let host = queue.peek(); host; host = queue.peek()) {
			const isHere = host.place === place;
			const may = isHere && mayStart(host);
			if (may && standing(host) === place) return host;
			queue.shift();
			if (isHere) host.place = "none";
			if (may) moveTo(standing(host), host);
		}
		return undefined;
	};
	/** The queue whose head is next: of those that had their share one may have less by now. */
	const next = (isFull: boolean): Fifo<H> | undefined => {
		if (late.size > 0 && options.areLateDue() && clean(late, "late")) return late;
		if (isFull) return undefined;
		const firstBelow = clean(below, "known");
		if (fresh.size > 0 && options.areNewDue() && clean(fresh, "new")) return fresh;
		if (firstBelow) return below;
		for (let looks = Math.min(mostLooks, above.size); looks > 0; looks--) {
			const host = clean(above, "known");
			if (!host || isBelowShare(host)) break;
			above.shift();
			above.push(host);
		}
		if (clean(above, "known")) return above;
		if (fresh.size > 0 && options.mayNew() && clean(fresh, "new")) return fresh;
		return late.size > 0 && options.mayLate() && clean(late, "late") ? late : undefined;
	};
	return {
		get size() {
			return below.size + above.size + fresh.size + late.size;
		},
		push,
		head: () => next(false)?.peek(),
		take(isFull) {
			const host = next(isFull)?.shift();
			if (host) host.place = "none";
			return host;
		},
	};
}
