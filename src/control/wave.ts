/** What was in flight at a reaction comes back: how much of it did the host take? */
import { leastOfEach, mostly, takenLevel } from "./evidence.ts";
import { type Refusals, recentOk, type Standing, type Verdict } from "./refusal-state.ts";
import { beginRate } from "./request-rate.ts";
import { beginCount } from "./try-more.ts";

/** From this share on the refusals themselves tell how many were too many. */
const tellingShare = 0.2;

/** What differs by no more than this share from all that was in flight is all of it. */
const aboutAll = 0.1;

/** One of them has come back. */
export function onLate(refusals: Refusals, standing: Standing): Verdict | undefined {
	if (--refusals.lateOut !== 0) return undefined;
	addEarlier(refusals);
	const { lateOk, lateRefused, refused, clean, anchored } = refusals;
	const share = lateRefused / (lateOk + lateRefused);
	const isOfAnchor = anchored.share > 0 && anchored.atMs === refusals.reactedMs;
	if (isOfAnchor && anchored.isDoubtful) return onWave(refusals, standing);
	if (isOfAnchor) anchored.share = Math.max(anchored.share, share);
	if (refusals.isStepping) {
		refusals.isStepping = false;
		// A level that is too high by one has one refused at a time.
		if (lateRefused >= leastOfEach && share >= mostly)
			return beginRate(refusals, recentOk(refusals, refusals.context.clock(), true));
	}
	if (refusals.mode !== "search") return undefined;
	const wave = lateOk + lateRefused;
	// Where each refusal costs a pause, a few of a whole wave are believed: to look lower first would take longer.
	const isTelling = share >= tellingShare || (refusals.pauseMs > 0 && wave === refused && lateRefused > 0);
	if (!isTelling || lateOk === 0) return undefined;
	const isOneWave = Math.abs(wave - refused) <= Math.max(2, refused * aboutAll);
	const taken = Math.max(1, Math.min(refused - 1, isOneWave ? lateOk : Math.floor(refused * (1 - share))));
	refusals.taken = taken;
	// Where others were asked for in between, the number is not exact.
	if (isOneWave) refusals.refused = Math.max(taken, clean) + 1;
	refusals.sinceMs = refusals.context.clock();
	refusals.reactedTurn = standing.newestTurn;
	refusals.refusedHere = 0;
	return { level: Math.max(taken, clean), why: `it took ${taken} of ${wave}` };
}

/**
 * What came before the reaction may be of the wave as well, or of the one before. Where a level that is too high costs a pause, it
 * counts as far as it is missing in the wave.
 */
function addEarlier(refusals: Refusals): void {
	const { pauseMs, waveSize, lateOk, lateRefused, earlierOk } = refusals;
	const missing = Math.max(0, waveSize - lateOk - lateRefused);
	refusals.lateOk += pauseMs > 0 ? Math.min(earlierOk, missing) : earlierOk;
}

/** All that was in flight when the host was first lowered has come back: its share is no matter of when it was looked at. */
function onWave(refusals: Refusals, standing: Standing): Verdict | undefined {
	const { lateOk, lateRefused, anchored, clean, refused } = refusals;
	// A few of a wave may be none by chance: then what came before counts as well.
	const isEnough = lateRefused >= leastOfEach;
	anchored.ok = isEnough ? lateOk : anchored.ok + lateOk;
	anchored.refused = isEnough ? lateRefused : anchored.refused + lateRefused;
	const answers = anchored.ok + anchored.refused;
	anchored.share = anchored.refused / answers;
	if (refusals.mode !== "search") return undefined;
	const level = Math.max(clean, takenLevel(refusals));
	if (anchored.share >= tellingShare && lateOk > 0 && answers <= refused + 2)
		refusals.refused = Math.max(lateOk, clean) + 1;
	beginCount(refusals, refusals.context.clock(), standing);
	return { level, why: `it took ${anchored.ok} of ${answers}` };
}
