/** In which order runs are made, and how long they will still take. */

/** One run to make. */
export type PlannedRun<T> = { readonly contender: T; readonly run: number; readonly warmup: boolean };

/**
 * Rounds in which every contender runs once; each round begins one further, so that none always runs first, or always
 * after the same one at the same distance from the start. Warm-up rounds come first and are counted apart.
 */
export function planRuns<T>(contenders: readonly T[], rounds: number, warmup: number): PlannedRun<T>[] {
	return Array.from({ length: warmup + rounds }, (_, round) => {
		const first = contenders.length === 0 ? 0 : round % contenders.length;
		const order = [...contenders.slice(first), ...contenders.slice(0, first)];
		const isWarmup = round < warmup;
		const run = isWarmup ? round + 1 : round - warmup + 1;
		return order.map((contender) => ({ contender, run, warmup: isWarmup }));
	}).flat();
}

/** Estimates what is left from what each kind of run took so far. */
export type Forecast = {
	/** Notes that a run of this kind took so long, verification included. */
	note(kind: string, seconds: number): void;
	/** Seconds that these runs will take; undefined while nothing is known. */
	secondsLeft(kinds: readonly string[]): number | undefined;
};

export function createForecast(): Forecast {
	const latest = new Map<string, number>();
	return {
		note: (kind, seconds) => void latest.set(kind, seconds),
		secondsLeft(kinds) {
			if (latest.size === 0) return undefined;
			const mean = [...latest.values()].reduce((sum, value) => sum + value, 0) / latest.size;
			return kinds.reduce((sum, kind) => sum + (latest.get(kind) ?? mean), 0);
		},
	};
}
