/** Whether a body has been too slow for too long. Time is passed in. */

export type MinSpeed = { readonly bytesPerSecond: number; readonly ms: number };

export type SpeedWatch = {
	/** The last moment at which it was fast enough, and the bytes that were here then. */
	sinceMs: number;
	bytes: number;
	lastMs: number;
};

/** @param bytes - What is here when the body begins, which an earlier attempt may have left. */
export function createSpeedWatch(nowMs: number, bytes: number): SpeedWatch {
	return { sinceMs: nowMs, bytes, lastMs: nowMs };
}

/** A look that comes so much later than the one before: the process was suspended, and no server is to blame. */
const longestGapMs = 5000;

/**
 * Looks, a few times a second, at what has arrived. Too slow is a body whose mean speed has been below the limit in every
 * span up to now, for the whole of the time: one good moment begins a new one.
 */
export function isTooSlow(
	watch: SpeedWatch,
	limit: MinSpeed,
	now: { readonly ms: number; readonly bytes: number },
): boolean {
	const { sinceMs, bytes, lastMs } = watch;
	watch.lastMs = now.ms;
	const elapsedMs = now.ms - sinceMs;
	const isSuspended = now.ms - lastMs > longestGapMs;
	if (isSuspended || ((now.bytes - bytes) * 1000) / Math.max(1, elapsedMs) >= limit.bytesPerSecond) {
		watch.sinceMs = now.ms;
		watch.bytes = now.bytes;
		return false;
	}
	return elapsedMs >= limit.ms;
}
