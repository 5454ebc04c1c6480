/** Finds how many downloads at once bring the most: a level, and what was delivered at it. Facts in, a level out. */
import { addBatch, clearWindow, createWindow, isSettled, rateOf, relativeErrorOf, type Window } from "./rate-window.ts";

/** What a seeker is told by its surroundings. */
export type SeekerContext = {
	/** Milliseconds of a clock that never goes back. */
	readonly clock: () => number;
	/** Whether this process, and not the server or the line, is what limits: then no other level would tell anything. */
	readonly isBusy: () => boolean;
};

/**
 * `start`: the level grows with each success. `rest`: it stays, and what it brings is watched. `probe` and
 * `check`: measured at a higher or lower one, then again as it was.
 */
export type Phase = "start" | "rest" | "probe" | "check";

/** One shape, changed in place: `finishOne` runs for each file. */
export type Seeker = {
	readonly context: SeekerContext;
	/** Downloads at once, now. */
	level: number;
	least: number;
	most: number;
	/** False keeps the level as it is, but for what others set. */
	probes: boolean;
	phase: Phase;
	/** The level that is not on trial. */
	base: number;
	/** How many were in flight when one ended last. */
	inFlight: number;
	/** What moved the level last, for people. */
	why: string;

	/** The batch that is being gathered: completions until it ends, and what they brought. */
	left: number;
	count: number;
	limited: number;
	work: number;
	delayMs: number;
	delays: number;
	startedMs: number;
	/** Whether the batch is thrown away: its downloads began under another level. */
	isStale: boolean;

	/** Start: the level at which the wave began, how far it may grow, and what the waves before brought. */
	waveLevel: number;
	waveCap: number;
	/** How long the shortest wave took. */
	waveMs: number;
	waves: { readonly level: number; readonly rate: number }[];
	flatWaves: number;
	/** Since when this process is busy; Infinity while it is not. */
	busySinceMs: number;
	/** The start was broken off while this process was busy. */
	isUnfinished: boolean;

	/** Steady: the window, what the windows before brought, and windows until the next probe. */
	readonly window: Window;
	reference: number;
	shifted: number;
	direction: 1 | -1;
	/** Factor of the next probe downwards. */
	step: number;
	restLength: number;
	rest: number;
	baseRate: number;
	baseError: number;
	probeLevel: number;
	probeRate: number;
	probeError: number;
	/** Shortest mean time to the first byte that any level had. */
	leastDelayMs: number;
	lastDelayMs: number;
	/** The shortest time that a download took, by Little's law. */
	shortestMs: number;
	/** The best rate of the last minute. */
	bestRate: number;
	bestAtMs: number;
};

/** A batch shorter than this tells more of the event loop's turns than of the server. */
const leastBatchMs = 10;
/** A wave that takes so much longer than the shortest grows no more; that is looked at each so many completions. */
/** How long a process must be busy to count as what limits. */
const busyMs = 100;
const slowerWave = 1.3;
const growthLook = 16;
/** A wave that grew less than this, twice in a row, has found what limits. */
const worthwhileWave = 1.25;
/** A wave that brought so much less has gone too far. */
const worseWave = 0.8;
/** What counts as the best rate. */
const nearBest = 0.98;
/** Never below this share of the best rate of the last minute. */
const leastOfBest = 0.96;
const bestLastsMs = 60_000;
/** What is kept in flight beyond what fits on the way. */
const spare = 1.25;
const queueing = 1.5;
const largestStep = 4;
const largeStep = 1.6;
/** A probe that differs by more needs no second look at where it started. */
const clearDifference = 0.1;
const probeStep = 1.25;
const worthwhileProbe = 1.05;
/** A probe that brought nearly as much as it asked for: far below the best level. */
const steepProbe = 1.15;
const firstRest = 4;
const longestRest = 32;
/** A change of the rate without one of the level that, twice in a row, makes what was found void. */
const shift = 0.2;
/** No step up while the first byte takes so many times longer than at the best level. */
const longestDelay = 4;
/** A window counts where the level was what limited for this share of it. */
const limitedShare = 0.9;

