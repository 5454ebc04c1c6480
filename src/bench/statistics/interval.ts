/** The middle of a few measured values, and how far it can be trusted. */
import { median, quantileSorted, sampleWithReplacement } from "simple-statistics";
import { seededRandom } from "./random.ts";

/** A median with its 95 % interval; the three are equal where there was one value only. */
export type Interval = { readonly median: number; readonly low: number; readonly high: number };

const resamples = 2000;
const seed = 20_261_121;

/**
 * Median with the percentile-bootstrap 95 % interval. The generator starts from the same seed each time: the same values
 * always give the same interval. No values give zeros.
 */
export function medianInterval(values: readonly number[]): Interval {
	if (values.length === 0) return { median: 0, low: 0, high: 0 };
	const random = seededRandom(seed);
	const medians = Array.from({ length: resamples }, () =>
		median(sampleWithReplacement([...values], values.length, random)),
	).sort((left, right) => left - right);
	return { median: median([...values]), low: quantileSorted(medians, 0.025), high: quantileSorted(medians, 0.975) };
}

/** Median, or undefined where there is nothing. */
export function medianOf(values: readonly number[]): number | undefined {
	return values.length === 0 ? undefined : median([...values]);
}
