/** What every concurrency model is: a place where downloads run. Tasks and results are plain data and cross threads and processes unchanged. */
import type { SetCookie } from "../core/cookie-file.ts";
import type { DownloadOptions } from "../core/options.ts";
import type { HostCounts } from "../core/outcome.ts";
import type { RateDemand, RateShares } from "../core/rate-shares.ts";
import type { Saved } from "../core/saved.ts";
import type { AttemptResult, SlotGrant, Task, TaskProgress, WorkerLabel } from "../core/task.ts";

export type Runner = AsyncDisposable & {
	/** Tasks that it takes at once, now; it may change while running. */
	readonly slots: number;
	/** Event loops that it has now: its share of the tasks beside other runners. */
	readonly loops: number;
	/** Whether this process outlives a task that kills its worker. */
	readonly isolates: boolean;
	/** Makes one attempt at a task, and tells its end just once, which may be before this returns. */
	run(task: Task, listener: TaskListener): void;
	/** Tells every worker, and those that are yet to start, of cookies that servers have set in the run. */
	keepCookies(cookies: readonly SetCookie[]): void;
	/** Lets downloads use slots beyond their own, from now on so many; those that are over are passed over. */
	grant(grants: readonly SlotGrant[]): void;
	/** Tells its workers what each may use of the run's bytes a second. */
	shareRates(shares: RateShares): void;
};

/** Hears what becomes of a task. Calls, not a promise: those that one takes are a fiftieth of the time of a small file. */
export type TaskListener = {
	/** All bytes are here, where the model can tell: another task may take the slot while the file gets its name. */
	onReceived(): void;
	/** A failing URL is a result too. */
	onResult(result: AttemptResult): void;
	/** @param error - A `WorkerLostError`: the worker died under the task, and only its traces in the directory tell how far it came. */
	onLost(error: unknown): void;
};

/** The same listener, with something that is done before it hears of the end. */
export function beforeEnd(listener: TaskListener, act: () => void): TaskListener {
	return {
		onReceived: listener.onReceived,
		onResult(result) {
			act();
			listener.onResult(result);
		},
		onLost(error) {
			act();
			listener.onLost(error);
		},
	};
}

export type RunnerOptions = {
	readonly options: DownloadOptions;
	/** Names the run; the owners in the directory are named after it. */
	readonly run: string;
	/** Most tasks in flight at once, over all workers. */
	readonly concurrency: number;
	/** Entries that have no slot yet, as far as the list tells: 0 where none waits for one, Infinity where it cannot be told. */
	readonly left?: () => number;
	/** Threads or processes, for the models that have them. */
	readonly workers: number;
	/** Ends what is in flight and keeps its bytes; what is asked for afterwards is cancelled at once. */
	readonly signal: AbortSignal;
	readonly onProgress: (progress: readonly TaskProgress[]) => void;
	/** Cookies that servers have set, where the run keeps them. */
	readonly onSetCookie?: (cookies: readonly SetCookie[]) => void;
	/** What a worker could use of the run's bytes a second, where those are limited. */
	readonly onDemand?: (worker: string, demand: RateDemand) => void;
	/** Share of those that a worker has until it is told another. */
	readonly firstShare?: number;
	/** No worker is left and none can be started: the run must stop. */
	readonly onBroken: (error: NoWorkerError) => void;
	/** What the run's workers have published in a directory, by key, whether its results have been told or not. */
	readonly published?: () => ReadonlyMap<string, Saved>;
	/** Something about a worker that belongs in the log. */
	readonly onNote: (note: RunnerNote) => void;
	/** For workers on other machines. */
	readonly cluster?: ClusterPlace;
};

/** Where workers on other machines are met, and what they are told of the run. */
export type ClusterPlace = {
	/** URL of the Redis server. */
	readonly redis: string;
	/** Where the files go, as the user named it. */
	readonly sink: string;
	/** Absolute path of the directory whose journal the run writes. */
	readonly journalDir: string;
	readonly list: string;
	/** Whether a number of downloads at once was asked for; else the workers' own numbers count. */
	readonly isLimited: boolean;
	/** Runs of the same journal that were killed, and whose traces in the sink have been taken over. */
	readonly over: readonly string[];
	/** Whether requests a second are limited: nothing then waits in the workers. */
	readonly isPaced: boolean;
	/** Entries that have ended so far. */
	readonly counts: () => { readonly total: number; readonly saved: number; readonly failed: number };
	/** The hosts with the most failures, then the most files. */
	readonly hosts: () => readonly HostCounts[];
};

export type RunnerNote = { readonly level: "note" | "warning"; readonly message: string; readonly worker: WorkerLabel };

/** A worker died under a task. */
export class WorkerLostError extends Error {
	override readonly name = "WorkerLostError";
	readonly code = "worker_lost";
	readonly worker: WorkerLabel;
	/** What the worker is called in the directory, where its label does not tell. */
	readonly owner?: string;
	constructor(worker: WorkerLabel, why: string, owner?: string) {
		super(`${worker.model}#${worker.number} died: ${why}`);
		this.worker = worker;
		if (owner !== undefined) this.owner = owner;
	}
}

/** No worker at all could be started. */
export class NoWorkerError extends Error {
	override readonly name = "NoWorkerError";
	readonly code = "no_worker";
}

/** What a worker is called in the directory. */
export function ownerIdOf(run: string, worker: WorkerLabel): string {
	return `${run}-${worker.model}-${worker.number}`;
}