export function createSeeker(
	context: SeekerContext,
	limits: { readonly level: number; readonly least?: number; readonly most: number; readonly probes?: boolean },
): Seeker {
	const level = Math.min(limits.level, limits.most);
	const seeker: Seeker = {
		context,
		level,
		least: limits.least ?? 1,
		most: limits.most,
		probes: limits.probes ?? true,
		phase: "start",
		base: level,
		why: "start",
		inFlight: 0,
		left: level,
		count: 0,
		limited: 0,
		work: 0,
		delayMs: 0,
		delays: 0,
		startedMs: context.clock(),
		isStale: false,
		waveLevel: level,
		waveCap: Math.min(limits.most, level * 2),
		waveMs: Number.POSITIVE_INFINITY,
		waves: [],
		flatWaves: 0,
		busySinceMs: Number.POSITIVE_INFINITY,
		isUnfinished: false,
		window: createWindow(),
		reference: 0,
		shifted: 0,
		direction: 1,
		step: probeStep,
		restLength: firstRest,
		rest: firstRest,
		baseRate: 0,
		baseError: 0,
		probeLevel: level,
		probeRate: 0,
		probeError: 0,
		leastDelayMs: Number.POSITIVE_INFINITY,
		lastDelayMs: 0,
		shortestMs: Number.POSITIVE_INFINITY,
		bestRate: 0,
		bestAtMs: 0,
	};
	if (!seeker.probes) settle(seeker, level, "given");
	return seeker;
}

/**
 * A download ended, or brought another piece as large as one.
 * @param one.succeeded - Whether it brought something: only then does the start grow.
 * @param one.isLimited - Whether more was waiting, and this level alone held it back.
 * @param one.inFlight - How many were in flight, this one included.
 */
export function finishOne(
	seeker: Seeker,
	{
		succeeded,
		isLimited,
		inFlight,
	}: { readonly succeeded: boolean; readonly isLimited: boolean; readonly inFlight: number },
): void {
	seeker.inFlight = inFlight;
	seeker.count++;
	if (succeeded) seeker.work++;
	if (isLimited) {
		seeker.limited++;
		if (succeeded && seeker.phase === "start" && seeker.level < seeker.waveCap) growOne(seeker);
	}
	if (--seeker.left <= 0) endBatch(seeker);
}

/** While more is carried, a wave takes no longer than the one before. */
function growOne(seeker: Seeker): void {
	seeker.level++;
	if (seeker.count % growthLook !== 0) return;
	const ms = seeker.context.clock() - seeker.startedMs;
	if (ms > seeker.waveMs * slowerWave) seeker.waveCap = seeker.level;
}

/** What a download brought beside its end, in files of a usual size, and how long its first byte took, where that is known. */
export function credit(seeker: Seeker, work: number, delayMs: number | undefined): void {
	seeker.work += work;
	if (delayMs === undefined) return;
	seeker.delayMs += delayMs;
	seeker.delays++;
}

/** Takes another level from outside, and measures anew from there. */
export function moveTo(seeker: Seeker, level: number, why: string): void {
	settle(seeker, Math.max(seeker.least, Math.min(seeker.most, level)), why);
}

/** Begins at another level than was given, before anything has ended. */
export function restartAt(seeker: Seeker, level: number): void {
	seeker.level = level;
	seeker.base = level;
	seeker.left = level;
	beginWave(seeker);
}

/** Looks for the level again, beginning where it is. */
export function seekAgain(seeker: Seeker): void {
	if (!seeker.probes) return;
	seeker.base = seeker.level;
	seeker.isUnfinished = false;
	seeker.busySinceMs = Number.POSITIVE_INFINITY;
	seeker.phase = "start";
	seeker.waves = [];
	seeker.waveMs = Number.POSITIVE_INFINITY;
	seeker.flatWaves = 0;
	beginWave(seeker);
	seeker.isStale = true;
}

function endBatch(seeker: Seeker): void {
	const nowMs = seeker.context.clock();
	const ms = nowMs - seeker.startedMs;
	if (ms < leastBatchMs) {
		seeker.left = Math.max(1, seeker.count >> 2);
		return;
	}
	if (seeker.delays > 0) noteDelay(seeker);
	if (seeker.isStale) seeker.isStale = false;
	else if (seeker.phase === "start") endWave(seeker, ms);
	else watch(seeker, ms);
	beginBatch(seeker, nowMs);
}

function beginBatch(seeker: Seeker, nowMs: number): void {
	// What began under another level comes back first.
	seeker.left = seeker.isStale ? Math.max(seeker.level, seeker.inFlight) : seeker.level;
	seeker.count = 0;
	seeker.limited = 0;
	seeker.work = 0;
	seeker.delayMs = 0;
	seeker.delays = 0;
	seeker.startedMs = nowMs;
}

function noteDelay(seeker: Seeker): void {
	seeker.lastDelayMs = seeker.delayMs / seeker.delays;
	seeker.leastDelayMs = Math.min(seeker.leastDelayMs, seeker.lastDelayMs);
}

