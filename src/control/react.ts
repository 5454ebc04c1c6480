/** What follows from refusals: another level, a rate, or nothing. */
import { isLow, isLowKnown, keepCount, lowLevel } from "./evidence.ts";
import {
	anchorLastsMs,
	longestForgetMs,
	type Refusals,
	recentOk,
	type Standing,
	type Verdict,
} from "./refusal-state.ts";
import { beginRate, lowerRate } from "./request-rate.ts";
import { countFromHere, farBelow, forgetServed } from "./served-before.ts";
import { stopTrying } from "./try-more.ts";

/** A level that is refused so often, once it was found, is not what the host counts. */
const mostStepsBack = 3;
/** So many successes tell a rate, whatever came in between. */
const enoughMeasured = 20;
/** Of the level; twice as much with each step. */
const stepShare = 0.02;

export type Reaction = {
	readonly nowMs: number;
	/** Of all that came back, and what that was. */
	readonly share: number;
	readonly ok: number;
	readonly refused: number;
	readonly isSure: boolean;
	readonly isForbidden: boolean;
	/** Whether enough has come back to judge by the share. */
	readonly isTelling: boolean;
};

export function react(refusals: Refusals, reaction: Reaction, standing: Standing): Verdict {
	const { nowMs } = reaction;
	const level = standing.atOnce;
	const { clean, mode } = refusals;
	const spanMs = nowMs - refusals.sinceMs;
	const okPerSecond = (refusals.ok * 1000) / Math.max(1, spanMs);
	// With a pause in between less came through than is possible, but for what a host that had saved up many requests let through at once.
	const isMeasured = spanMs >= 1000 && (refusals.pausedMs < refusals.sinceMs || refusals.ok >= enoughMeasured);
	const recently = recentOk(refusals, nowMs, reaction.isSure);
	beginAnew(refusals, nowMs, standing);
	refusals.reactedMs = nowMs;
	countFromHere(refusals.served, nowMs, standing.newestTurn);
	anchor(refusals, standing, reaction);
	refusals.forgetAtMs = nowMs + refusals.forgetMs;
	if (mode === "rate")
		return lowerRate(refusals, isMeasured ? okPerSecond : undefined, reaction.isSure ? 0 : farBelow(refusals));
	const { allowedPerSecond } = refusals;
	if (allowedPerSecond !== undefined) return beginRate(refusals, { ok: allowedPerSecond, isWhole: true });
	if (refusals.tries > 0) return stopTrying(refusals, nowMs, level);
	if (level > 1 && clean >= level && mayStepBack(refusals, reaction)) return stepBack(refusals, level);
	if (level <= 1 || (clean >= level && !isToBeTested(refusals, level))) return beginRate(refusals, recently);
	if (clean >= level) refusals.clean = 0;
	refusals.refused = Math.min(refusals.refused, level);
	refusals.mode = "search";
	return { level: Math.max(1, Math.min(level - 1, nextBelow(refusals, level, nowMs))), why: `refused at ${level}` };
}

/** It is not known yet whether refusals depend on the level. */
function isToBeTested(refusals: Refusals, level: number): boolean {
	return refusals.anchored.isDoubtful && !isLow(refusals, level) && !isLowKnown(refusals);
}

function nextBelow(refusals: Refusals, level: number, nowMs: number): number {
	const { clean, refused, anchored } = refusals;
	if (clean > 0) return Math.floor((clean + refused) / 2);
	const low = lowLevel(refusals);
	return anchored.isDoubtful && anchored.atMs < nowMs && low < level ? low : Math.floor(level / 2);
}

/**
 * Whoever refuses with 403 counts connections: what was fine was so by chance. With 429 it may be as well, as requests differ in
 * how long they take; a few steps and the rest of what was in flight tell.
 */
function mayStepBack(refusals: Refusals, { isForbidden, isSure, nowMs }: Reaction): boolean {
	if (isForbidden) return true;
	if (!isSure) return false;
	if (nowMs > refusals.steppedMs + anchorLastsMs) refusals.stepsBack = 0;
	refusals.steppedMs = nowMs;
	refusals.isStepping = refusals.stepsBack++ < mostStepsBack;
	return refusals.isStepping;
}

function stepBack(refusals: Refusals, level: number): Verdict {
	refusals.refused = level;
	refusals.clean = Math.max(1, level - Math.max(1, Math.floor(level * stepShare * 2 ** refusals.stepsBack)));
	refusals.mode = "found";
	return { level: refusals.clean, why: `refused at ${level}` };
}

/** What later refusals are compared with. */
function anchor(refusals: Refusals, standing: Standing, reaction: Reaction): void {
	const { anchored, mode, perSecond } = refusals;
	const { nowMs, share } = reaction;
	const isNew = anchored.share === 0 || nowMs > anchored.atMs + anchorLastsMs;
	if (isNew) {
		anchored.share = share;
		anchored.level = standing.atOnce;
		if (refusals.mode === "free") anchored.most = standing.level;
		anchored.perSecond = Number.POSITIVE_INFINITY;
		anchored.atMs = nowMs;
		anchored.isDoubtful = !reaction.isSure && !reaction.isForbidden;
		anchored.ok = reaction.ok;
		anchored.refused = reaction.refused;
		anchored.lowOk = 0;
		anchored.lowRefused = 0;
	}
	if (mode === "rate" && anchored.perSecond === Number.POSITIVE_INFINITY) anchored.perSecond = perSecond;
}

/** Refusals of up to that share, and somewhat more, are no concern of ours for a while. */
export function ignore(refusals: Refusals, nowMs: number, share: number): Verdict {
	const { anchored } = refusals;
	refusals.ignoreUntilMs = nowMs + refusals.ignoreMs;
	refusals.ignoreMs = Math.min(longestForgetMs, refusals.ignoreMs * 2);
	refusals.ignoredShare = share;
	refusals.refused = Number.POSITIVE_INFINITY;
	refusals.taken = Number.POSITIVE_INFINITY;
	refusals.perSecond = Number.POSITIVE_INFINITY;
	refusals.mode = "free";
	anchored.share = 0;
	forgetServed(refusals.served);
	return { level: anchored.most, perSecond: refusals.perSecond, why: "refusals do not depend on the level" };
}

/** One reaction to all that was in flight: it begins a new count. */
export function beginAnew(refusals: Refusals, nowMs: number, standing: Standing): void {
	const { newestTurn, inFlight, atOnce, level } = standing;
	keepCount(refusals, standing);
	refusals.lateOk = 0;
	refusals.waveSize = atOnce;
	refusals.earlierOk = refusals.ok > level ? 0 : refusals.ok;
	// Where a refusal stops the host there were none in the waves before.
	refusals.lateRefused = refusals.ok > level && refusals.pauseMs === 0 ? 0 : refusals.refusals;
	refusals.lateOut = inFlight - 1;
	refusals.reactedTurn = newestTurn;
	refusals.sinceMs = nowMs;
	refusals.ok = 0;
	refusals.refusals = 0;
	refusals.refusedHere = 0;
	refusals.entries = 0;
	refusals.lookEvery = 8;
	refusals.lookIn = 8;
}
