/** What refusals say of a host: too many at once, too many a second, or nothing of the kind. */
import { lookForClean } from "./clean.ts";
import { clearlyMore, compare, countLow, mostly, oddsOf, onServed } from "./evidence.ts";
import { reactToForbidden } from "./forbidden-reaction.ts";
import { beginAnew, ignore, type Reaction, react } from "./react.ts";
import { anchorLastsMs, count, type RefusalKind, type Refusals, type Standing, type Verdict } from "./refusal-state.ts";
import { refusesFarBelow } from "./served-before.ts";
import { onLate } from "./wave.ts";

/** A refusal now and then has reasons of its own. */
const leastShare = 0.03;

/** Where fewer are refused the level is hardly wrong, and it takes more of them to say that it is. */
const smallShare = 0.1;
const enoughOfSmall = 6;

/** A host that has served nothing for so long refuses all: to ask it ever more slowly would only take time. */
const downMs = 2000;
const leastOfDown = 5;

/** Refusals that are passed over are counted by so many attempts. */
const ignoredCount = 300;

/** How long after a reaction refusals are still those of a host that is asked too much. */
const refusingMs = 5000;

/** What one refusal counts in the share of them that say why. */
const plainWeight = 0.1;

/** A request succeeded. */
export function onSuccess(refusals: Refusals, turn: number, standing: Standing): Verdict | undefined {
	if (turn > refusals.served.fromTurn) refusals.served.ok++;
	if (turn <= refusals.reactedTurn) {
		refusals.lateOk++;
		onServed(refusals);
		return onLate(refusals, standing);
	}
	refusals.ok++;
	if (--refusals.lookIn > 0) return undefined;
	const nowMs = refusals.context.clock();
	count(refusals, nowMs);
	refusals.lookEvery = Math.max(8, Math.min(64, standing.level));
	refusals.lookIn = refusals.lookEvery;
	return lookForClean(refusals, nowMs, standing);
}

/** A request was refused. */
export function onRefusal(
	refusals: Refusals,
	refusal: { readonly turn: number; readonly entry: number; readonly kind: RefusalKind },
	standing: Standing,
): Verdict | undefined {
	if (refusal.turn <= refusals.reactedTurn) {
		refusals.lateRefused++;
		return onLate(refusals, standing);
	}
	refusals.refusals++;
	// One that is forbidden for itself is asked for again and again where others are not.
	if (refusal.kind !== "forbidden" || refusal.entry !== refusals.lastEntry) refusals.refusedHere++;
	if (refusal.entry !== refusals.lastEntry) refusals.entries++;
	refusals.lastEntry = refusal.entry;
	const nowMs = refusals.context.clock();
	const isSure = saysWhy(refusals, refusal.kind);
	const share = refusals.refusals / (refusals.ok + refusals.refusals);
	const isForbidden = refusal.kind === "forbidden";
	const isMaybe = !isSure && !isForbidden;
	if (isMaybe && nowMs >= refusals.ignoreUntilMs) {
		const ignored = shareToIgnore(refusals, standing, nowMs);
		if (ignored > 0) {
			beginAnew(refusals, nowMs, standing);
			return ignore(refusals, nowMs, ignored);
		}
	}
	// Where each one stops the host for a while, few cost much.
	const isCostly = isSure && refusals.pauseMs > 0;
	if (share < leastShare && !isCostly) return undefined;
	if (refusals.entries < (isSure ? (isCostly && refusals.mode === "search" ? 1 : 2) : 3)) return undefined;
	if (!isSure && nowMs < refusals.ignoreUntilMs && isUsual(refusals, standing.level)) return undefined;
	const { ok, refusals: refused } = refusals;
	// Refusals come back sooner than what is served.
	const isTelling = ok >= standing.level / 2 || refused >= standing.level * 3;
	const reaction = { nowMs, share, ok, refused, isSure, isForbidden, isTelling };
	if (isForbidden && refusals.forbidden !== "load") return reactToForbidden(refusals, reaction, standing);
	if (isMaybe) return reactToMaybe(refusals, reaction, standing);
	return react(refusals, reaction, standing);
}

/** A 429 says that too much was asked; but not where most refusals are of another kind: then it is one of those. */
function saysWhy(refusals: Refusals, kind: RefusalKind): boolean {
	refusals.plainShare += ((kind === "plain" ? 1 : 0) - refusals.plainShare) * plainWeight;
	return kind === "plain" && refusals.plainShare >= mostly;
}

/** As many are refused as always. */
function isUsual(refusals: Refusals, level: number): boolean {
	if (refusals.ok + refusals.refusals > Math.max(ignoredCount, 4 * level)) {
		refusals.ok >>= 1;
		refusals.refusals >>= 1;
	}
	// Refusals come back sooner than what is served: all that is in flight may be that.
	const odds = refusals.refusals / (refusals.ok + level);
	if (odds <= oddsOf(refusals.ignoredShare) * clearlyMore || refusals.refusals < 8) return true;
	refusals.ignoreUntilMs = 0;
	// More is refused where more is asked.
	refusals.dependsUntilMs = refusals.context.clock() + anchorLastsMs;
	return false;
}

/** Whether the host refuses for being asked too much, so that an entry is not to blame. */
export function isRefusing(refusals: Refusals, kind: RefusalKind): boolean {
	const nowMs = refusals.context.clock();
	if (kind === "plain") return true;
	if (kind === "forbidden") return refusals.forbidden === "load";
	return nowMs >= refusals.ignoreUntilMs && nowMs < refusals.reactedMs + refusingMs;
}

/** They may have other reasons: what comes at a lower level tells. */
function reactToMaybe(refusals: Refusals, reaction: Reaction, standing: Standing): Verdict | undefined {
	const { anchored } = refusals;
	// Refusals come back sooner than what is served.
	const share = reaction.refused / Math.max(standing.level, reaction.ok + reaction.refused);
	if (share < smallShare && reaction.refused < enoughOfSmall) return undefined;
	if (refusesFarBelow(refusals, reaction.nowMs) === "low") return undefined;
	if (anchored.share === 0 || !anchored.isDoubtful) return react(refusals, reaction, standing);
	if (reaction.nowMs < refusals.dependsUntilMs) return react(refusals, reaction, standing);
	if (refusals.lateOut > 0) {
		if (reaction.share < mostly) return undefined;
		// Where most is refused there is no time to see all that was in flight come back: it is seen from here.
		anchored.share = 0;
		return react(refusals, reaction, standing);
	}
	const finding = compare(refusals, standing);
	if (finding === "open") return undefined;
	if (finding === "more") anchored.share = 0;
	return react(refusals, reaction, standing);
}

/** @returns The share that is refused for other reasons than how much is asked; 0 where that is not known. */
function shareToIgnore(refusals: Refusals, standing: Standing, nowMs: number): number {
	const { anchored, lateOut, ok, inVain, inVainSinceMs } = refusals;
	const isDown =
		anchored.most > 0 && ok === 0 && inVain + refusals.refusals >= leastOfDown && nowMs >= inVainSinceMs + downMs;
	if (isDown) return 1;
	if (refusesFarBelow(refusals, nowMs) === "indifferent") {
		refusals.dependsUntilMs = 0;
		return refusals.refusals / (ok + refusals.refusals);
	}
	if (anchored.share === 0 || !anchored.isDoubtful || lateOut > 0) return 0;
	if (compare(refusals, standing) !== "same") return 0;
	const low = countLow(refusals);
	return low.refused / (low.ok + low.refused);
}
