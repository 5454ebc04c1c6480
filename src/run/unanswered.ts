/** Slots of hosts that have answered nobody: each may bring nothing for as long as a time-out lasts, so that others go before. */
import { mostInARow } from "../control/breaker.ts";
import { createFifo, type Fifo } from "./fifo.ts";
import type { Queued, Time } from "./host-queue-types.ts";
import type { Host } from "./host-state.ts";
import type { QueueLimits } from "./queue-limits.ts";

/** Of all slots: what hosts that were not heard of yet may have while others have work. */
const newPart = 1 / 2;
/** What those have whose attempts ran out of time: in any case, while more of the list is to come, and beside others when that is read. */
const leastPart = 1 / 16;
const readingPart = 1 / 4;
const readPart = 1 / 2;
/** Where they take nobody's place: of all slots that there may ever be. */
const apartPart = 1 / 2;
const manyHosts = 4;
/** A host of so many requests has more of the list soon, in milliseconds: its slots are kept for it that long. */
const manyTurns = 8;
const moreMs = 100;
/** So long may an answer take, in milliseconds, before its slot takes nobody's place. */
const lateMs = 1000;
/** Below this share of late ones among first answers, what is late is taken for silent; an answer counts so much. */
const fewLate = 0.2;
const lateWeight = 0.1;

/** An attempt at a host that has answered nobody. */
export type Vigil = { isOver: boolean; isLate: boolean };

/** `new`: not heard of yet, where others have answered. `late`: attempts ran out of time, and none was answered. */
export type Standing = "known" | "new" | "late";

export type Unanswered<T> = {
	/** Slots that take nobody's place. */
	apart(): number;
	standing(host: Host<T>): Standing;
	/** Whether it has had attempts, and may be given up after some more. */
	isBegun(host: Host<T>): boolean;
	/** An attempt at a host begins, its slot is taken. */
	begin(host: Host<T>, item: T): void;
	/** It ended; the slot is still the host's. */
	end(host: Host<T>, item: T): void;
	/** A host has work, or none any more. */
	add(host: Host<T>): void;
	remove(host: Host<T>): void;
	/** To be called around each change of what it has in flight, or is known for. */
	before(host: Host<T>): void;
	after(host: Host<T>): void;
	/** Whether one that was not heard of yet may go before the others; and whether it may where none of them has a turn. */
	areNewDue(): boolean;
	mayNew(): boolean;
	/** Whether one that is late goes before all others; and whether it may where no other host has a turn. */
	areLateDue(): boolean;
	mayLate(): boolean;
	clear(): void;
};

export type UnansweredOptions = {
	readonly time: Time;
	readonly limits: Pick<QueueLimits, "concurrency" | "rate">;
	/** How many slots there may be, now. */
	readonly room: () => number;
	/** How many slots there are in all, now. */
	readonly slots: () => number;
	/** Whether nothing more is to come, or can be read as long as they wait. */
	readonly isRead: () => boolean;
	/** How many hosts have work. */
	readonly hosts: () => number;
	/** Slots have become free. */
	readonly onFree: () => void;
};

