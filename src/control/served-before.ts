/** What a host served in a second when it had refused already: if it refuses far fewer requests a second, it does not count them. */
import type { Refusals } from "./refusal-state.ts";

/** One shape, changed in place. */
export type ServedBefore = {
	/** Requests after this turn left when the host had refused some: nothing was in reserve any more. Infinity where none is counted. */
	fromTurn: number;
	atMs: number;
	/** What is being counted, since when, and the most that was served in a second. */
	ok: number;
	sinceMs: number;
	perSecond: number;
};

const lastsMs = 60_000;
/** A host may count by the second, and serve what is allowed in two of them at the end of one and the begin of the next. */
const leastMs = 500;
const farBelowPart = 0.25;
/** Fewer say nothing. */
const leastServed = 5;
const leastRefused = 5;
const leastOk = 3;
const leastInVain = 12;

export function createServedBefore(): ServedBefore {
	return { fromTurn: Number.POSITIVE_INFINITY, atMs: 0, ok: 0, sinceMs: 0, perSecond: 0 };
}

/** The host is asked less, for what it refused. */
export function countFromHere(served: ServedBefore, nowMs: number, newestTurn: number): void {
	if (served.fromTurn < Number.POSITIVE_INFINITY && nowMs < served.atMs + lastsMs) return;
	served.fromTurn = newestTurn;
	served.atMs = nowMs;
	served.ok = 0;
	served.sinceMs = nowMs;
	served.perSecond = 0;
}

export function forgetServed(served: ServedBefore): void {
	served.fromTurn = Number.POSITIVE_INFINITY;
}

/** A host that counts requests a second refuses none at such a rate; 0 where that is not known, or a look would cost a pause. */
export function farBelow({ served, pauseMs }: Refusals): number {
	return served.fromTurn === Number.POSITIVE_INFINITY || pauseMs > 0 ? 0 : served.perSecond * farBelowPart;
}

/**
 * `low`: so few requests a second that a host which counts them would refuse none; `indifferent`: enough of those were seen, and
 * some were refused; `no`: neither.
 */
export function refusesFarBelow(refusals: Refusals, nowMs: number): "no" | "low" | "indifferent" {
	const { served, mode, perSecond, ok, refusals: refused } = refusals;
	if (served.fromTurn === Number.POSITIVE_INFINITY) return "no";
	const ms = nowMs - served.sinceMs;
	if (ms >= leastMs && served.ok >= leastServed) {
		served.perSecond = Math.max(served.perSecond, (served.ok * 1000) / ms);
		served.ok = 0;
		served.sinceMs = nowMs;
	}
	if (mode !== "rate" || perSecond > farBelow(refusals)) return "no";
	if (refused >= leastInVain) return ok > 0 ? "indifferent" : "no";
	return refused >= leastRefused && ok >= leastOk ? "indifferent" : "low";
}
