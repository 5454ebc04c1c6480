/** The start of a search: the level grows with each success, until more brings no more. */
import { isCongested, limitedShare, nearBest, type Seeker, settle, spare } from "./seeker-state.ts";

/** A wave that takes so much longer than the shortest grows no more; that is looked at each so many completions. */
/** How long a process must be busy to count as what limits. */
const busyMs = 100;

const slowerWave = 1.3;

const growthLook = 16;

const longerThanFirst = 4;
const longerThanBefore = 2;
/** Where first bytes take longer by so much of what the level grew by, it was too high before. */
const proportional = 0.75;
const leastOfFirst = 0.25;

/** A wave that grew less than this, so many times in a row, has found what limits: the first after a growth has new connections, which take their time. */
const worthwhileWave = 1.25;
const flatWavesToEnd = 3;

/** A wave that brought so much less has gone too far. */
const worseWave = 0.8;

const largeStep = 1.6;

/** While more is carried, a wave takes no longer than the one before. */
export function growOne(seeker: Seeker): void {
	seeker.level++;
	if (seeker.count % growthLook !== 0) return;
	const ms = seeker.context.clock() - seeker.startedMs;
	if (ms > seeker.waveMs * slowerWave || isFilling(seeker)) seeker.waveCap = seeker.level;
}

/** First bytes take ever longer: a queue fills on the way, and would overflow. */
function isFilling(seeker: Seeker): boolean {
	const { recentDelayMs, recentDelays, usualDelayMs, waves } = seeker;
	if (recentDelays === 0) return false;
	const delayMs = recentDelayMs / recentDelays;
	seeker.recentDelayMs = 0;
	seeker.recentDelays = 0;
	if (usualDelayMs === 0) {
		seeker.usualDelayMs = delayMs;
		seeker.firstDelayMs = delayMs;
	}
	// The quickest come first.
	return usualDelayMs > 0 && delayMs > usualDelayMs * (waves.length === 0 ? longerThanFirst : longerThanBefore);
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
	seeker.usualDelayMs = 0;
	seeker.firstDelayMs = 0;
	seeker.waveMs = Number.POSITIVE_INFINITY;
	seeker.flatWaves = 0;
	beginWave(seeker);
	seeker.isStale = true;
}

function beginWave(seeker: Seeker): void {
	seeker.waveLevel = seeker.level;
	// One that grew little is looked at again before more is tried.
	seeker.waveCap = seeker.flatWaves > 0 ? seeker.level : Math.min(seeker.most, seeker.level * 2);
}

export function endWave(seeker: Seeker, ms: number): void {
	const { waves, waveLevel } = seeker;
	if (seeker.context.isBusy()) return waitOrStop(seeker);
	seeker.busySinceMs = Number.POSITIVE_INFINITY;
	if (seeker.limited < seeker.count * limitedShare) return beginWave(seeker);
	const rate = seeker.work / ms;
	const last = waves.at(-1);
	const before = last?.rate ?? 0;
	// A first wave that brought nothing tells of no level.
	if (rate === 0 && !last) return beginWave(seeker);
	const delayMs = seeker.lastDelayMs;
	waves.push({ level: waveLevel, rate, delayMs });
	seeker.usualDelayMs = delayMs;
	if (last && isFull(last, { level: waveLevel, delayMs })) return endFull(seeker, last);
	seeker.waveMs = Math.min(seeker.waveMs, ms);
	seeker.flatWaves = rate < before * worthwhileWave ? seeker.flatWaves + 1 : 0;
	if (
		seeker.flatWaves >= flatWavesToEnd ||
		rate < before * worseWave ||
		waveLevel >= seeker.most ||
		isCongested(seeker)
	)
		return endStart(seeker);
	beginWave(seeker);
}

type Wave = { readonly level: number; readonly delayMs: number };

/** By Little's law: where all of what is more only waits, the wait grows as the level does. */
function isFull(before: Wave, { level, delayMs }: Wave): boolean {
	const growth = level / before.level;
	return growth >= worthwhileWave && before.delayMs > 0 && delayMs / before.delayMs >= growth * proportional;
}

/**
 * The best rate times the shortest time that a download took, by Little's law, is what fits. What the first wave brought is low,
 * as its connections were new: it says nothing against its level.
 */
function endFull(seeker: Seeker, last: Wave): void {
	const { waves, firstDelayMs } = seeker;
	const first = waves[0] ?? last;
	const best = Math.max(...waves.map(({ rate }) => rate));
	seeker.shortestMs = Math.min(...waves.map((wave) => wave.level / wave.rate));
	// Some of the first wave may have waited as well.
	const share = firstDelayMs > 0 ? (firstDelayMs * longerThanBefore) / first.delayMs : 1;
	const level = Math.max(first.level, Math.min(last.level, best * seeker.shortestMs));
	const fitting = Math.ceil(level * Math.max(leastOfFirst, Math.min(1, share)));
	settle(seeker, Math.max(seeker.least, fitting), "what is more only waits");
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
	const wasLeast = found === waves[0]?.level;
	settle(seeker, Math.max(seeker.least, Math.min(found, fitting)), "more brought nothing");
	// More even brought less: what was measured while growing flatters the higher levels. Or less was never tried.
	if (last >= best * worseWave && !wasLeast) return;
	seeker.direction = -1;
	seeker.step = largeStep;
	seeker.rest = 1;
}
