/** What refusals say of a host: too many at once, too many a second, or nothing of the kind. */
import type { SeekerContext } from "./seeker.ts";

/** How a host refused: 429 says why; a 503 or a connection that is refused may have other reasons. */
export type RefusalKind = "plain" | "maybe";

/** What follows: another level, another rate (requests a second), or nothing. */
export type Verdict = {
	readonly level?: number;
	readonly perSecond?: number;
	readonly why: string;
};

/** One shape, changed in place. */
export type Refusals = {
	readonly context: SeekerContext;
	/** `free`: nothing known; `search`: between two levels; `found`: at the highest that is not refused; `rate`: paced. */
	mode: "free" | "search" | "found" | "rate";
	/** The highest level at which nothing was refused for a while; 0 where none is known. */
	clean: number;
	/** The lowest level at which the host refused; Infinity where none is known. */
	refused: number;
	perSecond: number;
	/** Likewise in requests a second. */
	cleanRate: number;
	refusedRate: number;
	forgetAtMs: number;
	forgetMs: number;

	/** Requests up to this turn were sent before the last change: they are no reason for another. */
	reactedTurn: number;
	sinceMs: number;
	reactedMs: number;
	/** Since the last change: successes, refusals, and of how many different entries those were. */
	ok: number;
	refusals: number;
	lastEntry: number;
	entries: number;
	/** Successes until the next look at whether this level is clean, and from one to the next. */
	lookIn: number;
	lookEvery: number;
	/** Of those that were in flight at the last reaction: how many are still out, and what became of the others. */
	lateOut: number;
	lateOk: number;
	lateRefused: number;
	/** A reaction that later ones are compared with: what was asked for, and the share that was refused; 0 for none. */
	readonly anchored: { level: number; perSecond: number; share: number; atMs: number };
	/** Refusals that do not depend on the level are no concern of ours until then. */
	ignoreUntilMs: number;
	ignoreMs: number;
	ignoredShare: number;
	/** Successes of the last second, in slices. */
	readonly recent: number[];
	slice: number;
};

const sliceMs = 100;
const slices = 10;
const firstForgetMs = 30_000;
const longestForgetMs = 600_000;
/** A refusal now and then has reasons of its own. */
const leastShare = 0.03;
/** From this share on the refusals themselves tell how many were too many. */
const tellingShare = 0.2;
const wellBelow = 0.9;
const anchorLastsMs = 60_000;
/** Refusals that are passed over are counted by so many attempts. */
const ignoredCount = 300;
/** Where the two levels are closer than this the search is over. */
const closeEnough = 0.06;
const leastCleanMs = 100;
/** What a rate is lowered to, below what came through. */
const belowLimit = 0.95;
const farBelow = 0.9;
const leastPerSecond = 0.2;
/** How long after a reaction refusals are still those of a host that is asked too much. */
const refusingMs = 5000;

export function createRefusals(context: SeekerContext): Refusals {
	const nowMs = context.clock();
	return {
		context,
		mode: "free",
		clean: 0,
		refused: Number.POSITIVE_INFINITY,
		perSecond: Number.POSITIVE_INFINITY,
		cleanRate: 0,
		refusedRate: Number.POSITIVE_INFINITY,
		forgetAtMs: Number.POSITIVE_INFINITY,
		forgetMs: firstForgetMs,
		reactedTurn: 0,
		sinceMs: nowMs,
		reactedMs: Number.NEGATIVE_INFINITY,
		ok: 0,
		refusals: 0,
		lastEntry: -1,
		entries: 0,
		lookIn: 8,
		lookEvery: 8,
		lateOut: 0,
		lateOk: 0,
		lateRefused: 0,
		anchored: { level: 0, perSecond: Number.POSITIVE_INFINITY, share: 0, atMs: 0 },
		ignoreUntilMs: 0,
		ignoreMs: firstForgetMs,
		ignoredShare: 0,
		recent: new Array<number>(slices).fill(0),
		slice: 0,
	};
}

