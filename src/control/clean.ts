/** A level at which nothing was refused for a while is clean: what comes next? */
import { sample } from "./asked-again.ts";
import { longestForgetMs, type Refusals, type Standing, type Verdict } from "./refusal-state.ts";
import { raiseRate } from "./request-rate.ts";
import { beginCount, mostCostly, tryMore, untilTry } from "./try-more.ts";

/** Where the two levels are closer than this the search is over. */
const closeEnough = 0.06;

const leastCleanMs = 100;

export function lookForClean(refusals: Refusals, nowMs: number, standing: Standing): Verdict | undefined {
	const { ok, sinceMs, mode } = refusals;
	// A lone one may have crossed the change on its way.
	const tolerated = mode === "rate" || refusals.forbidden === "load" ? 1 : 0;
	if (refusals.refusedHere > tolerated + ok * 0.01 || !standing.isLimited || standing.isEnding) return undefined;
	if (mode === "rate") return raiseRate(refusals, nowMs, standing.level);
	const { share } = refusals.anchored;
	// Where few were refused, it takes more to say that none are.
	const enough = Math.max(standing.level * 2, share > 0 ? Math.min(500, 3 / share) : 0);
	if (ok < enough || nowMs - sinceMs < leastCleanMs) return undefined;
	// They are gone at this level: do those that met them come as well?
	if (refusals.forbidden === "open") return sample(refusals, nowMs);
	refusals.clean = mode === "free" ? standing.atOnce : Math.max(refusals.clean, standing.level);
	if (refusals.tries > 0) return tryMore(refusals, nowMs, standing);
	if (mode === "search") return searchOn(refusals, nowMs, standing);
	if (mode === "found" && nowMs >= refusals.forgetAtMs) return forget(refusals, standing);
	if (mode === "found" && refusals.clean <= mostCostly && nowMs >= refusals.tryAtMs)
		return tryMore(refusals, nowMs, standing);
	return undefined;
}

function searchOn(refusals: Refusals, nowMs: number, standing: Standing): Verdict | undefined {
	const { clean, refused } = refusals;
	if (refused - clean <= Math.max(1, clean * closeEnough)) {
		refusals.mode = "found";
		refusals.tryAtMs = nowMs + untilTry(refusals);
		return { level: clean, why: `${refused} is refused` };
	}
	beginCount(refusals, nowMs, standing);
	return { level: Math.floor((clean + refused) / 2), why: `${clean} is not refused, ${refused} is` };
}

function forget(refusals: Refusals, { level }: Standing): Verdict {
	refusals.forgetMs = Math.min(longestForgetMs, refusals.forgetMs * 2);
	refusals.refused = Number.POSITIVE_INFINITY;
	refusals.clean = 0;
	refusals.taken = Number.POSITIVE_INFINITY;
	refusals.anchored.share = 0;
	refusals.mode = "free";
	return { level, why: "what was refused may be possible by now" };
}
