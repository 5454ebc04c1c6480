/** All runs over one workload, in interleaved rounds. */

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { analyse } from "./analysis.ts";
import { type Contender, showCommand } from "./contender.ts";
import { formatSeconds } from "./format.ts";
import { runOnce } from "./measure/run-once.ts";
import type { BenchOptions } from "./options.ts";
import { rankMethods } from "./ranking.ts";
import type { BenchRun, RankedMethod, WorkloadResult } from "./results.ts";
import { createForecast, type PlannedRun, planRuns } from "./schedule.ts";
import type { Storage } from "./storage.ts";
import type { Workload } from "./workload/workload.ts";

export type WorkloadRequest = {
	readonly workload: Workload;
	readonly contenders: readonly Contender[];
	readonly options: BenchOptions;
	readonly storage: Storage;
};

type Control = { readonly signal: AbortSignal; tell(line: string): void };

/** Makes the runs and ranks them. An abort ends it after the runs that are finished. */
export async function measureWorkload(
	request: WorkloadRequest,
	control: Control,
): Promise<{ result: WorkloadResult; ranking: RankedMethod[]; runs: BenchRun[] }> {
	const { workload, contenders, options } = request;
	const runs: BenchRun[] = [];
	for await (const run of makeRuns(request, control)) runs.push(run);
	const ranking = rankMethods(runs);
	const { concurrency } = options;
	return {
		result: {
			name: workload.name,
			description: workload.description,
			list: workload.listName,
			files: workload.entries,
			concurrency,
			commands: contenders.map((contender) => describeCommand(contender, workload, concurrency)),
			analysis: analyse({ ranking, runs, concurrency, cores: availableParallelism() }),
		},
		ranking,
		runs,
	};
}

async function* makeRuns(
	{ workload, contenders, options, storage }: WorkloadRequest,
	control: Control,
): AsyncGenerator<BenchRun> {
	const plan = planRuns(contenders, options.runs, options.warmup);
	const keepFiles = workload.bytes !== undefined && (await storage.hasRoomFor(workload.bytes * plan.length));
	const forecast = createForecast();
	for (const [index, planned] of plan.entries()) {
		const left = forecast.secondsLeft(plan.slice(index).map(kindOf));
		control.tell(describePlanned({ workload, planned, index, of: plan.length, secondsLeft: left }));
		const startedAt = performance.now();
		const folder = storage.nextFolder();
		const request = { ...planned, workload, concurrency: options.concurrency, folder, keepFiles };
		try {
			yield await runOnce(request, control.signal);
		} catch (error) {
			if (control.signal.aborted) return;
			throw error;
		}
		forecast.note(kindOf(planned), (performance.now() - startedAt) / 1000);
	}
}

function kindOf({ contender }: PlannedRun<Contender>): string {
	return contender.name;
}

function describePlanned(run: {
	readonly workload: Workload;
	readonly planned: PlannedRun<Contender>;
	readonly index: number;
	readonly of: number;
	readonly secondsLeft: number | undefined;
}): string {
	const { contender, run: round, warmup } = run.planned;
	const left = run.secondsLeft === undefined ? "" : `, about ${formatSeconds(Math.ceil(run.secondsLeft))} left`;
	const label = warmup ? `warm-up ${round}` : `round ${round}`;
	return `${run.workload.name}: run ${run.index + 1} of ${run.of}, ${contender.name}, ${label}${left}`;
}

function describeCommand(
	contender: Contender,
	workload: Workload,
	concurrency: number,
): WorkloadResult["commands"][number] {
	const { list, urlList } = workload;
	const place = { list, urlList, dir: join("/", "DIR"), logDir: join("/", "LOGS"), concurrency };
	const command = showCommand(contender.command(place), place);
	return { method: contender.name, command, ...(contender.note === undefined ? {} : { note: contender.note }) };
}