/** What the host stands at when something ended. */
export type Standing = {
	/** Most at once now. */
	readonly level: number;
	/** In flight, the one that ended included. */
	readonly inFlight: number;
	/** The turn of the newest request: they are counted from 1. */
	readonly newestTurn: number;
	/** Whether the level, or the rate, is what limits. */
	readonly isLimited: boolean;
};

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
	if (refusal.entry !== refusals.lastEntry) refusals.entries++;
	refusals.lastEntry = refusal.entry;
	const nowMs = refusals.context.clock();
	const isSure = refusal.kind === "plain";
	const share = refusals.refusals / (refusals.ok + refusals.refusals);
	if (share < leastShare || refusals.entries < (isSure ? 2 : 3)) return undefined;
	if (!isSure && nowMs < refusals.ignoreUntilMs && isUsual(refusals, share)) return undefined;
	return react(refusals, { nowMs, share, isSure }, standing);
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
	return nowMs >= refusals.ignoreUntilMs && nowMs < refusals.reactedMs + refusingMs;
}

type Reaction = { readonly nowMs: number; readonly share: number; readonly isSure: boolean };

function react(refusals: Refusals, reaction: Reaction, standing: Standing): Verdict {
	const { nowMs } = reaction;
	const level = standing.inFlight;
	const { clean, mode } = refusals;
	const spanMs = nowMs - refusals.sinceMs;
	const okPerSecond = (refusals.ok * 1000) / Math.max(1, spanMs);
	const recently = recentOk(refusals, nowMs, reaction.isSure);
	beginAnew(refusals, nowMs, standing);
	refusals.reactedMs = nowMs;
	if (!reaction.isSure && isIndifferent(refusals, level)) return ignore(refusals, reaction);
	anchor(refusals, level, reaction);
	refusals.forgetAtMs = nowMs + refusals.forgetMs;
	if (mode === "rate") return lowerRate(refusals, spanMs >= 1000 ? okPerSecond : undefined);
	if (level <= 1 || clean >= level) return beginRate(refusals, recently);
	refusals.refused = Math.min(refusals.refused, level);
	refusals.mode = "search";
	const next = clean > 0 ? Math.floor((clean + refusals.refused) / 2) : Math.floor(level / 2);
	return { level: Math.max(1, Math.min(level - 1, next)), why: `refused at ${level}` };
}

/**
 * A host that took a share of what was asked would have taken all of a smaller amount than that: what it still refuses has
 * other reasons.
 */
function isIndifferent({ mode, perSecond, anchored }: Refusals, level: number): boolean {
	if (anchored.share === 0) return false;
	const taken = (1 - anchored.share) * wellBelow;
	return level <= anchored.level * taken || (mode === "rate" && perSecond <= anchored.perSecond * taken);
}

/** What later refusals are compared with. */
function anchor({ anchored, mode, perSecond }: Refusals, level: number, { nowMs, share }: Reaction): void {
	const isNew = anchored.share === 0 || nowMs > anchored.atMs + anchorLastsMs;
	if (isNew) {
		anchored.share = share;
		anchored.level = level;
		anchored.perSecond = Number.POSITIVE_INFINITY;
		anchored.atMs = nowMs;
	}
	if (mode === "rate" && anchored.perSecond === Number.POSITIVE_INFINITY) anchored.perSecond = perSecond;
}

function ignore(refusals: Refusals, { nowMs, share }: Reaction): Verdict {
	const { anchored } = refusals;
	refusals.ignoreUntilMs = nowMs + refusals.ignoreMs;
	refusals.ignoreMs = Math.min(longestForgetMs, refusals.ignoreMs * 2);
	refusals.ignoredShare = Math.max(share, anchored.share);
	refusals.refused = Number.POSITIVE_INFINITY;
	refusals.perSecond = Number.POSITIVE_INFINITY;
	refusals.mode = "free";
	anchored.share = 0;
	return { level: anchored.level, perSecond: refusals.perSecond, why: "refusals do not depend on the level" };
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
	refusals.entries = 0;
	refusals.lookEvery = 8;
	refusals.lookIn = 8;
}

/** What was in flight at the reaction has come back: how much of it did the host take? */
function onLate(refusals: Refusals, standing: Standing): Verdict | undefined {
	if (--refusals.lateOut !== 0 || refusals.mode !== "search") return undefined;
	const { lateOk, lateRefused, refused, clean } = refusals;
	const share = lateRefused / (lateOk + lateRefused);
	if (share < tellingShare || lateOk === 0) return undefined;
	const isOneWave = lateOk + lateRefused <= refused + 2;
	const taken = Math.max(1, Math.min(refused - 1, isOneWave ? lateOk : Math.floor(refused * (1 - share))));
	refusals.refused = Math.max(taken, clean) + 1;
	refusals.sinceMs = refusals.context.clock();
	refusals.reactedTurn = standing.newestTurn;
	return { level: Math.max(taken, clean), why: `it took ${taken} of ${lateOk + lateRefused}` };
}

