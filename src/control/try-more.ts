/** A low level that was found is tried to be passed: it costs much where it is not needed any more. */
import { keepCount } from "./evidence.ts";
import { firstTryMs, type Refusals, type Standing, type Verdict } from "./refusal-state.ts";

/** So low a level costs much where it is not needed any more: more is tried again soon, more seldom each time that it is refused. */
export const mostCostly: number = 4;
const longestTryMs = 64_000;
const pausesPerTry = 20;
const tryGrowth: readonly number[] = [1, 1.1, 1.25, 2];

/** One more than what was found costs a request or two where it is still refused; what is not refused is followed by larger steps. */
export function tryMore(refusals: Refusals, nowMs: number, standing: Standing): Verdict {
	const { clean } = refusals;
	const growth = tryGrowth[Math.min(refusals.tries, tryGrowth.length - 1)] ?? 1;
	refusals.tries++;
	beginCount(refusals, nowMs, standing);
	return { level: Math.max(clean + 1, Math.floor(clean * growth)), why: `${clean} is not refused` };
}

export function stopTrying(refusals: Refusals, nowMs: number, level: number): Verdict {
	const { clean, tries } = refusals;
	refusals.tryMs = tries > 1 ? firstTryMs : Math.min(longestTryMs, refusals.tryMs * 2);
	refusals.tries = 0;
	refusals.tryAtMs = nowMs + untilTry(refusals);
	refusals.refused = Math.max(clean + 1, level);
	// Nothing was learned of what lies in between.
	if (refusals.refused - clean > 1) refusals.mode = "search";
	return { level: clean, why: `${refusals.refused} is refused` };
}

/** How long until more is tried, in milliseconds: the pause that it may cost is a small part of that. */
export function untilTry({ tryMs, pauseMs }: Refusals): number {
	return Math.max(tryMs, pauseMs * pausesPerTry);
}

export function beginCount(refusals: Refusals, nowMs: number, standing: Standing): void {
	keepCount(refusals, standing);
	refusals.sinceMs = nowMs;
	refusals.ok = 0;
	refusals.refusals = 0;
	refusals.refusedHere = 0;
	refusals.entries = 0;
	refusals.reactedTurn = standing.newestTurn;
}
