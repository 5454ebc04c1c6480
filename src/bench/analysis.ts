/** The analysis of one workload in words, each sentence from the figures of its runs. */
import { formatChance, formatNumber, formatSeconds, formatShare } from "./format.ts";
import { findLimit, limitFigures, otherCores } from "./limit.ts";
import type { BenchRun, RankedMethod } from "./results.ts";
import { fewestRuns } from "./statistics/comparison.ts";

/** What the harness itself and the system take is below this. */
const disturbingCores = 0.3;

/** Sentences for the report: who won, whether neighbours differ, what limited each, what the work cost. */
export function analyse(input: {
	readonly ranking: readonly RankedMethod[];
	readonly runs: readonly BenchRun[];
	readonly concurrency: number;
	readonly cores: number;
}): string[] {
	const counted = input.ranking.filter((entry) => entry.runs > 0);
	return [
		...counted.slice(0, 1).map(leaderSentence),
		...counted.flatMap(neighbourSentence),
		...counted.map((entry) => limitSentence(entry, input)),
		...costSentence(counted),
		...startUpSentence(counted, input.runs),
		...disturbanceSentence(counted, input),
		...failureSentences(input.ranking),
	];
}

function leaderSentence(entry: RankedMethod): string {
	const { median, low, high } = entry.filesPerSecond;
	const interval = entry.runs > 1 ? ` (95 % interval ${formatNumber(low)} to ${formatNumber(high)})` : "";
	return `${entry.method} saved the most files per second: ${formatNumber(median)}${interval}.`;
}

/** Whether a method is faster than the next, or that nobody can say. */
export function neighbourSentence(entry: RankedMethod): string[] {
	const { next } = entry;
	if (next === undefined) return [];
	const { ratio, p } = next;
	if (next.test === "none") {
		return [
			`${entry.method} was ${formatNumber(ratio.median)} times as fast as ${next.method} in the median; with fewer than ${fewestRuns} runs of each nobody can tell that from noise.`,
		];
	}
	if (next.different) {
		const range = `interval ${formatNumber(ratio.low)} to ${formatNumber(ratio.high)}, ${formatChance(p)}`;
		return [`${entry.method} was ${formatNumber(ratio.median)} times as fast as ${next.method} (${range}).`];
	}
	const needed =
		next.runsNeeded === undefined
			? "no practical number of runs would show one"
			: `about ${formatNumber(next.runsNeeded)} runs of each would be needed to show one of this size`;
	return [
		`${entry.method} and ${next.method}: no difference beyond noise (ratio ${formatNumber(ratio.median)}, ${formatChance(p)}); ${needed}.`,
	];
}

function limitSentence(
	entry: RankedMethod,
	input: { readonly runs: readonly BenchRun[]; readonly concurrency: number; readonly cores: number },
): string {
	const limit = findLimit(limitFigures(validRuns(input.runs, entry.method)), input.concurrency, input.cores);
	return `What limited ${entry.method}: ${limit.sentence}`;
}

function costSentence(counted: readonly RankedMethod[]): string[] {
	const costs = counted.flatMap((entry) =>
		entry.cpuSecondsPerFile === null ? [] : [{ method: entry.method, seconds: entry.cpuSecondsPerFile }],
	);
	const sorted = costs.sort((left, right) => left.seconds - right.seconds);
	const [least, most] = [sorted[0], sorted.at(-1)];
	if (least === undefined || most === undefined || least === most || least.seconds <= 0) return [];
	return [
		`A file cost ${least.method} the least processor time, ${formatSeconds(least.seconds)}; ${most.method} the most, ${formatSeconds(most.seconds)}, ${formatNumber(most.seconds / least.seconds)} times as much.`,
	];
}

function startUpSentence(counted: readonly RankedMethod[], runs: readonly BenchRun[]): string[] {
	const parts = counted.flatMap((entry) => {
		const { firstFileSeconds, seconds } = limitFigures(validRuns(runs, entry.method));
		if (firstFileSeconds === undefined || seconds === 0) return [];
		return [
			`${entry.method} ${formatSeconds(firstFileSeconds)} (${formatShare(firstFileSeconds / seconds)} of its run)`,
		];
	});
	return parts.length === 0
		? []
		: [`From the start of the process to the first complete file, which the ranking counts: ${parts.join(", ")}.`];
}

/** Work of others on the same processors makes every figure worse, and not by the same amount. */
function disturbanceSentence(
	counted: readonly RankedMethod[],
	input: { readonly runs: readonly BenchRun[]; readonly cores: number },
): string[] {
	const most = counted.reduce((largest, entry) => {
		const others = otherCores(limitFigures(validRuns(input.runs, entry.method)), input.cores);
		return Math.max(largest, others ?? 0);
	}, 0);
	if (most < disturbingCores) return [];
	return [
		`Not a quiet machine: while these runs went on, other programs kept up to ${formatNumber(most)} of its ${input.cores} processors busy. The figures are lower than they would be alone, and less certain than their intervals say.`,
	];
}

function failureSentences(ranking: readonly RankedMethod[]): string[] {
	return ranking.flatMap((entry) => {
		if (entry.runs === 0) return [`${entry.method} has no run that counts: ${entry.reason ?? "none was made"}.`];
		if (entry.failed === 0) return [];
		return [`${entry.method} ended with up to ${formatNumber(entry.failed)} entries not saved in a run.`];
	});
}

function validRuns(runs: readonly BenchRun[], method: string): BenchRun[] {
	return runs.filter((run) => run.method === method && !run.warmup && run.problem === undefined);
}
