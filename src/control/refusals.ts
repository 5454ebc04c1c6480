/** What refusals say of a host: too many at once, too many a second, or nothing of the kind. */
import { provesEntries, sample } from "./asked-again.ts";
import { leastForbiddenInFlight } from "./forbidden.ts";
import { count, type RefusalKind, type Refusals, recentOk, type Standing, type Verdict } from "./refusal-state.ts";
import { beginRate, lowerRate, raiseRate } from "./request-rate.ts";
import { beginCount, mostCostly, stopTrying, tryMore } from "./try-more.ts";

const longestForgetMs = 600_000;

/** A refusal now and then has reasons of its own. */
const leastShare = 0.03;

/** From this share on the refusals themselves tell how many were too many. */
const tellingShare = 0.2;

/** What it takes to suspect that 403s are about the level. */
const leastOk = 4;
const leastForbiddenShare = 0.1;
const clearlyFewer = 0.6;

/** From this share on a host may serve fewer than the few of the judgement. */
const nearlyAll = 0.6;

const wellBelow = 0.9;

const anchorLastsMs = 60_000;

/** Refusals that are passed over are counted by so many attempts. */
const ignoredCount = 300;

/** Where the two levels are closer than this the search is over. */
const closeEnough = 0.06;

const leastCleanMs = 100;

/** How long after a reaction refusals are still those of a host that is asked too much. */
const refusingMs = 5000;

