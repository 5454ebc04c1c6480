/** A window of measuring: batches are gathered until their mean rate is known well enough. */

export type Window = {
	ms: number;
	work: number;
	count: number;
	limited: number;
	/** Batches, and Welford's mean and sum of squares of their rates. */
	batches: number;
	mean: number;
	squares: number;
};

export type Batch = {
	readonly work: number;
	readonly ms: number;
	readonly count: number;
	readonly limited: number;
};

const leastBatches = 3;
const leastMs = 100;
const longestMs = 1500;
/** Where little comes, a longer wait tells more. */
const longestQuietMs = 10_000;
const fewCompletions = 10;
const wantedError = 0.02;
/** What has taken so long already is known well enough with a larger error: probes cost while they last. */
const longMs = 800;
const enoughError = 0.05;

export function createWindow(): Window {
	return { ms: 0, work: 0, count: 0, limited: 0, batches: 0, mean: 0, squares: 0 };
}

export function clearWindow(window: Window): void {
	window.ms = 0;
	window.work = 0;
	window.count = 0;
	window.limited = 0;
	window.batches = 0;
	window.mean = 0;
	window.squares = 0;
}

export function addBatch(window: Window, { work, ms, count, limited }: Batch): void {
	window.ms += ms;
	window.work += work;
	window.count += count;
	window.limited += limited;
	window.batches++;
	const rate = work / ms;
	const off = rate - window.mean;
	window.mean += off / window.batches;
	window.squares += off * (rate - window.mean);
}

/** Whether the rate is known to 2 %, or has taken long enough. */
export function isSettled(window: Window): boolean {
	if (window.ms >= (window.count < fewCompletions ? longestQuietMs : longestMs)) return true;
	if (window.batches < leastBatches || window.ms < leastMs) return false;
	const error = relativeErrorOf(window);
	return error <= (window.ms >= longMs ? enoughError : wantedError);
}

/** Work a millisecond. */
export function rateOf({ work, ms }: Window): number {
	return ms > 0 ? work / ms : 0;
}

/** Standard error of the mean rate, as a share of it: by batch means. */
export function relativeErrorOf({ batches, mean, squares }: Window): number {
	if (batches < 2 || mean <= 0) return 1;
	return Math.sqrt(squares / (batches - 1) / batches) / mean;
}
