/** How much one host is asked for: what it brings, what it refuses, and what is possible after a pause. */
import { type BrokenOff, createBrokenOff, isUsual, isUsualKnown, levelForBroken } from "./broken-off.ts";
import { leastForbiddenInFlight, mostForbidden, noneServedMs } from "./forbidden.ts";
import { onForbiddenAgain } from "./forbidden-reaction.ts";
import { createPacer, mostCatchUpMs, type Pacer } from "./pacer.ts";
import { createRefusals, type RefusalKind, type Refusals, type Standing, type Verdict } from "./refusal-state.ts";
import { isRefusing, onRefusal, onSuccess } from "./refusals.ts";
import { restartAt, seekAgain } from "./seek-start.ts";
import { createSeeker, credit, finishOne, moveTo } from "./seeker.ts";
import { discardBatch, type Seeker, type SeekerContext } from "./seeker-state.ts";

export type HostLimits = {
	/** Where the search begins. */
	readonly start: number;
	readonly most: number;
	/** Whether other levels are tried; a fixed one only falls where the host refuses, and returns. */
	readonly seeks: boolean;
	/** Most requests a second, where that was asked for. */
	readonly perSecond?: number;
};

/** One shape, changed in place. */
export type HostLevel = {
	readonly context: SeekerContext;
	readonly limits: HostLimits;
	readonly seeker: Seeker;
	/** Made when the host refuses something for the first time, as most never do; but it wants to know what was clean. */
	readonly refusals: Refusals;
	/** Present where requests a second are limited: by the host, or as it was asked for. */
	pacer: Pacer | undefined;
	/** Requests so far, kept while nothing is asked of the host. */
	turns: number;
	/** Times that a file, or a part of one, came. */
	served: number;
	/** Whether it has answered anybody, with whatever; and whether somebody ran out of time with it. */
	hasAnswered: boolean;
	tookTime: boolean;
	/** After a pause: most at once for now; it grows with each success. */
	ramp: number;
	/** Attempts since the last look that ran out of time or broke off, and all. */
	timedOut: number;
	ended: number;
	/** Of those that ran out of time or broke off, how many did the former. */
	ranOut: number;
	readonly brokenOff: BrokenOff;
	/** Told when the level was moved, and why, for the log. */
	readonly onMove: (level: HostLevel, why: string) => void;
	/** The level that was told last. */
	told: number;
};

/** What timers are late by, in milliseconds, and turns of a busy event loop: all that is made up for at a pace that a host was found to allow. */
const lateTimerMs = 2;
const lateTurnMs = 60;
/** Requests a second from which on a turn has several of them. */
const severalPerTurn = 100;

/** From this share of time-outs on the level is lowered, by so much. */
const tooManyTimeOuts = 0.1;
const timeOutFactor = 0.7;
/** One or two of few may be chance. */
const leastTimedOut = 3;
const enoughEnded = 20;
const firstRampShare = 4;
const leastServed = 4;
/** What is refused so often is refused for itself; where no more is asked than is known to be served, sooner. */
export const mostForgiven = 20;
const mostForgivenBelow = 6;

export function createHostLevel(
	context: SeekerContext,
	limits: HostLimits,
	onMove: (level: HostLevel, why: string) => void,
): HostLevel {
	const { start: level, most, seeks: probes } = limits;
	return {
		context,
		limits,
		seeker: createSeeker(context, { level, most, probes }),
		refusals: createRefusals(context),
		pacer: limits.perSecond === undefined ? undefined : createPacer(limits.perSecond, context.clock()),
		turns: 0,
		served: 0,
		hasAnswered: false,
		tookTime: false,
		ramp: Number.POSITIVE_INFINITY,
		timedOut: 0,
		ended: 0,
		ranOut: 0,
		brokenOff: createBrokenOff(),
		onMove,
		told: level,
	};
}

/** Most at once, now. */
export function levelOf({ seeker, ramp }: HostLevel): number {
	return ramp < seeker.level ? ramp : seeker.level;
}

/** What ended: its turn among the requests of the host, and how the host stood then. */
export type Ended = Standing & { readonly turn: number };

/** The host has work again: the time in between tells nothing. */
export function resume({ seeker }: HostLevel): void {
	discardBatch(seeker);
}

/** Nothing has come back for a while: the way is long, and may have room for more. */
export function beginHigher(host: HostLevel, level: number): boolean {
	if (host.ended > 0 || level > host.limits.most) return false;
	restartAt(host.seeker, level);
	return true;
}

/** A request succeeded and its slot is free. What it brought is told by `bring`. */
export function succeed(host: HostLevel, ended: Ended): void {
	if (host.ramp < host.seeker.level) host.ramp++;
	host.ended++;
	host.hasAnswered = true;
	const { phase, why } = host.seeker;
	const isLimited = ended.isLimited && host.ramp >= host.seeker.level && !host.pacer;
	const { isEnding, inFlight } = ended;
	finishOne(host.seeker, { succeeded: true, isLimited, isEnding, inFlight });
	if (host.seeker.phase !== phase || host.seeker.why !== why) tell(host);
	const verdict = onSuccess(host.refusals, ended.turn, ended);
	if (verdict) follow(host, verdict);
}

/** Bytes that arrived, in files of a usual size. */
export function bring(host: HostLevel, work: number, delayMs?: number): void {
	host.served++;
	host.hasAnswered = true;
	credit(host.seeker, work, delayMs);
}

/** A request failed for reasons that say nothing of the level. */
export function fail(host: HostLevel, ended: Ended, ranOutOfTime = false): void {
	host.ended++;
	host.tookTime ||= ranOutOfTime;
	finishOne(host.seeker, { ...ended, succeeded: false });
}