/** A request succeeded. */
export function onSuccess(refusals: Refusals, turn: number, standing: Standing): Verdict | undefined {
	if (turn <= refusals.reactedTurn) {
		refusals.lateOk++;
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
	const isSure = refusal.kind === "plain";
	const share = refusals.refusals / (refusals.ok + refusals.refusals);
	if (share < leastShare || refusals.entries < (isSure ? 2 : 3)) return undefined;
	if (!isSure && nowMs < refusals.ignoreUntilMs && isUsual(refusals, share)) return undefined;
	const isForbidden = refusal.kind === "forbidden";
	const { ok, refusals: refused } = refusals;
	// Refusals come back sooner than what is served.
	const isTelling = ok >= standing.level / 2 || refused >= standing.level * 3;
	const reaction = { nowMs, share, isSure, isForbidden, isTelling };
	if (isForbidden && refusals.forbidden !== "load") return reactToForbidden(refusals, reaction, standing);
	return react(refusals, reaction, standing);
}

/** As many are refused as always. */
function isUsual(refusals: Refusals, share: number): boolean {
	if (refusals.ok + refusals.refusals > ignoredCount) {
		refusals.ok >>= 1;
		refusals.refusals >>= 1;
	}
	if (share <= refusals.ignoredShare * 3 || refusals.refusals < 8) return true;
	refusals.ignoreUntilMs = 0;
	return false;
}

/** Whether the host refuses for being asked too much, so that an entry is not to blame. */
export function isRefusing(refusals: Refusals, kind: RefusalKind): boolean {
	const nowMs = refusals.context.clock();
	if (kind === "plain") return true;
	if (kind === "forbidden") return refusals.forbidden === "load";
	return nowMs >= refusals.ignoreUntilMs && nowMs < refusals.reactedMs + refusingMs;
}

/** A lower level shows what they are about: if they go on there as before, their entries. */
function reactToForbidden(refusals: Refusals, reaction: Reaction, standing: Standing): Verdict | undefined {
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
	return ignore(refusals, { nowMs, share: refusals.anchored.share });
}

type Reaction = {
	readonly nowMs: number;
	readonly share: number;
	readonly isSure: boolean;
	readonly isForbidden: boolean;
	/** Whether enough has come back to judge by the share. */
	readonly isTelling: boolean;
};

function react(refusals: Refusals, reaction: Reaction, standing: Standing): Verdict {
	const { nowMs } = reaction;
	const level = standing.inFlight;
	const { clean, mode } = refusals;
	const spanMs = nowMs - refusals.sinceMs;
	const okPerSecond = (refusals.ok * 1000) / Math.max(1, spanMs);
	const recently = recentOk(refusals, nowMs, reaction.isSure);
	// The first to come back say little of the share of all.
	const isAnchorSure = refusals.lateOut <= 0;
	beginAnew(refusals, nowMs, standing);
	refusals.reactedMs = nowMs;
	const mayBeIndifferent = !reaction.isSure && !reaction.isForbidden && isAnchorSure;
	if (mayBeIndifferent && isIndifferent(refusals, level, reaction)) return ignore(refusals, reaction);
	anchor(refusals, standing, reaction);
	refusals.forgetAtMs = nowMs + refusals.forgetMs;
	if (mode === "rate") return lowerRate(refusals, spanMs >= 1000 ? okPerSecond : undefined);
	const { allowedPerSecond } = refusals;
	if (allowedPerSecond !== undefined) return beginRate(refusals, { ok: allowedPerSecond, isWhole: true });
	if (refusals.tries > 0) return stopTrying(refusals, nowMs, level);
	if (reaction.isForbidden && clean >= level) return stepBack(refusals, level);
	if (level <= 1 || clean >= level) return beginRate(refusals, recently);
	refusals.refused = Math.min(refusals.refused, level);
	refusals.mode = "search";
	const next = clean > 0 ? Math.floor((clean + refusals.refused) / 2) : Math.floor(level / 2);
	return { level: Math.max(1, Math.min(level - 1, next)), why: `refused at ${level}` };
}

/** Whoever refuses with 403 counts connections: what was fine was so by chance. */
function stepBack(refusals: Refusals, level: number): Verdict {
	refusals.refused = level;
	refusals.clean = Math.max(1, level - 1);
	refusals.mode = "found";
	return { level: refusals.clean, why: `refused at ${level}` };
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

/** What later refusals are compared with. */
function anchor({ anchored, mode, perSecond }: Refusals, standing: Standing, { nowMs, share }: Reaction): void {
	const isNew = anchored.share === 0 || nowMs > anchored.atMs + anchorLastsMs;
	if (isNew) {
		anchored.share = share;
		anchored.level = standing.inFlight;
		anchored.most = standing.level;
		anchored.perSecond = Number.POSITIVE_INFINITY;
		anchored.atMs = nowMs;
	}
	if (mode === "rate" && anchored.perSecond === Number.POSITIVE_INFINITY) anchored.perSecond = perSecond;
}

function ignore(refusals: Refusals, { nowMs, share }: Pick<Reaction, "nowMs" | "share">): Verdict {
	const { anchored } = refusals;
	refusals.ignoreUntilMs = nowMs + refusals.ignoreMs;
	refusals.ignoreMs = Math.min(longestForgetMs, refusals.ignoreMs * 2);
	refusals.ignoredShare = Math.max(share, anchored.share);
	refusals.refused = Number.POSITIVE_INFINITY;
	refusals.taken = Number.POSITIVE_INFINITY;
	refusals.perSecond = Number.POSITIVE_INFINITY;
	refusals.mode = "free";
	anchored.share = 0;
	return { level: anchored.most, perSecond: refusals.perSecond, why: "refusals do not depend on the level" };
}

/** One reaction to all that was in flight: it begins a new count. */
function beginAnew(refusals: Refusals, nowMs: number, { newestTurn, inFlight, level }: Standing): void {
	refusals.lateOk = refusals.ok > level ? 0 : refusals.ok;
	refusals.lateRefused = refusals.ok > level ? 0 : refusals.refusals;
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

/** What was in flight at the reaction has come back: how much of it did the host take? */
function onLate(refusals: Refusals, standing: Standing): Verdict | undefined {
	if (--refusals.lateOut !== 0) return undefined;
	const { lateOk, lateRefused, refused, clean, anchored } = refusals;
	const share = lateRefused / (lateOk + lateRefused);
	if (anchored.share > 0 && anchored.atMs === refusals.reactedMs) anchored.share = Math.max(anchored.share, share);
	if (refusals.mode !== "search") return undefined;
	if (share < tellingShare || lateOk === 0) return undefined;
	const isOneWave = lateOk + lateRefused <= refused + 2;
	const taken = Math.max(1, Math.min(refused - 1, isOneWave ? lateOk : Math.floor(refused * (1 - share))));
	refusals.taken = taken;
	// Where others were asked for in between, the number is not exact.
	if (isOneWave) refusals.refused = Math.max(taken, clean) + 1;
	refusals.sinceMs = refusals.context.clock();
	refusals.reactedTurn = standing.newestTurn;
	refusals.refusedHere = 0;
	return { level: Math.max(taken, clean), why: `it took ${taken} of ${lateOk + lateRefused}` };
}

function lookForClean(refusals: Refusals, nowMs: number, standing: Standing): Verdict | undefined {
	const { ok, sinceMs, mode } = refusals;
	// A lone one may have crossed the change on its way.
	const tolerated = mode === "rate" || refusals.forbidden === "load" ? 1 : 0;
	if (refusals.refusedHere > tolerated + ok * 0.01 || !standing.isLimited) return undefined;
	if (mode === "rate") return raiseRate(refusals, nowMs);
	const { share } = refusals.anchored;
	// Where few were refused, it takes more to say that none are.
	const enough = Math.max(standing.level * 2, share > 0 ? Math.min(500, 3 / share) : 0);
	if (ok < enough || nowMs - sinceMs < leastCleanMs) return undefined;
	// They are gone at this level: do those that met them come as well?
	if (refusals.forbidden === "open") return sample(refusals, nowMs);
	refusals.clean = mode === "free" ? standing.inFlight : Math.max(refusals.clean, standing.level);
	if (refusals.tries > 0) return tryMore(refusals, nowMs, standing);
	if (mode === "search") return searchOn(refusals, nowMs, standing);
	if (mode === "found" && nowMs >= refusals.forgetAtMs) return forget(refusals, standing);
	const isCostly = refusals.clean <= mostCostly && !refusals.asksForPauses;
	if (mode === "found" && isCostly && nowMs >= refusals.tryAtMs) return tryMore(refusals, nowMs, standing);
	return undefined;
}

function searchOn(refusals: Refusals, nowMs: number, standing: Standing): Verdict | undefined {
	const { clean, refused } = refusals;
	if (refused - clean <= Math.max(1, clean * closeEnough)) {
		refusals.mode = "found";
		refusals.tryAtMs = nowMs + refusals.tryMs;
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