function lookForClean(refusals: Refusals, nowMs: number, standing: Standing): Verdict | undefined {
	const { ok, sinceMs, mode } = refusals;
	// A lone one may have crossed the change on its way.
	const tolerated = mode === "rate" ? 1 : 0;
	if (refusals.refusals > tolerated + ok * 0.01 || !standing.isLimited) return undefined;
	if (mode === "rate") return raiseRate(refusals, nowMs);
	const { share } = refusals.anchored;
	// Where few were refused, it takes more to say that none are.
	const enough = Math.max(standing.level * 2, share > 0 ? Math.min(500, 3 / share) : 0);
	if (ok < enough || nowMs - sinceMs < leastCleanMs) return undefined;
	refusals.clean = mode === "free" ? standing.inFlight : Math.max(refusals.clean, standing.level);
	if (mode === "search") return searchOn(refusals, nowMs, standing);
	if (mode === "found" && nowMs >= refusals.forgetAtMs) return forget(refusals, standing);
	return undefined;
}

function searchOn(refusals: Refusals, nowMs: number, standing: Standing): Verdict | undefined {
	const { clean, refused } = refusals;
	if (refused - clean <= Math.max(1, clean * closeEnough)) {
		refusals.mode = "found";
		return { level: clean, why: `${refused} is refused` };
	}
	refusals.sinceMs = nowMs;
	refusals.ok = 0;
	refusals.refusals = 0;
	refusals.reactedTurn = standing.newestTurn;
	return { level: Math.floor((clean + refused) / 2), why: `${clean} is not refused, ${refused} is` };
}

function forget(refusals: Refusals, { level }: Standing): Verdict {
	refusals.forgetMs = Math.min(longestForgetMs, refusals.forgetMs * 2);
	refusals.refused = Number.POSITIVE_INFINITY;
	refusals.clean = 0;
	refusals.anchored.share = 0;
	refusals.mode = "free";
	return { level, why: "what was refused may be possible by now" };
}

/** Refused at what was possible before: the host counts requests, not connections. */
function beginRate(refusals: Refusals, recently: { readonly ok: number; readonly isWhole: boolean }): Verdict {
	refusals.mode = "rate";
	refusals.refusedRate = recently.isWhole ? recently.ok : Number.POSITIVE_INFINITY;
	refusals.cleanRate = 0;
	return setRate(refusals, recently.ok * belowLimit, `refused after ${recently.ok} a second`);
}

function lowerRate(refusals: Refusals, okPerSecond: number | undefined): Verdict {
	const { perSecond, cleanRate } = refusals;
	refusals.refusedRate = Math.min(perSecond, okPerSecond ?? perSecond);
	const lower = cleanRate > 0 && cleanRate < perSecond * 0.97 ? Math.sqrt(cleanRate * perSecond) : perSecond * 0.7;
	const measured = okPerSecond === undefined ? lower : Math.min(okPerSecond, perSecond) * belowLimit;
	if (cleanRate >= measured) refusals.cleanRate = 0;
	return setRate(refusals, measured, `refused at ${perSecond.toPrecision(3)} a second`);
}

function raiseRate(refusals: Refusals, nowMs: number): Verdict | undefined {
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

/** Counts the successes since the last look into the slice of this moment; slices that have passed are emptied. */
function count(refusals: Refusals, nowMs: number): void {
	const slice = Math.floor(nowMs / sliceMs);
	const passed = Math.min(slices, slice - refusals.slice);
	for (let step = 1; step <= passed; step++) refusals.recent[(refusals.slice + step) % slices] = 0;
	refusals.slice = slice;
	const ok = refusals.lookEvery - refusals.lookIn;
	refusals.recent[slice % slices] = (refusals.recent[slice % slices] ?? 0) + ok;
	refusals.lookIn = refusals.lookEvery;
}

/** A host that says nothing of limits may have served few because it was asked for few: then the time counts as it is. */
function recentOk(
	refusals: Refusals,
	nowMs: number,
	isSure: boolean,
): { readonly ok: number; readonly isWhole: boolean } {
	count(refusals, nowMs);
	const ok = refusals.recent.reduce((sum, one) => sum + one, 0);
	const spanMs = Math.min(1000, nowMs - refusals.sinceMs);
	return { ok: Math.max(1, isSure ? ok : (ok * 1000) / Math.max(100, spanMs)), isWhole: spanMs >= 1000 };
}
