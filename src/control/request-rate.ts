/** The rate that a host allows, where it counts requests and not connections. */
import type { Refusals, Verdict } from "./refusal-state.ts";

/** What a rate is lowered to, below what came through. */
const belowLimit = 0.95;

const farBelow = 0.9;

const leastPerSecond = 0.2;

/** Refused at what was possible before: the host counts requests, not connections. */
export function beginRate(refusals: Refusals, recently: { readonly ok: number; readonly isWhole: boolean }): Verdict {
	refusals.mode = "rate";
	refusals.refusedRate = recently.isWhole ? recently.ok : Number.POSITIVE_INFINITY;
	refusals.cleanRate = 0;
	return setRate(refusals, recently.ok * belowLimit, `refused after ${recently.ok} a second`);
}

export function lowerRate(refusals: Refusals, okPerSecond: number | undefined): Verdict {
	const { perSecond, cleanRate } = refusals;
	refusals.refusedRate = Math.min(perSecond, okPerSecond ?? perSecond);
	const lower = cleanRate > 0 && cleanRate < perSecond * 0.97 ? Math.sqrt(cleanRate * perSecond) : perSecond * 0.7;
	const measured = okPerSecond === undefined ? lower : Math.min(okPerSecond, perSecond) * belowLimit;
	if (cleanRate >= measured) refusals.cleanRate = 0;
	return setRate(refusals, measured, `refused at ${perSecond.toPrecision(3)} a second`);
}

export function raiseRate(refusals: Refusals, nowMs: number): Verdict | undefined {
	const { perSecond, refusedRate, sinceMs } = refusals;
	const growth = rateGrowthOf(perSecond, refusedRate);
	if (nowMs - sinceMs < growth.afterMs) return undefined;
	refusals.cleanRate = Math.max(refusals.cleanRate, perSecond);
	refusals.sinceMs = nowMs;
	refusals.ok = 0;
	refusals.refusals = 0;
	return setRate(refusals, growth.perSecond, "nothing was refused");
}

/** Fast while nothing is known of the limit, then half-way towards it, then by little, as it may have changed. */
function rateGrowthOf(
	perSecond: number,
	refusedRate: number,
): { readonly afterMs: number; readonly perSecond: number } {
	if (refusedRate === Number.POSITIVE_INFINITY) return { afterMs: 250, perSecond: perSecond * 2 };
	if (perSecond < refusedRate * farBelow) return { afterMs: 1000, perSecond: Math.sqrt(perSecond * refusedRate) };
	return { afterMs: 10_000, perSecond: perSecond * 1.05 };
}

function setRate(refusals: Refusals, perSecond: number, why: string): Verdict {
	refusals.perSecond = Math.max(leastPerSecond, perSecond);
	return { perSecond: refusals.perSecond, why };
}
