/** What 403s of a host are about is found out at a lower level. */
import { provesEntries, sample } from "./asked-again.ts";
import { wellBelow } from "./evidence.ts";
import { leastForbiddenInFlight } from "./forbidden.ts";
import { beginAnew, ignore, type Reaction, react } from "./react.ts";
import type { Refusals, Standing, Verdict } from "./refusal-state.ts";

/** What it takes to suspect that 403s are about the level. */
const leastOk = 4;
const leastForbiddenShare = 0.1;
const clearlyFewer = 0.6;

/** From this share on a host may serve fewer than the few of the judgement. */
const nearlyAll = 0.6;

/** A lower level shows what they are about: if they go on there as before, their entries. */
export function reactToForbidden(refusals: Refusals, reaction: Reaction, standing: Standing): Verdict | undefined {
	const isFirst = refusals.forbidden === "unknown";
	if (isFirst && (refusals.ok < leastOk || reaction.share < leastForbiddenShare)) return undefined;
	const level = standing.inFlight;
	// Refusals come back sooner than what is served: first all that was in flight.
	if (!isFirst && refusals.lateOut > 0) return undefined;
	// It is found out at a level that no host calls too much, unless it refused nearly all before.
	const isFew = level <= leastForbiddenInFlight;
	const isMixed = refusals.anchored.share < nearlyAll;
	const isAsBefore = !isFirst && (refusals.ok === 0 || isIndifferent(refusals, level, reaction));
	refusals.forbidden = "open";
	if (standing.level <= 1 || (isFew && !isFirst && (isAsBefore ? reaction.isTelling : isMixed)))
		return sample(refusals, reaction.nowMs);
	// What was clean before was so with other entries.
	refusals.clean = 0;
	const verdict = react(refusals, reaction, standing);
	if (!isAsBefore || verdict.level === undefined) return verdict;
	return { ...verdict, level: Math.min(verdict.level, leastForbiddenInFlight) };
}

/** The host forbade an entry as before. Where 403s are about their entries, a level that was lowered for them returns. */
export function onForbiddenAgain(refusals: Refusals, standing: Standing): Verdict | undefined {
	const isLowered = refusals.forbidden === "open";
	if (!provesEntries(refusals) || !isLowered) return undefined;
	const nowMs = refusals.context.clock();
	beginAnew(refusals, nowMs, standing);
	return ignore(refusals, nowMs, refusals.anchored.share);
}

/**
 * A host that took a share of what was asked would have taken all of a smaller amount than that: what it still refuses has
 * other reasons, if it is as large a share.
 */
function isIndifferent(refusals: Refusals, level: number, { share, isTelling }: Reaction): boolean {
	const { mode, perSecond, anchored } = refusals;
	// What was just seen to be taken is no smaller amount.
	if (level > refusals.taken * wellBelow) return false;
	if (!isTelling || anchored.share === 0 || share < anchored.share * clearlyFewer) return false;
	const taken = (1 - anchored.share) * wellBelow;
	return level <= anchored.level * taken || (mode === "rate" && perSecond <= anchored.perSecond * taken);
}
