/** A level that was found: what it brings is watched, and now and then a higher or lower one is tried. */
import { addBatch, clearWindow, isSettled, rateOf, relativeErrorOf } from "./rate-window.ts";
import { seekAgain } from "./seek-start.ts";
import { firstRest, isCongested, limitedShare, probeStep, type Seeker, spare } from "./seeker-state.ts";

/** Never below this share of the best rate of the last minute. */
const leastOfBest = 0.96;
/** A lower level must bring as much. */
const asMuch = 0.99;

const bestLastsMs = 60_000;

const queueing = 1.5;

const largestStep = 4;

/** A probe that differs by more needs no second look at where it started. */
const clearDifference = 0.1;

const worthwhileProbe = 1.05;

/** A probe that brought nearly as much as it asked for: far below the best level. */
const steepProbe = 1.15;

const longestRest = 32;

/** A change of the rate without one of the level that, twice in a row, makes what was found void. */
const shift = 0.12;

export function watch(seeker: Seeker, ms: number): void {
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
	// Where nothing came, no time is known that a download takes.
	const onItsWay = baseRate === 0 ? 0 : baseRate * shortestMs * spare;
	const fitting = Math.max(base / largestStep, onItsWay);
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
			: gain >= asMuch && probeRate >= seeker.bestRate * leastOfBest
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
	// Too far, but the way was right: less far.
	if (direction < 0 && seeker.step > probeStep) {
		seeker.step = probeStep;
		seeker.rest = 1;
		return rest(seeker);
	}
	refuse(seeker);
}

/** The next probe goes the other way, after a longer rest. */
function refuse(seeker: Seeker): void {
	seeker.direction = seeker.direction > 0 ? -1 : 1;
	seeker.rest = seeker.restLength;
	seeker.restLength = Math.min(longestRest, seeker.restLength * 2);
	rest(seeker);
}

function backToRest(seeker: Seeker): void {
	seeker.rest = firstRest;
	rest(seeker);
}

function rest(seeker: Seeker): void {
	if (seeker.level !== seeker.base) seeker.isStale = true;
	seeker.level = seeker.base;
	seeker.phase = "rest";
}

function percent(share: number): number {
	return Math.round(share * 100);
}