function isCongested({ lastDelayMs, leastDelayMs }: Seeker): boolean {
	return lastDelayMs > leastDelayMs * longestDelay;
}

function beginWave(seeker: Seeker): void {
	seeker.waveLevel = seeker.level;
	// One that grew little is looked at again before more is tried.
	seeker.waveCap = seeker.flatWaves > 0 ? seeker.level : Math.min(seeker.most, seeker.level * 2);
}

function endWave(seeker: Seeker, ms: number): void {
	const { waves, waveLevel } = seeker;
	if (seeker.context.isBusy()) return waitOrStop(seeker);
	seeker.busySinceMs = Number.POSITIVE_INFINITY;
	if (seeker.limited < seeker.count * limitedShare) return beginWave(seeker);
	const rate = seeker.work / ms;
	const before = waves.at(-1)?.rate ?? 0;
	waves.push({ level: waveLevel, rate });
	seeker.waveMs = Math.min(seeker.waveMs, ms);
	seeker.flatWaves = rate < before * worthwhileWave ? seeker.flatWaves + 1 : 0;
	if (seeker.flatWaves >= 2 || rate < before * worseWave || waveLevel >= seeker.most || isCongested(seeker))
		return endStart(seeker);
	beginWave(seeker);
}

/** A process that begins is busy for a moment; one that stays so is what limits. The search goes on when it has time. */
function waitOrStop(seeker: Seeker): void {
	const nowMs = seeker.context.clock();
	seeker.busySinceMs = Math.min(seeker.busySinceMs, nowMs);
	seeker.waveLevel = seeker.level;
	seeker.waveCap = seeker.level;
	if (nowMs - seeker.busySinceMs < busyMs) return;
	settle(seeker, seeker.waves.at(-1)?.level ?? seeker.base, "this machine is busy");
	seeker.isUnfinished = true;
}

/**
 * The smallest level that brought what the best one did, and no more than what fits on the way: the best rate times the
 * shortest time that a download took, by Little's law.
 */
function endStart(seeker: Seeker): void {
	const { waves, base } = seeker;
	const best = Math.max(...waves.map(({ rate }) => rate));
	seeker.shortestMs = Math.min(...waves.map(({ level, rate }) => level / rate));
	const found = waves.find(({ rate }) => rate >= best * nearBest)?.level ?? base;
	const fitting = Math.ceil(best * seeker.shortestMs * spare);
	const last = waves.at(-1)?.rate ?? best;
	settle(seeker, Math.max(seeker.least, Math.min(found, fitting)), "more brought nothing");
	if (last >= best * worseWave) return;
	// More even brought less: what was measured while growing flatters the higher levels.
	seeker.direction = -1;
	seeker.step = largeStep;
	seeker.rest = 1;
}

function settle(seeker: Seeker, level: number, why: string): void {
	seeker.level = level;
	seeker.base = level;
	seeker.why = why;
	seeker.phase = "rest";
	seeker.isUnfinished = false;
	seeker.waves = [];
	seeker.reference = 0;
	seeker.shifted = 0;
	seeker.rest = firstRest;
	seeker.restLength = firstRest;
	seeker.direction = 1;
	seeker.step = probeStep;
	discardBatch(seeker);
}

function discardBatch(seeker: Seeker): void {
	clearWindow(seeker.window);
	seeker.isStale = true;
	beginBatch(seeker, seeker.context.clock());
}

function watch(seeker: Seeker, ms: number): void {
	const { window } = seeker;
	if (seeker.isUnfinished && !seeker.context.isBusy()) return seekAgain(seeker);
	addBatch(window, { work: seeker.work, ms, count: seeker.count, limited: seeker.limited });
	if (!isSettled(window)) return;
	const counts = window.limited >= window.count * limitedShare && !seeker.context.isBusy();
	if (counts) onWindow(seeker, rateOf(window), relativeErrorOf(window));
	else if (seeker.phase !== "rest") backToRest(seeker);
	clearWindow(window);
}

function onWindow(seeker: Seeker, rate: number, error: number): void {
	const nowMs = seeker.context.clock();
	if (rate > seeker.bestRate || nowMs - seeker.bestAtMs > bestLastsMs) {
		seeker.bestRate = rate;
		seeker.bestAtMs = nowMs;
	}
	seeker.shortestMs = Math.min(seeker.shortestMs, seeker.level / rate);
	if (seeker.phase === "rest") return onRest(seeker, rate, error);
	if (seeker.phase === "check")
		return judge(seeker, (rate + seeker.baseRate) / 2, Math.hypot(error, seeker.baseError) / 2);
	seeker.probeRate = rate;
	seeker.probeError = error;
	const { baseRate, baseError } = seeker;
	if (Math.abs(rate / baseRate - 1) > clearDifference + 3 * Math.hypot(error, baseError)) {
		return judge(seeker, baseRate, baseError);
	}
	seeker.phase = "check";
	seeker.level = seeker.base;
	seeker.isStale = true;
}

