/** The analysis of one workload in words, each sentence from the figures of its runs. */
import { formatChance, formatNumber, formatSeconds, formatShare } from "./format.ts";
import { findLimit, type LimitFigures, limitFigures, otherCores } from "./limit.ts";
import type { Analysis, BenchRun, RankedMethod } from "./results.ts";
import { fewestRuns } from "./statistics/comparison.ts";

/** What the harness itself and the system take is below this. */
const disturbingCores = 0.3;
/** A run that saved less than this share of what another saved has given files up. */
const nearlyAll = 0.99;

/** The finding, what is to be said of each method, and of the machine. */
export function analyse(input: Measured): Analysis {
	const counted = input.ranking.filter((entry) => entry.runs > 0);
	return {
		finding: findingOf(counted),
		methods: input.ranking.map((entry) => ({ method: entry.method, sentences: sentencesOf(entry, input) })),
		general: [...costSentence(counted), ...disturbanceSentence(counted, input)],
	};
}

type Measured = {
	readonly ranking: readonly RankedMethod[];
	readonly runs: readonly BenchRun[];
	readonly concurrency: number;
	readonly cores: number;
};

function findingOf(counted: readonly RankedMethod[]): string {
	const [leader] = counted;
	if (leader === undefined) return "No method has a run that counts.";
	const first = counted.findIndex(({ next }) => next === undefined || next.test === "none" || next.different);
	const leaders = counted.slice(0, first + 1);
	const speed = `${formatNumber(leader.filesPerSecond.median)} files per second`;
	const best = leaders.length === 1 ? `${leader.method} was the fastest, with ${speed}` : sharedFinding(leaders, speed);
	const share = (entry: RankedMethod): string =>
		formatNumber(entry.filesPerSecond.median / leader.filesPerSecond.median);
	// Whoever gives up early is done early.
	const mostSaved = Math.max(...counted.map(({ saved }) => saved));
	const hasAll = ({ saved }: RankedMethod): boolean => saved >= mostSaved * nearlyAll;
	const lacking = leaders.filter((entry) => !hasAll(entry));
	const whole = counted.find(hasAll);
	if (lacking.length > 0 && whole) {
		const left = lacking.map(({ method, saved }) => `${method} ${formatNumber(mostSaved - saved)}`).join(", ");
		return `${best}, but left files that others saved (${left}); ${whole.method}, the fastest that has them, came to ${share(whole)} times that.`;
	}
	// Where one kind leads, the best of the other is what a reader asks for next.
	const other = counted.find(({ kind }) => kind !== leader.kind);
	if (other === undefined || leaders.includes(other)) return `${best}.`;
	const what = other.kind === "method" ? "method of downspout" : "other program";
	return `${best}; ${other.method}, the fastest ${what}, came to ${share(other)} times that.`;
}

function sharedFinding(leaders: readonly RankedMethod[], speed: string): string {
	const names = leaders.map(({ method }) => method);
	return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} were the fastest, without a difference beyond noise between neighbours, at ${speed}`;
}

function sentencesOf(entry: RankedMethod, input: Measured): string[] {
	if (entry.runs === 0) return [`It has no run that counts: ${entry.reason ?? "none was made"}.`];
	const figures = limitFigures(validRuns(input.runs, entry.method));
	return [
		speedSentence(entry),
		...neighbourSentence(entry),
		`What limited it: ${findLimit(figures, input.concurrency, input.cores).sentence}`,
		...startUpSentence(figures),
		...(entry.failed === 0 ? [] : [`It ended with up to ${formatNumber(entry.failed)} entries not saved in a run.`]),
	];
}

function speedSentence(entry: RankedMethod): string {
	const { median, low, high } = entry.filesPerSecond;
	const interval = entry.runs > 1 ? ` (95 % interval ${formatNumber(low)} to ${formatNumber(high)})` : "";
	return `It saved ${formatNumber(median)} files per second${interval}.`;
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

/** Which the ranking counts. */
function startUpSentence({ firstFileSeconds, seconds }: LimitFigures): string[] {
	if (firstFileSeconds === undefined || seconds === 0) return [];
	const share = formatShare(firstFileSeconds / seconds);
	return [
		`Its first file stood ${formatSeconds(firstFileSeconds)} after the start of the process, ${share} of its run.`,
	];
}

/** Work of others on the same processors makes every figure worse, and not by the same amount. */
function disturbanceSentence(counted: readonly RankedMethod[], input: Pick<Measured, "runs" | "cores">): string[] {
	const most = counted.reduce((largest, entry) => {
		const others = otherCores(limitFigures(validRuns(input.runs, entry.method)), input.cores);
		return Math.max(largest, others ?? 0);
	}, 0);
	if (most < disturbingCores) return [];
	return [
		`Not a quiet machine: while these runs went on, other programs kept up to ${formatNumber(most)} of its ${input.cores} processors busy. The figures are lower than they would be alone, and less certain than their intervals say.`,
	];
}

function validRuns(runs: readonly BenchRun[], method: string): BenchRun[] {
	return runs.filter((run) => run.method === method && !run.warmup && run.problem === undefined);
}
