/** What all hosts share: how many downloads at once, and how many requests a second. */
import { createPacer, takeTurn, waitOf } from "../control/pacer.ts";
import { seekAgain } from "../control/seek-start.ts";
import { createSeeker, credit, finishOne, moveTo } from "../control/seeker.ts";
import type { SeekerContext } from "../control/seeker-state.ts";
import type { Time } from "./host-queue-types.ts";
import { type QueueLimits, startOverall, startPerHost } from "./queue-limits.ts";

export type Whole = {
	readonly inFlight: number;
	/** The same without those that take nobody's place. */
	readonly counted: number;
	/** Most in flight at once, with so many hosts that have work. */
	levelWith(hosts: number): number;
	/** Whether the next request must wait for its turn; the wait is then under way. */
	isPaced(): boolean;
	take(): void;
	end(hosts: number, succeeded: boolean, pressure: Pressure): void;
	/** So many slots become free that were used beside those of downloads. */
	giveBack(slots: number): void;
	bring(work: number): void;
	/** A piece of a large file came. */
	advance(hosts: number, pressure: Pressure): void;
	/** Requests beyond those that were taken. */
	charge(requests: number): void;
	/** A second host has work: what the first had alone is now shared. */
	share(): void;
	clear(): void;
};

/** What waits as something ends: whether a host has a turn and more to ask, and whether the list is nearly done. */
export type Pressure = { readonly isHeldBack: boolean; readonly isEnding: boolean };

export type WholeOptions = {
	readonly limits: QueueLimits;
	readonly time: Time;
	readonly context: SeekerContext;
	/** Slots that take nobody's place. */
	readonly apart: () => number;
	readonly onReady: () => void;
	readonly onMove: (level: number, why: string) => void;
};

export function createWhole({ limits, time, context, apart, onReady, onMove }: WholeOptions): Whole {
	const seeks = limits.concurrency === "auto";
	const seeker = createSeeker(context, {
		level: limits.concurrency === "auto" ? startOverall : limits.concurrency,
		most: limits.most,
		probes: seeks,
	});
	const pacer = limits.rate === undefined ? undefined : createPacer(limits.rate, time.clock());
	let wake: (() => void) | undefined;
	let told = seeker.base;
	let inFlight = 0;
	/** Slots that became free since the last one was taken: what ends within one turn was all held back alike. */
	let freed = 0;
	/** The level when the last slot was taken: each success may raise it, and nothing starts before the turn is over. */
	let levelThen = 0;

	const counted = (): number => inFlight - apart();
	const isAtLevel = (): boolean => counted() + freed >= Math.min(seeker.level, levelThen);

	return {
		get inFlight() {
			return inFlight;
		},
		get counted() {
			return counted();
		},
		// One host alone is limited by its own level.
		levelWith: (hosts) => (seeks && hosts <= 1 ? limits.most : seeker.level),
		isPaced() {
			if (!pacer) return false;
			if (wake) return true;
			const waitMs = waitOf(pacer, time.clock());
			if (waitMs <= 0) return false;
			wake = time.after(waitMs, () => {
				wake = undefined;
				onReady();
			});
			return true;
		},
		take() {
			inFlight++;
			freed = 0;
			levelThen = seeker.level;
			if (pacer) takeTurn(pacer, time.clock());
		},
		end(hosts, succeeded, { isHeldBack, isEnding }) {
			if (seeks && hosts > 1) {
				finishOne(seeker, { succeeded, isLimited: isHeldBack && isAtLevel(), isEnding, inFlight });
				if (seeker.phase !== "start" && seeker.base !== told) {
					told = seeker.base;
					onMove(told, seeker.why);
				}
			}
			inFlight--;
			freed++;
		},
		giveBack(slots) {
			inFlight -= slots;
		},
		bring: (work) => credit(seeker, work, undefined),
		advance(hosts, { isHeldBack, isEnding }) {
			if (!seeks || hosts <= 1) return;
			finishOne(seeker, { succeeded: true, isLimited: isHeldBack && isAtLevel(), isEnding, inFlight });
		},
		charge(requests) {
			if (pacer) takeTurn(pacer, time.clock(), requests);
		},
		share() {
			const level = Math.min(limits.most, inFlight + startPerHost);
			if (!seeks || level <= seeker.level) return;
			moveTo(seeker, level, "another host has work");
			seekAgain(seeker);
		},
		clear: () => wake?.(),
	};
}
