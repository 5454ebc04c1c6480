/** How patient the parts of a cluster are with each other. */

/** A sign of life is given so often, in milliseconds; looks at Redis come as often. */
export const beatMs = 1000;

const usualSilenceSeconds = 10;
const leastSilenceSeconds = 2;

/**
 * How long a worker may be silent before it counts as dead, in milliseconds. The same for all parts of a cluster.
 * @param env - `DOWNSPOUT_CLUSTER_SILENCE`, in seconds, where the network is less reliable than most.
 */
export function silenceMs(env: Readonly<Record<string, string | undefined>>): number {
	const seconds = Number(env.DOWNSPOUT_CLUSTER_SILENCE);
	return 1000 * (seconds > 0 ? Math.max(leastSilenceSeconds, seconds) : usualSilenceSeconds);
}

/**
 * After so long without an answer from Redis a worker stops by itself, in milliseconds: well before others begin what it
 * holds, and by no clock but its own.
 */
export function fenceMs(env: Readonly<Record<string, string | undefined>>): number {
	return silenceMs(env) * 0.6;
}

/** A coordinator whose sign of life is so old is gone, in milliseconds, by the clock of Redis. */
export const coordinatorGoneMs = 10_000;

/** So long a coordinator waits for a Redis that was lost, in milliseconds: 20 s unless the network is said to be less reliable. */
export function redisPatienceMs(env: Readonly<Record<string, string | undefined>>): number {
	return silenceMs(env) * 2;
}
