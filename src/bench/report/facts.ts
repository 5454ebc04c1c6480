/** What a reader must know beside the figures: the machine, the versions, and how it was measured. */
import { formatBytes, formatNumber } from "../format.ts";
import type { BenchResults, BenchRun } from "../results.ts";

export type Fact = readonly [name: string, value: string];

export function titleOf({ title, list }: BenchResults): string {
	return `downspout bench: ${title ?? list}`;
}

export function factsOf(results: BenchResults): Fact[] {
	const { machine, versions } = results;
	return [
		["machine", `${machine.processor}, ${machine.cores} processors, ${formatBytes(machine.memoryBytes)} memory`],
		["system", machine.system],
		["files went to", machine.storage],
		["versions", Object.entries(versions).map(versionOf).join("; ")],
		["runs", `${results.rounds} of each, after ${results.warmup} to warm up; ${results.concurrency} downloads at once`],
		["workers", formatNumber(results.workers)],
		["started", results.started],
	];
}

/** What went otherwise than planned, in sentences. */
export function warningsOf(results: BenchResults): string[] {
	const problems = results.runs.filter((run) => run.problem !== undefined);
	return [
		...(results.complete ? [] : ["This benchmark was ended early: it reports the runs that were finished."]),
		...results.missingPeers.map((name) => `${name} is not installed and was not measured.`),
		...problems.map(describeProblem),
		...changedSentence(results.runs),
	];
}

/** How it was measured, in sentences. */
export const methodSentences: readonly string[] = [
	"Each run is a real process, started by the command shown, into a fresh directory; downspout keeps its journal and logs as always. Rounds are interleaved: in each, every method runs once, and each round begins with another one.",
	"The ranking is by files saved per second of the whole process, from its start to its exit, for downspout and the other programs alike: what a user waits for. Start-up is part of it and named in the analysis.",
	"After the clock has stopped every file is read: a run that lost or damaged a file that it reported as saved is a failed run and no measurement.",
	"The interval is a bootstrap 95 % interval of the median. Neighbours are compared round by round, as ratios: by a sign-flip permutation test from six rounds on, by a permutation test of the two groups below that; each at the 5 % level on its own.",
	"Processor time is what the kernel accounts to the run's processes, those that ended included. Peak memory is the largest sum of resident memory over its processes, looked at 20 times a second: pages that processes share count in each of them.",
];

function describeProblem(run: BenchRun): string {
	const which = run.warmup ? `warm-up ${run.run}` : `round ${run.run}`;
	return `${run.workload}, ${run.method}, ${which}, does not count: ${run.problem ?? ""}.`;
}

function changedSentence(runs: readonly BenchRun[]): string[] {
	const changed = runs.reduce((most, run) => Math.max(most, run.changed ?? 0), 0);
	if (changed === 0) return [];
	return [
		`Up to ${formatNumber(changed)} files of a run had other bytes than in an earlier run: the server may have changed them.`,
	];
}

/** Most programs begin their version with their name. */
function versionOf([name, version]: readonly [string, string]): string {
	const known = version.toLowerCase().includes(name.replace(/c$/, ""));
	return known ? version : `${name} ${version.replace(/^v/, "")}`;
}