/** What a refusal may be forgiven to. */
export type Forgivable = { readonly id: number; forgiven: number; servedThen: number; wasForbidden: boolean };

/** The host refused a request. @returns Whether the entry is forgiven: the host is asked too much, and serves others. */
export function refuse(
	host: HostLevel,
	{ item, kind }: { readonly item: Forgivable; readonly kind: RefusalKind },
	ended: Ended,
): boolean {
	host.ended++;
	host.hasAnswered = true;
	const isForbidden = kind === "forbidden";
	const isAgain = isForbidden && item.wasForbidden && item.forgiven > 0;
	item.wasForbidden ||= isForbidden;
	const blamed = isAgain ? onForbiddenAgain(host.refusals, ended) : undefined;
	if (blamed) follow(host, blamed);
	const isAboutEntry = isForbidden && !isSuspicious(host, item, ended);
	// What is known to be about its entry is an answer like any other.
	const succeeded = isAboutEntry && host.refusals.forbidden === "entry";
	const isLimited = isAboutEntry && ended.isLimited;
	finishOne(host.seeker, { ...ended, succeeded, isLimited });
	if (isAboutEntry) return false;
	const verdict = onRefusal(host.refusals, { turn: ended.turn, entry: item.id, kind }, ended);
	if (verdict) follow(host, verdict);
	if (!isRefusing(host.refusals, kind) || item.forgiven >= mostForgiven) return false;
	// A host that has served fewer may just not work.
	if (host.served <= item.servedThen || (kind === "maybe" && host.served < leastServed)) return false;
	item.forgiven++;
	item.servedThen = host.served;
	return true;
}

/** Whether a 403 may be about the level. */
function isSuspicious({ refusals, served, context }: HostLevel, item: Forgivable, { inFlight }: Ended): boolean {
	if (refusals.forbidden === "load") return item.forgiven < mostForgivenBelow || inFlight > refusals.clean;
	// A host that forbids all is not asked too much.
	const isLate = context.clock() - refusals.sinceMs > noneServedMs;
	if (served === 0 && isLate && refusals.refusals >= mostForbidden) refusals.forbidden = "entry";
	return refusals.forbidden === "open" || (refusals.forbidden !== "entry" && inFlight >= leastForbiddenInFlight);
}

/** A request ran out of time, or broke off within its body. */
export function timeOut(host: HostLevel, ended: Ended, ranOutOfTime = true): void {
	fail(host, ended, ranOutOfTime);
	host.timedOut++;
	if (ranOutOfTime) host.ranOut++;
	const nowMs = host.context.clock();
	const isKnown = isUsualKnown(host.brokenOff, nowMs);
	const least = isKnown ? enoughEnded : leastTimedOut;
	if (host.ended < levelOf(host) || (host.timedOut < least && host.ended < enoughEnded)) return;
	const { timedOut, ranOut, seeker } = host;
	const ok = host.ended - timedOut;
	const share = timedOut / host.ended;
	host.timedOut = 0;
	host.ranOut = 0;
	host.ended = 0;
	if (share <= tooManyTimeOuts || (isKnown && isUsual(host.brokenOff, share))) return;
	// A host that has no time for what it is asked is asked less, whatever comes of it.
	const back = ranOut > 0 ? 0 : levelForBroken(host.brokenOff, { level: seeker.level, ok, broken: timedOut }, nowMs);
	if (back > 0) {
		moveTo(seeker, back, "what breaks off does not depend on the level");
		seekAgain(seeker);
		return tell(host);
	}
	const level = Math.max(1, Math.floor(seeker.level * timeOutFactor));
	if (level === seeker.level) return;
	moveTo(seeker, level, `${Math.round(share * 100)} % ran out of time or broke off`);
	tell(host);
}

/** The host asked for a pause. */
export function pause(host: HostLevel, forMs: number): void {
	host.refusals.pauseMs = forMs;
	slowDown(host);
}

/** A pause begins or ends: afterwards not all that wait start at once. */
export function slowDown(host: HostLevel): void {
	host.refusals.pausedMs = host.context.clock();
	host.ramp = Math.max(1, Math.ceil(host.seeker.level / firstRampShare));
}

function follow(host: HostLevel, { level, perSecond, why }: Verdict): void {
	const { seeker, refusals, limits } = host;
	if (perSecond !== undefined) pace(host, perSecond);
	if (perSecond !== undefined && perSecond !== Number.POSITIVE_INFINITY) {
		host.onMove(host, `${(host.pacer?.perSecond ?? perSecond).toPrecision(3)} requests a second: ${why}`);
		return;
	}
	if (level === undefined) return;
	const isFree = refusals.mode === "free";
	seeker.most = isFree ? limits.most : level;
	// What the host allows is known: probes would only cost.
	seeker.probes = limits.seeks && isFree;
	moveTo(seeker, isFree && !limits.seeks ? limits.start : level, why);
	if (isFree) seekAgain(seeker);
	tell(host);
}

/** Never faster than was asked for; Infinity where nothing else limits. */
export function pace(host: HostLevel, wanted: number): void {
	const { limits, context, pacer } = host;
	const perSecond = Math.min(wanted, limits.perSecond ?? wanted);
	if (perSecond === Number.POSITIVE_INFINITY) host.pacer = undefined;
	else {
		host.pacer = pacer ?? createPacer(perSecond, context.clock());
		host.pacer.perSecond = perSecond;
		// A host that counts may allow no two at once.
		const learnedMs = perSecond < severalPerTurn ? lateTimerMs : lateTurnMs;
		host.pacer.catchUpMs = perSecond === limits.perSecond ? mostCatchUpMs : learnedMs;
	}
}

function tell(host: HostLevel): void {
	const { base, why } = host.seeker;
	if (base === host.told) return;
	host.told = base;
	host.onMove(host, why);
}