export function createUnanswered<T extends Queued>(options: UnansweredOptions): Unanswered<T> {
	const { time, slots, room, isRead, hosts, onFree } = options;
	const { concurrency, rate } = options.limits;
	/** Whether the number of slots follows from what they bring: those that bring nothing then take nobody's place. With a rate requests are what is short. */
	const isElastic = concurrency === "auto" && rate === undefined;
	/** Slots of hosts that are new, those of their attempts that are late, and those of late hosts. */
	let ofNew = 0;
	let waiting = 0;
	let ofLate = 0;
	/** Hosts that have answered and have work; and whether there ever were any. */
	let heard = 0;
	let hasAnswers = false;
	let hasEnded = false;
	/** Share of first answers that were late, the last ones weighing most. */
	let lateShare = 1;
	/** How the host stood before the change that is under way. */
	let wasHeard = false;
	let wasLate = false;
	const vigils: Fifo<{ readonly host: Host<T>; readonly vigil: Vigil; readonly lateAt: number }> = createFifo();
	let cancel: (() => void) | undefined;
	/** When the last entry that waited for a host which brings many was taken. */
	let dryMs = Number.NEGATIVE_INFINITY;
	let cancelDry: (() => void) | undefined;

	/** A slot given to a silent host is lost for long where there are so many and no more: half are kept until something is known. */
	const isCareful = (): boolean => !isElastic && hosts() >= manyHosts;
	const part = (of: number, share: number): number => Math.max(1, Math.floor(of * share));

	/** The others find room. */
	const mostApart = (): number => Math.max(part(room(), apartPart), room() - 2 * slots());

	const count = (host: Host<T>, sign: 1 | -1): void => {
		if (host.level.hasAnswered) {
			heard += sign;
			return;
		}
		if (host.level.tookTime) ofLate += sign * host.inFlight;
		else {
			waiting += sign * host.late;
			ofNew += sign * (host.inFlight - host.late);
		}
	};

	const look = (): void => {
		cancel = undefined;
		let freed = false;
		for (let first = vigils.peek(); first; first = vigils.peek()) {
			const { host, vigil, lateAt } = first;
			if (!vigil.isOver && lateAt > time.clock()) break;
			vigils.shift();
			if (vigil.isOver) continue;
			count(host, -1);
			vigil.isLate = true;
			host.late++;
			count(host, 1);
			freed = true;
		}
		watch();
		if (freed) onFree();
	};

	const lookAgain = (): void => {
		cancelDry = undefined;
		onFree();
	};

	const watch = (): void => {
		const first = vigils.peek();
		if (first && !cancel) cancel = time.after(Math.max(0, first.lateAt - time.clock()), look);
	};

	return {
		apart() {
			if (!isElastic) return 0;
			// Late answers may come: a line that is full is no reason to ask for much more.
			return Math.min(mostApart(), ofLate + (lateShare < fewLate ? waiting : Math.min(waiting, slots())));
		},
		standing(host) {
			if (host.level.hasAnswered) return "known";
			return host.level.tookTime ? "late" : hasAnswers || isCareful() ? "new" : "known";
		},
		isBegun: ({ turns }) => turns > 0 && turns < mostInARow,
		begin(host, item) {
			if (host.items.size === 0 && host.turns >= manyTurns && !isRead()) dryMs = time.clock();
			item.vigil = undefined;
			if (!isElastic || host.level.hasAnswered) return;
			item.vigil = { isOver: false, isLate: false };
			vigils.push({ host, vigil: item.vigil, lateAt: time.clock() + lateMs });
			watch();
		},
		end(host, { vigil }) {
			hasEnded = true;
			if (!vigil) return;
			vigil.isOver = true;
			if (vigil.isLate) host.late--;
			while (vigils.peek()?.vigil.isOver) vigils.shift();
			if (vigils.size > 0) return;
			cancel?.();
			cancel = undefined;
		},
		add(host) {
			hasAnswers ||= host.level.hasAnswered;
			count(host, 1);
		},
		remove: (host) => count(host, -1),
		before(host) {
			wasHeard = host.level.hasAnswered;
			wasLate = host.late > 0;
			count(host, -1);
		},
		after(host) {
			count(host, 1);
			if (wasHeard || !host.level.hasAnswered) return;
			hasAnswers = true;
			lateShare += ((wasLate ? 1 : 0) - lateShare) * lateWeight;
		},
		areNewDue: () => ofNew < part(slots(), newPart),
		mayNew() {
			if (isCareful() && !hasAnswers && !hasEnded) return false;
			const leftMs = dryMs + moreMs - time.clock();
			if (leftMs > 0) cancelDry ??= time.after(leftMs, lookAgain);
			return leftMs <= 0;
		},
		areLateDue: () => (isElastic ? ofLate + waiting < mostApart() : ofLate < part(slots(), leastPart)),
		mayLate() {
			if (isElastic) return false;
			if (hosts() === 1 || (heard === 0 && isRead())) return true;
			return ofLate < part(slots(), isRead() ? readPart : readingPart);
		},
		clear() {
			cancel?.();
			cancelDry?.();
		},
	};
}
