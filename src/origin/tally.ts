/** Counts what an origin did. */

/** Sums since the start. */
export type OriginCounts = {
	readonly connections: number;
	readonly requests: number;
	/** Answered with 206. */
	readonly ranged: number;
	/** Answered with 404. */
	readonly missing: number;
	/** Answered with 429, 500, 502 or 503. */
	readonly errors: number;
	/** Ended on purpose in the middle of their body: reset, in order, or not at all. */
	readonly resets: number;
	readonly cuts: number;
	readonly stalls: number;
};

export type Tally = {
	count(what: keyof OriginCounts): void;
	counts(): OriginCounts;
	/** Counts a request for this path and says which one it is, from 1. */
	countPath(path: string): number;
	requestsOf(path: string): number;
};

/** Paths counted one by one; those beyond are taken for asked the first time, as ten million names would not fit in memory. */
const mostPaths = 1_000_000;

export function createTally(): Tally {
	const sums = { connections: 0, requests: 0, ranged: 0, missing: 0, errors: 0, resets: 0, cuts: 0, stalls: 0 };
	const paths = new Map<string, number>();
	return {
		count: (what) => {
			sums[what]++;
		},
		counts: () => ({ ...sums }),
		countPath: (path) => {
			const nth = (paths.get(path) ?? 0) + 1;
			if (nth > 1 || paths.size < mostPaths) paths.set(path, nth);
			return nth;
		},
		requestsOf: (path) => paths.get(path) ?? 0,
	};
}
