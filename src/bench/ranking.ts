/** Ranks the methods of one workload by files saved per second. */
import type { BenchRun, RankedMethod } from "./results.ts";
import { compareSpeeds } from "./statistics/comparison.ts";
import { medianInterval, medianOf } from "./statistics/interval.ts";

/** Every method that has a measured run, the fastest first; those without a run that counts come last, with the reason. */
export function rankMethods(runs: readonly BenchRun[]): RankedMethod[] {
	const measured = runs.filter((run) => !run.warmup);
	const names = [...new Set(measured.map((run) => run.method))];
	const ranked = names
		.map((method) => summarise(measured.filter((run) => run.method === method)))
		.sort((left, right) => Number(left.runs === 0) - Number(right.runs === 0) || speedOf(right) - speedOf(left));
	return ranked.map((entry, index) => {
		const next = ranked[index + 1];
		const place = { ...entry, rank: index + 1 };
		if (next === undefined || entry.runs === 0 || next.runs === 0) return place;
		const { first, second } = pairRounds(measured, entry.method, next.method);
		return { ...place, next: { method: next.method, ...compareSpeeds(first, second) } };
	});
}

/** The runs of a workload, once it is known which those are. */
export function runsOf(runs: readonly BenchRun[], workload: string): BenchRun[] {
	return runs.filter((run) => run.workload === workload);
}

/** Speeds of the rounds in which both methods have a run that counts. */
function pairRounds(
	runs: readonly BenchRun[],
	first: string,
	second: string,
): { readonly first: readonly number[]; readonly second: readonly number[] } {
	const valid = runs.filter((run) => !run.warmup && run.problem === undefined);
	const others = new Map(valid.filter((run) => run.method === second).map((run) => [run.run, run.filesPerSecond]));
	const pairs = valid
		.filter((run) => run.method === first)
		.flatMap((run) => {
			const other = others.get(run.run);
			return other === undefined ? [] : [{ speed: run.filesPerSecond, other }];
		});
	return { first: pairs.map((pair) => pair.speed), second: pairs.map((pair) => pair.other) };
}

function summarise(runs: readonly BenchRun[]): Omit<RankedMethod, "rank"> {
	const valid = runs.filter((run) => run.problem === undefined);
	const [any] = runs;
	const cpuPerFile = valid.flatMap((run) =>
		run.cpuSeconds === null || run.saved === 0 ? [] : [run.cpuSeconds / run.saved],
	);
	const peaks = valid.flatMap((run) => run.peakRssBytes ?? []);
	const reason = valid.length === 0 ? runs.findLast((run) => run.problem !== undefined)?.problem : undefined;
	return {
		workload: any?.workload ?? "",
		method: any?.method ?? "",
		kind: any?.kind ?? "method",
		filesPerSecond: medianInterval(valid.map((run) => run.filesPerSecond)),
		bytesPerSecond: medianInterval(valid.map((run) => run.bytesPerSecond)),
		seconds: medianInterval(valid.map((run) => run.seconds)),
		cpuSecondsPerFile: medianOf(cpuPerFile) ?? null,
		peakRssBytes: medianOf(peaks) ?? null,
		saved: medianOf(valid.map((run) => run.saved)) ?? 0,
		failed: valid.reduce((most, run) => Math.max(most, run.failed), 0),
		runs: valid.length,
		...(reason === undefined ? {} : { reason }),
	};
}

function speedOf(entry: { readonly filesPerSecond: { readonly median: number } }): number {
	return entry.filesPerSecond.median;
}
