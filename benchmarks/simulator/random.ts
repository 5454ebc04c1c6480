/** Random numbers that follow from a seed. */

export type Random = {
	/** From 0 (included) to 1 (excluded). */
	next(): number;
	/** Normal, with mean 0 and standard deviation 1. */
	normal(): number;
	/** Exponential, with mean 1. */
	exponential(): number;
};

/** Mulberry32: small, and good enough for delays. */
export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return {
		next,
		normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
		exponential: () => -Math.log(1 - next()),
	};
}
