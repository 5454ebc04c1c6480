/** What results.json holds: every run as measured, the ranking made from them, and what they were measured on. */
import type { Comparison } from "./statistics/comparison.ts";
import type { Interval } from "./statistics/interval.ts";

/** One measured run of one method over one workload. */
export type BenchRun = {
	/** Name of the scenario, or `list` for a list of the user's own. */
	readonly workload: string;
	readonly method: string;
	/** Whether it is a method of downspout or another program. */
	readonly kind: ContenderKind;
	/** The round, counted from 1; warm-up rounds are counted apart. */
	readonly run: number;
	readonly warmup: boolean;
	/** Why the run does not count: it crashed, or files of it were missing or wrong. */
	readonly problem?: string;
	/** Wall time of the whole process, from its start to its exit. */
	readonly seconds: number;
	/** Files that were saved and found whole afterwards. */
	readonly saved: number;
	readonly failed: number;
	readonly bytes: number;
	/** Files saved per second of `seconds`; 0 for a run with a problem, which is no measurement. */
	readonly filesPerSecond: number;
	readonly bytesPerSecond: number;
	/** Whole files whose content was not what the first run of this list got: a note, where the origin is not ours. */
	readonly changed?: number;
	readonly exitCode: number | null;
	/** What the run says of itself; absent for other programs. */
	readonly own?: OwnFigures;
	/** Files that were finished in each step of `stepMs` since the start. */
	readonly timeline: { readonly stepMs: number; readonly counts: readonly number[] };
	/** Seconds from the start until the first and the last file stood complete; null where none did. */
	readonly firstFileSeconds: number | null;
	readonly lastFileSeconds: number | null;
} & ProcessFigures;

export type ContenderKind = "method" | "peer";

/** What the operating system says of a run; null where it cannot be read (it is read from Linux's /proc). */
export type ProcessFigures = {
	/** User and system time of all processes of the run, those that ended included. */
	readonly cpuSeconds: number | null;
	/** Largest sum, over the processes alive at one moment, of resident memory; memory that they share counts in each. */
	readonly peakRssBytes: number | null;
	/** The same sum without pages that come from files or are shared. */
	readonly peakPrivateBytes: number | null;
	/** Most processes alive at one moment. */
	readonly processes: number | null;
	/** Share of the wall time that the busiest thread was computing, from 0 to 1. */
	readonly busiestThread: number | null;
	/** Share of the wall time that this thread was ready but waiting for a processor. */
	readonly busiestThreadQueued: number | null;
	/** How often a thread was given a processor, over all threads: about the number of context switches. */
	readonly timeslices: number | null;
	/** Share of all processors of the machine that were busy, with whatever ran. */
	readonly machineBusy: number | null;
	/** Processors that the lab origin kept busy; null where the origin is not ours. */
	readonly serverCores: number | null;
	/** Share of the wall time that the lab origin's busiest thread was computing. */
	readonly serverBusiestThread: number | null;
};

/** Figures from a run's own summary.json and results.jsonl. */
export type OwnFigures = {
	/** As the run itself measured it: without the start and the end of its process. */
	readonly seconds: number;
	readonly retries: number;
	readonly errors: Readonly<Record<string, number>>;
	/** Milliseconds that saved files took, waits between attempts included; null where none was saved. */
	readonly fileMs: FileTimes | null;
};

/** Quantiles of the time per file, in milliseconds. */
export type FileTimes = {
	readonly p5: number;
	readonly p25: number;
	readonly median: number;
	readonly p75: number;
	readonly p95: number;
	readonly p99: number;
	readonly mean: number;
};

/** A method's place. */
export type RankedMethod = {
	readonly workload: string;
	readonly method: string;
	readonly kind: ContenderKind;
	readonly rank: number;
	readonly filesPerSecond: Interval;
	readonly bytesPerSecond: Interval;
	readonly seconds: Interval;
	readonly cpuSecondsPerFile: number | null;
	readonly peakRssBytes: number | null;
	readonly saved: number;
	readonly failed: number;
	/** Runs that count. */
	readonly runs: number;
	/** Why none counts: such methods come last. */
	readonly reason?: string;
	/** Against the next in the ranking. */
	readonly next?: { readonly method: string } & Comparison;
};

/** What was downloaded, and how. */
export type WorkloadResult = {
	readonly name: string;
	readonly description: string;
	readonly list: string;
	readonly files: number;
	readonly concurrency: number;
	/** The command lines as run, with the folders of the runs left out. */
	readonly commands: readonly { readonly method: string; readonly command: string; readonly note?: string }[];
	readonly analysis: Analysis;
};

/** What the figures say, in words. */
export type Analysis = {
	/** Who was the fastest, in one sentence. */
	readonly finding: string;
	/** What is to be said of each method, in the order of the ranking. */
	readonly methods: readonly { readonly method: string; readonly sentences: readonly string[] }[];
	/** What concerns all of them. */
	readonly general: readonly string[];
};

/** The machine that it was measured on. */
export type Machine = {
	readonly system: string;
	readonly processor: string;
	readonly cores: number;
	readonly memoryBytes: number;
	readonly node: string;
	/** Where the runs wrote their files. */
	readonly storage: string;
};

export type BenchResults = {
	/** What it was about, where that is more than a list. */
	readonly title?: string;
	readonly list: string;
	readonly concurrency: number;
	readonly workers: number;
	readonly rounds: number;
	readonly warmup: number;
	readonly started: string;
	readonly downspout: string;
	/** Whether every planned run was made. */
	readonly complete: boolean;
	readonly machine: Machine;
	readonly versions: Readonly<Record<string, string>>;
	readonly missingPeers: readonly string[];
	readonly workloads: readonly WorkloadResult[];
	readonly ranking: readonly RankedMethod[];
	readonly runs: readonly BenchRun[];
};
