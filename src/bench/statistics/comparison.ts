/** Is one method faster than another, or is it noise? Speeds are compared as ratios, round by round. */
import { mean, permutationTest, probit, sampleStandardDeviation } from "simple-statistics";
import { medianInterval } from "./interval.ts";
import { seededRandom } from "./random.ts";

/** What the rounds say of two methods. */
export type Comparison = {
	/** Median over the rounds of the first one's speed divided by the second one's, with its 95 % interval. */
	readonly ratio: { readonly median: number; readonly low: number; readonly high: number };
	/** Chance of a difference as large as this one where there is none. */
	readonly p: number;
	/** None where there are too few runs for any. */
	readonly test: "sign-flip" | "permutation" | "none";
	/** Whether the difference is larger than the noise, at the 5 % level. */
	readonly different: boolean;
	/** Runs of each that would show a difference of this size four times out of five, where these did not; absent where nothing can be said. */
	readonly runsNeeded?: number;
};

/** With fewer pairs no outcome of the paired test is rarer than 5 %: it could never find a difference. */
const fewestPairs = 6;
/** The same for the test of two groups: of the 20 ways to split twice three runs, two are as extreme as any can be. */
export const fewestRuns = 4;
const mostExactPairs = 14;
const draws = 10_000;
const mostRunsNamed = 10_000;
/** Below this a difference has no practical meaning, and its runs are not worth counting. */
const smallestRatio = 0.0005;

/**
 * Compares speeds of the same rounds: `first[i]` and `second[i]` were measured next to each other. From six rounds on the
 * test is the paired sign-flip permutation test of the logarithms; below that the permutation test of the two groups.
 */
export function compareSpeeds(first: readonly number[], second: readonly number[]): Comparison {
	const pairs = first.flatMap((speed, round) => {
		const other = second[round];
		return other === undefined || speed <= 0 || other <= 0 ? [] : [{ speed, other }];
	});
	const logs = pairs.map(({ speed, other }) => Math.log(speed / other));
	const interval = medianInterval(logs);
	const ratio = {
		median: Math.exp(interval.median),
		low: Math.exp(interval.low),
		high: Math.exp(interval.high),
	};
	if (pairs.length < fewestRuns) return { ratio, p: 1, test: "none", different: false };
	const paired = pairs.length >= fewestPairs;
	const p = paired
		? signFlipTest(logs)
		: groupTest(
				pairs.map((pair) => Math.log(pair.speed)),
				pairs.map((pair) => Math.log(pair.other)),
			);
	const different = p < 0.05;
	const runsNeeded = different ? undefined : countRunsNeeded(logs);
	return {
		ratio,
		p,
		test: paired ? "sign-flip" : "permutation",
		different,
		...(runsNeeded === undefined ? {} : { runsNeeded }),
	};
}

/** Chance that the mean is as far from 0 when each difference could as well have had the other sign. */
export function signFlipTest(differences: readonly number[]): number {
	const observed = Math.abs(sumOf(differences)) * (1 - 1e-12);
	if (differences.length <= mostExactPairs) {
		const outcomes = 2 ** differences.length;
		let extreme = 0;
		for (let signs = 0; signs < outcomes; signs++) {
			const sum = differences.reduce((total, value, bit) => total + ((signs >> bit) & 1 ? value : -value), 0);
			if (Math.abs(sum) >= observed) extreme++;
		}
		return extreme / outcomes;
	}
	const random = seededRandom(differences.length);
	let extreme = 1;
	for (let draw = 0; draw < draws; draw++) {
		const sum = differences.reduce((total, value) => total + (random() < 0.5 ? value : -value), 0);
		if (Math.abs(sum) >= observed) extreme++;
	}
	return extreme / (draws + 1);
}

function groupTest(first: readonly number[], second: readonly number[]): number {
	const p = permutationTest(first, second, "two_side", draws, seededRandom(first.length));
	// A drawn p of 0 only says that none of the draws was as extreme.
	return Math.min(1, Math.max(p, 1 / (draws + 1)));
}

/** Normal approximation for a paired difference: level 5 %, power 80 %. */
function countRunsNeeded(logs: readonly number[]): number | undefined {
	const difference = Math.abs(mean([...logs]));
	if (difference < smallestRatio) return undefined;
	const factor = probit(0.975) + probit(0.8);
	const runs = Math.ceil(((factor * sampleStandardDeviation([...logs])) / difference) ** 2);
	return runs > mostRunsNamed ? undefined : Math.max(fewestPairs, logs.length + 1, runs);
}

function sumOf(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
