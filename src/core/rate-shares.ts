/** What a worker tells of the bytes that it could use, and what it may use of a run's rate: plain data. */

/** Of one rate. */
export type Demand = {
	/** Downloads that the rate holds back, and those that it does not. */
	readonly held: number;
	readonly free: number;
	/** What the free ones use, in bytes a second. */
	readonly freePerSecond: number;
	/** Taken since it was told last. */
	readonly bytes: number;
};

export type RateDemand = {
	/** Milliseconds since it was told last. */
	readonly ms: number;
	/** Present where the run has a rate over all hosts. */
	readonly all?: Demand | undefined;
	/** By host and port, those that something is asked of. */
	readonly hosts: readonly (readonly [string, Demand])[];
};

/** Bytes a second. */
export type RateShare = {
	readonly all?: number | undefined;
	readonly hosts: readonly (readonly [string, number])[];
	/** For each host that is not named. */
	readonly others?: number | undefined;
};

/** By what the workers are called in the directory. */
export type RateShares = ReadonlyMap<string, RateShare>;

/** Bytes a second that a run may take, over all hosts and from each. */
export type RateLimits = { readonly all?: number | undefined; readonly perHost?: number | undefined };

/** Nothing is used or wanted. */
export const noDemand: Demand = { held: 0, free: 0, freePerSecond: 0, bytes: 0 };

export function isIdle({ held, free, bytes }: Demand): boolean {
	return held + free === 0 && bytes === 0;
}
