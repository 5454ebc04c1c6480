/** What is remembered of the refusals of a host. */
import type { ForbiddenState } from "./forbidden.ts";
import type { SeekerContext } from "./seeker-state.ts";
import { createServedBefore, type ServedBefore } from "./served-before.ts";

/** How a host refused: 429 says why; a 503 or a connection that is refused may have other reasons, and a 403 mostly has. */
export type RefusalKind = "plain" | "maybe" | "forbidden";

/** What follows: another level, another rate (requests a second), or nothing. */
export type Verdict = {
	readonly level?: number;
	readonly perSecond?: number;
	readonly why: string;
};

/** One shape, changed in place. */
export type Refusals = {
	readonly context: SeekerContext;
	/** `free`: nothing known; `search`: between two levels; `found`: at the highest that is not refused; `rate`: paced. */
	mode: "free" | "search" | "found" | "rate";
	/** The highest level at which nothing was refused for a while; 0 where none is known. */
	clean: number;
	/** The lowest level at which the host refused; Infinity where none is known. */
	refused: number;
	perSecond: number;
	/** What 403s of the host are about. */
	forbidden: ForbiddenState;
	/** How many of the entries that were forbidden may be asked for again to see whether they come now, and since when. */
	samples: number;
	sampledMs: number;
	/** How many of those came, and how many did not. */
	servedAfterAll: number;
	forbiddenAgain: number;
	/** What the host says to allow, where it does. */
	allowedPerSecond: number | undefined;
	/** Likewise in requests a second. */
	cleanRate: number;
	refusedRate: number;
	/** How many times in a row the rate was raised by little, and nothing was refused. */
	raises: number;
	forgetAtMs: number;
	forgetMs: number;
	/** When more than what was found is tried, how long after the last time, and how many times in a row it was not refused. */
	tryAtMs: number;
	tryMs: number;
	tries: number;
	/** How long a pause it asked for last: to try more may cost that. 0 where it asks for none. */
	pauseMs: number;
	/** When a pause began or ended last. */
	pausedMs: number;

	/** Requests up to this turn were sent before the last change: they are no reason for another. */
	reactedTurn: number;
	sinceMs: number;
	reactedMs: number;
	/** Since the last change: successes, refusals, and of how many different entries those were. */
	ok: number;
	refusals: number;
	/** Refusals at this level; those on the way to it say nothing of it. */
	refusedHere: number;
	/** Refusals since anything was served, and since when they are counted. */
	inVain: number;
	inVainSinceMs: number;
	lastEntry: number;
	/** Share of refusals that are 429, the last ones weighing most. */
	plainShare: number;
	entries: number;
	/** Successes until the next look at whether this level is clean, and from one to the next. */
	lookIn: number;
	lookEvery: number;
	/** Of those that were in flight at the last reaction: how many are still out, and what became of the others. */
	lateOut: number;
	lateOk: number;
	lateRefused: number;
	/** How many were in flight together then, and successes that came before, of which some may be among those. */
	waveSize: number;
	earlierOk: number;
	/** How many it took of those, where that was told; Infinity where not. */
	taken: number;
	/**
	 * A reaction that later ones are compared with: how many were in flight of the most that might be, and the share that was
	 * refused; 0 for none.
	 */
	readonly anchored: {
		level: number;
		most: number;
		perSecond: number;
		share: number;
		atMs: number;
		/** Whether the refusals may have other reasons than how much is asked. */
		isDoubtful: boolean;
		/** What that share was counted of. */
		ok: number;
		refused: number;
		/** Since then, where a host with such a limit would have refused nothing. */
		lowOk: number;
		lowRefused: number;
	};
	readonly served: ServedBefore;
	/** How many times in a row a level was left by one that had seemed clean, and when last; whether what was in flight then is awaited. */
	stepsBack: number;
	steppedMs: number;
	isStepping: boolean;
	/** Refusals that do not depend on the level are no concern of ours until then. */
	ignoreUntilMs: number;
	ignoreMs: number;
	/** Refusals are known to depend on how much is asked until then: more were refused when more was. */
	dependsUntilMs: number;
	ignoredShare: number;
	/** Successes of the last second, in slices. */
	readonly recent: number[];
	slice: number;
};

