/** The rate that a host allows, where it counts requests and not connections. */
import { onServed } from "./evidence.ts";
import type { Refusals, Verdict } from "./refusal-state.ts";

/** What a rate is lowered to, below what came through. */
const belowLimit = 0.95;

const farBelow = 0.9;

const leastPerSecond = 0.2;

/** Served at less than this part of the rate, the host is held back by something else. */
const heldBackFrom = 0.5;

/** By how much a rate grows that was fine for long; twice as much each time that it is. */
const firstGrowth = 0.1;
const mostDoublings = 3;
const longAfterMs = 10_000;

/** Refused at what was possible before: the host counts requests, not connections. */
export function beginRate(refusals: Refusals, recently: { readonly ok: number; readonly isWhole: boolean }): Verdict {
	refusals.mode = "rate";
	refusals.refusedRate = recently.isWhole ? recently.ok : Number.POSITIVE_INFINITY;
	refusals.cleanRate = 0;
	refusals.raises = 0;
	return setRate(refusals, recently.ok * belowLimit, `refused after ${recently.ok} a second`);
}

/** @param leastNow - Lower than that it goes only from there: what the host does at that rate tells whether it counts them at all. */
export function lowerRate(refusals: Refusals, okPerSecond: number | undefined, leastNow: number): Verdict {
	const { perSecond, cleanRate } = refusals;
	refusals.refusedRate = Math.min(perSecond, okPerSecond ?? perSecond);
	refusals.raises = 0;
	const lower = cleanRate > 0 && cleanRate < perSecond * 0.97 ? Math.sqrt(cleanRate * perSecond) : perSecond * 0.7;
	const measured = okPerSecond === undefined ? lower : Math.min(okPerSecond, perSecond) * belowLimit;
	if (cleanRate >= measured) refusals.cleanRate = 0;
	return setRate(
		refusals,
		perSecond > leastNow ? Math.max(measured, leastNow) : measured,
		`refused at ${perSecond.toPrecision(3)} a second`,
	);
}

export function raiseRate(refusals: Refusals, nowMs: number, level: number): Verdict | undefined {
	const { perSecond, sinceMs, pausedMs, ok } = refusals;
	const growth = rateGrowthOf(refusals);
	// In a pause nothing is refused either.
	const spanMs = nowMs - Math.max(sinceMs, pausedMs);
	if (spanMs < growth.afterMs) return undefined;
	if (growth.afterMs === longAfterMs) refusals.raises++;
	refusals.cleanRate = Math.max(refusals.cleanRate, perSecond);
	if (ok > 0) onServed(refusals);
	refusals.sinceMs = nowMs;
	refusals.ok = 0;
	refusals.refusals = 0;
	const isBinding = refusals.pauseMs > 0 || (ok * 1000) / spanMs >= perSecond * heldBackFrom;
	return isBinding ? setRate(refusals, growth.perSecond, "nothing was refused") : endRate(refusals, level);
}

/** Something else holds the host back, and it refuses nothing: what it counts is to be found out again. */
function endRate(refusals: Refusals, level: number): Verdict {
	refusals.perSecond = Number.POSITIVE_INFINITY;
	refusals.clean = level;
	refusals.mode = refusals.refused > level && refusals.refused < Number.POSITIVE_INFINITY ? "search" : "found";
	return { level, perSecond: refusals.perSecond, why: "the rate is not what holds it back" };
}

/** Fast while nothing is known of the limit, then half-way towards it, then by little, and by more each time: it may have changed. */
function rateGrowthOf(refusals: Refusals): { readonly afterMs: number; readonly perSecond: number } {
	const { perSecond, refusedRate } = refusals;
	if (refusedRate === Number.POSITIVE_INFINITY) return { afterMs: 250, perSecond: perSecond * 2 };
	if (perSecond < refusedRate * farBelow) return { afterMs: 1000, perSecond: Math.sqrt(perSecond * refusedRate) };
	const growth = firstGrowth * 2 ** Math.min(refusals.raises, mostDoublings);
	return { afterMs: longAfterMs, perSecond: perSecond * (1 + growth) };
}

function setRate(refusals: Refusals, perSecond: number, why: string): Verdict {
	refusals.perSecond = Math.max(leastPerSecond, perSecond);
	return { perSecond: refusals.perSecond, why };
}
