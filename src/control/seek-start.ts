/** The start of a search: the level grows with each success, until more brings no more. */
import { isCongested, limitedShare, nearBest, type Seeker, settle, spare } from "./seeker-state.ts";

/** A wave that takes so much longer than the shortest grows no more; that is looked at each so many completions. */
/** How long a process must be busy to count as what limits. */
const busyMs = 100;

const slowerWave = 1.3;

const growthLook = 16;

/** A wave that grew less than this, twice in a row, has found what limits. */
const worthwhileWave = 1.25;

/** A wave that brought so much less has gone too far. */
const worseWave = 0.8;

const largeStep = 1.6;

/** While more is carried, a wave takes no longer than the one before. */
export function growOne(seeker: Seeker): void {
	seeker.level++;
	if (seeker.count % growthLook !== 0) return;
	const ms = seeker.context.clock() - seeker.startedMs;
	if (ms > seeker.waveMs * slowerWave) seeker.waveCap = seeker.level;
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
