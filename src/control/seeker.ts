/** Finds how many downloads at once bring the most: a level, and what was delivered at it. Facts in, a level out. */
import { endWave, growOne } from "./seek-start.ts";
import { watch } from "./seek-steady.ts";
import { beginBatch, createState, type LevelLimits, type Seeker, type SeekerContext, settle } from "./seeker-state.ts";

/** A batch shorter than this tells more of the event loop's turns than of the server. */
const leastBatchMs = 10;

export function createSeeker(context: SeekerContext, limits: LevelLimits): Seeker {
	const seeker = createState(context, limits);
	if (!seeker.probes) settle(seeker, seeker.level, "given");
	return seeker;
}

/**
 * A download ended, or brought another piece as large as one.
 * @param one.succeeded - Whether it brought something: only then does the start grow.
 * @param one.isLimited - Whether more was waiting, and this level alone held it back.
 * @param one.isEnding - Whether the list is nearly done: the start is still judged, and nothing more is tried.
 * @param one.inFlight - How many were in flight, this one included.
 */
export function finishOne(
	seeker: Seeker,
	{
		succeeded,
		isLimited,
		isEnding,
		inFlight,
	}: {
		readonly succeeded: boolean;
		readonly isLimited: boolean;
		readonly isEnding: boolean;
		readonly inFlight: number;
	},
): void {
	seeker.inFlight = inFlight;
	// A level that stays is not measured.
	if (!seeker.probes) return;
	seeker.count++;
	if (succeeded) seeker.work++;
	const isStart = seeker.phase === "start";
	if (isLimited && (isStart || !isEnding)) {
		seeker.limited++;
		if (succeeded && isStart && !isEnding && seeker.level < seeker.waveCap) growOne(seeker);
	}
	if (--seeker.left <= 0) endBatch(seeker);
}

/** What a download brought beside its end, in files of a usual size, and how long its first byte took, where that is known. */
export function credit(seeker: Seeker, work: number, delayMs: number | undefined): void {
	seeker.work += work;
	if (delayMs === undefined) return;
	seeker.delayMs += delayMs;
	seeker.delays++;
	seeker.recentDelayMs += delayMs;
	seeker.recentDelays++;
}

/** Takes another level from outside, and measures anew from there. */
export function moveTo(seeker: Seeker, level: number, why: string): void {
	settle(seeker, Math.max(seeker.least, Math.min(seeker.most, level)), why);
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

function noteDelay(seeker: Seeker): void {
	seeker.lastDelayMs = seeker.delayMs / seeker.delays;
	seeker.leastDelayMs = Math.min(seeker.leastDelayMs, seeker.lastDelayMs);
}