/** What the host stands at when something ended. */
export type Standing = {
	/** Most at once now. */
	readonly level: number;
	/** In flight, the one that ended included. */
	readonly inFlight: number;
	/** With those that ended before it in the same turn of the event loop: so many were in flight together. */
	readonly atOnce: number;
	/** The turn of the newest request: they are counted from 1. */
	readonly newestTurn: number;
	/** Whether more was waiting, and the level, or a rate, held it back. */
	readonly isLimited: boolean;
	/** Whether the list is nearly done: what is at once now is still judged, and no more is tried. */
	readonly isEnding: boolean;
};

const slices = 10;

const firstForgetMs = 30_000;

export const longestForgetMs = 600_000;

export const firstTryMs = 2000;

/** What refusals are compared with is forgotten after so long. */
export const anchorLastsMs = 60_000;

const sliceMs = 100;

export function createRefusals(context: SeekerContext): Refusals {
	const nowMs = context.clock();
	return {
		context,
		mode: "free",
		clean: 0,
		refused: Number.POSITIVE_INFINITY,
		perSecond: Number.POSITIVE_INFINITY,
		forbidden: "unknown",
		samples: 0,
		sampledMs: Number.NEGATIVE_INFINITY,
		servedAfterAll: 0,
		forbiddenAgain: 0,
		allowedPerSecond: undefined,
		cleanRate: 0,
		refusedRate: Number.POSITIVE_INFINITY,
		raises: 0,
		forgetAtMs: Number.POSITIVE_INFINITY,
		forgetMs: firstForgetMs,
		tryAtMs: Number.POSITIVE_INFINITY,
		tryMs: firstTryMs,
		tries: 0,
		pauseMs: 0,
		pausedMs: Number.NEGATIVE_INFINITY,
		reactedTurn: 0,
		sinceMs: nowMs,
		reactedMs: Number.NEGATIVE_INFINITY,
		ok: 0,
		refusals: 0,
		refusedHere: 0,
		inVain: 0,
		inVainSinceMs: nowMs,
		lastEntry: -1,
		plainShare: 1,
		entries: 0,
		lookIn: 8,
		lookEvery: 8,
		lateOut: 0,
		lateOk: 0,
		lateRefused: 0,
		waveSize: 0,
		earlierOk: 0,
		taken: Number.POSITIVE_INFINITY,
		anchored: {
			level: 0,
			most: 0,
			perSecond: Number.POSITIVE_INFINITY,
			share: 0,
			atMs: 0,
			isDoubtful: false,
			ok: 0,
			refused: 0,
			lowOk: 0,
			lowRefused: 0,
		},
		served: createServedBefore(),
		stepsBack: 0,
		steppedMs: Number.NEGATIVE_INFINITY,
		isStepping: false,
		ignoreUntilMs: 0,
		ignoreMs: firstForgetMs,
		dependsUntilMs: 0,
		ignoredShare: 0,
		recent: new Array<number>(slices).fill(0),
		slice: 0,
	};
}

/** Counts the successes since the last look into the slice of this moment; slices that have passed are emptied. */
export function count(refusals: Refusals, nowMs: number): void {
	const slice = Math.floor(nowMs / sliceMs);
	const passed = Math.min(slices, slice - refusals.slice);
	for (let step = 1; step <= passed; step++) refusals.recent[(refusals.slice + step) % slices] = 0;
	refusals.slice = slice;
	const ok = refusals.lookEvery - refusals.lookIn;
	refusals.recent[slice % slices] = (refusals.recent[slice % slices] ?? 0) + ok;
	refusals.lookIn = refusals.lookEvery;
}

/** In a shorter time nothing served tells no more than that one was not. */
const leastSpanMs = 100;

/** A host that says nothing of limits may have served few because it was asked for few: then the time counts as it is. */
export function recentOk(
	refusals: Refusals,
	nowMs: number,
	isSure: boolean,
): { readonly ok: number; readonly isWhole: boolean } {
	count(refusals, nowMs);
	const ok = refusals.recent.reduce((sum, one) => sum + one, 0);
	// What came before a pause, or after it, is less than what is possible.
	const spanMs = Math.min(1000, nowMs - Math.max(refusals.sinceMs, refusals.pausedMs));
	const isWhole = spanMs >= 1000;
	const least = isSure || isWhole ? 1 : 1000 / leastSpanMs;
	return { ok: Math.max(least, isSure ? ok : (ok * 1000) / Math.max(leastSpanMs, spanMs)), isWhole };
}
