/** What the coordinator and a worker say to each other: few messages, each with all that one turn of the event loop gathered. */
import type { SetCookie } from "../core/cookie-file.ts";
import type { DownloadOptions } from "../core/options.ts";
import type { RateDemand, RateShare } from "../core/rate-shares.ts";
import type { AttemptResult, SlotGrant, Task, TaskProgress, WorkerLabel } from "../core/task.ts";

/** What a worker must know before its first task. */
export type WorkerSetup = {
	readonly options: DownloadOptions;
	/** Most tasks that it is given at once. */
	readonly concurrency: number;
	readonly worker: WorkerLabel;
	/** What the worker is called in the directory. */
	readonly ownerId: string;
	readonly coordinatorPid: number;
	/** Share of the run's bytes a second that it has until it is told another. */
	readonly firstShare?: number;
};

export type ToWorker =
	| { readonly type: "tasks"; readonly tasks: readonly Task[] }
	/** Servers have set them in the run. */
	| { readonly type: "cookies"; readonly cookies: readonly SetCookie[] }
	/** So many slots beyond their own may tasks use. */
	| { readonly type: "grant"; readonly grants: readonly SlotGrant[] }
	/** What it may use of the run's bytes a second. */
	| { readonly type: "rate"; readonly share: RateShare }
	/** Cancel what is in flight; its results still come. */
	| { readonly type: "stop" }
	/** All results have been recorded: leave. */
	| { readonly type: "leave" };

export type FromWorker =
	| { readonly type: "ready" }
	/** The worker cannot work. */
	| { readonly type: "unable"; readonly message: string }
	| { readonly type: "results"; readonly results: readonly AttemptResult[] }
	| { readonly type: "progress"; readonly progress: readonly TaskProgress[] }
	| { readonly type: "cookies"; readonly cookies: readonly SetCookie[] }
	| { readonly type: "demand"; readonly demand: RateDemand };
