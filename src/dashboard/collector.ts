/** Gathers from a run's events all that the page shows. An event costs little; what is shown is put together when somebody looks. */
import type { RunEvent } from "../core/event.ts";
import type { Summary } from "../core/outcome.ts";
import { createProgressState, type ProgressState } from "../report/progress-state.ts";
import { createFailureList, type FailureList } from "./failure-list.ts";
import { createHostTable, type HostTable } from "./host-table.ts";
import { createLogTail, type LogTail } from "./log-tail.ts";
import type { LevelChange, Phase } from "./model.ts";
import { createRing, type Ring } from "./ring.ts";
import { createSampler, type Sampler } from "./sampler.ts";
import { createWorkerTable, type WorkerTable } from "./worker-table.ts";

export type CollectorOptions = {
	/** What the run adds up to so far. */
	readonly summary: () => Summary;
	/** The command that tries again what failed; null where no records are kept. */
	readonly tryAgain: string | null;
};

export type Collector = {
	on(event: RunEvent): void;
	readonly options: CollectorOptions;
	/** When it began to listen, in milliseconds since 1970. */
	readonly startedAtMs: number;
	readonly facts: Readonly<Facts>;
	readonly progress: ProgressState;
	readonly sampler: Sampler;
	readonly hosts: HostTable;
	readonly failures: FailureList;
	readonly workers: WorkerTable;
	readonly levels: Ring<Omit<LevelChange, "id">>;
	readonly log: LogTail;
};

/** What the run itself is told to be. */
export type Facts = { phase: Phase; level: number | null; perHost: number | null; sink?: string | undefined };

const mostLevels = 100;

export function createCollector(options: CollectorOptions): Collector {
	const now = (): number => performance.now();
	const facts: Facts = { phase: "starting", level: null, perHost: null };
	const progress = createProgressState(now);
	const levels = createRing<Omit<LevelChange, "id">>(mostLevels);
	const [hosts, failures, workers, log] = [
		createHostTable(),
		createFailureList(),
		createWorkerTable(),
		createLogTail(),
	];
	return {
		on(event) {
			progress.on(event);
			if (event.type === "progress") return;
			hosts.on(event);
			if (event.type === "attempt-started") return;
			learn(facts, event);
			failures.on(event);
			workers.on(event);
			log.on(event);
			if (event.type !== "level") return;
			const { host, level, why } = event;
			levels.add({ atMs: Date.now(), host, level, why });
		},
		options,
		startedAtMs: Date.now(),
		facts,
		progress,
		sampler: createSampler({ progress, facts, now }),
		hosts,
		failures,
		workers,
		levels,
		log,
	};
}

function learn(facts: Facts, event: RunEvent): void {
	switch (event.type) {
		case "run-started":
			facts.phase = "running";
			facts.sink = event.sink;
			if (event.concurrency !== "auto") facts.level = event.concurrency;
			if (typeof event.perHost === "number") facts.perHost = Math.min(event.perHost, facts.level ?? event.perHost);
			return;
		case "level":
			facts.level = event.inAll;
			return;
		case "paused":
		case "resumed":
			if (event.host === null && facts.phase !== "stopping")
				facts.phase = event.type === "paused" ? "paused" : "running";
			return;
		case "stopping":
			facts.phase = "stopping";
			return;
		case "run-ended":
			facts.phase = "ended";
	}
}
