/** Limits bytes per second: a token bucket that is told the time and says how long to wait. */

export type TokenBucket = {
	/** Takes these bytes and says how many milliseconds from now they may be sent. */
	take(bytes: number, nowMs: number): number;
};

/** What an idle bucket may save up. */
const burstMs = 10;

export function createTokenBucket(bytesPerSecond: number): TokenBucket {
	let freeAtMs = Number.NEGATIVE_INFINITY;
	return {
		take: (bytes, nowMs) => {
			const startMs = Math.max(freeAtMs, nowMs - burstMs);
			freeAtMs = startMs + (bytes / bytesPerSecond) * 1000;
			return Math.max(0, startMs - nowMs);
		},
	};
}