function onRest(seeker: Seeker, rate: number, error: number): void {
	if (hasShifted(seeker, rate)) return;
	seeker.reference = seeker.reference === 0 ? rate : seeker.reference * 0.8 + rate * 0.2;
	if (isQueueing(seeker, rate) && seeker.restLength === firstRest) {
		seeker.direction = -1;
		seeker.rest = 0;
	}
	if (--seeker.rest > 0 || !seeker.probes) return;
	seeker.baseRate = rate;
	seeker.baseError = error;
	tryLevel(seeker);
}

/** Downloads take much longer than they need to: some of them only wait. */
function isQueueing({ level, shortestMs }: Seeker, rate: number): boolean {
	return level / rate > shortestMs * queueing;
}

/** What was found holds no more: more became possible, or less. @returns Whether something follows from it now. */
function hasShifted(seeker: Seeker, rate: number): boolean {
	const { reference } = seeker;
	const isOff = reference > 0 && Math.abs(rate / reference - 1) > shift;
	seeker.shifted = isOff ? seeker.shifted + 1 : 0;
	if (!isOff) return false;
	if (seeker.shifted < 2) return true;
	seeker.shifted = 0;
	seeker.restLength = firstRest;
	seeker.bestRate = rate;
	seeker.shortestMs = seeker.level / rate;
	seeker.leastDelayMs = seeker.lastDelayMs || Number.POSITIVE_INFINITY;
	seeker.reference = rate;
	if (!seeker.probes) return true;
	if (rate > reference) {
		seekAgain(seeker);
		return true;
	}
	seeker.direction = -1;
	seeker.rest = 1;
	return true;
}

function tryLevel(seeker: Seeker): void {
	const level = neighbour(seeker);
	if (level === seeker.base || (seeker.direction > 0 && isCongested(seeker))) return refuse(seeker);
	seeker.level = level;
	seeker.probeLevel = level;
	seeker.phase = "probe";
	seeker.isStale = true;
}

/** The level to try next. */
function neighbour({ direction, base, baseRate, shortestMs, step, least, most }: Seeker): number {
	if (direction > 0) return Math.min(most, Math.ceil(base * probeStep));
	const fitting = Math.max(base / largestStep, baseRate * shortestMs * spare);
	return Math.max(least, Math.floor(Math.min(base / step, Math.max(1, fitting))));
}

function judge(seeker: Seeker, reference: number, referenceError: number): void {
	const { probeRate, direction } = seeker;
	seeker.reference = reference;
	const noise = 2 * reference * Math.hypot(referenceError, seeker.probeError);
	const gain = probeRate / reference;
	if (
		direction > 0
			? gain >= worthwhileProbe && probeRate - reference > noise
			: gain >= nearBest && probeRate >= seeker.bestRate * leastOfBest
	) {
		seeker.level = seeker.probeLevel;
		seeker.base = seeker.probeLevel;
		seeker.reference = probeRate;
		seeker.why = direction > 0 ? `brought ${percent(gain - 1)} % more` : "brought as much";
		seeker.restLength = firstRest;
		if (direction > 0 && gain >= steepProbe) return seekAgain(seeker);
		seeker.baseRate = probeRate;
		seeker.baseError = seeker.probeError;
		return tryLevel(seeker);
	}
	seeker.step = probeStep;
	refuse(seeker);
}

/** The next probe goes the other way, after a longer rest. */
function refuse(seeker: Seeker): void {
	seeker.direction = seeker.direction > 0 ? -1 : 1;
	seeker.rest = seeker.restLength;
	seeker.restLength = Math.min(longestRest, seeker.restLength * 2);
	if (seeker.level !== seeker.base) seeker.isStale = true;
	seeker.level = seeker.base;
	seeker.phase = "rest";
}

function backToRest(seeker: Seeker): void {
	if (seeker.level !== seeker.base) seeker.isStale = true;
	seeker.level = seeker.base;
	seeker.phase = "rest";
	seeker.rest = firstRest;
}

function percent(share: number): number {
	return Math.round(share * 100);
}
