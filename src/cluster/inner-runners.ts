/** Where a worker's downloads run: a runner of the worker's own method, and processes apart for tasks that have killed a worker. */
import type { SetCookie } from "../core/cookie-file.ts";
import type { DownloadOptions } from "../core/options.ts";
import type { Method } from "../core/outcome.ts";
import type { RateDemand, RateShare, RateShares } from "../core/rate-shares.ts";
import type { AttemptResult, SlotGrant, Task, TaskProgress } from "../core/task.ts";
import { createRunner } from "../runners/create-runner.ts";
import { ownerIdOf, type Runner, type RunnerOptions, type TaskListener, WorkerLostError } from "../runners/runner.ts";
import type { WorkerRates } from "./worker-rates.ts";

export type InnerRunners = AsyncDisposable & {
	run(task: Task, listener: InnerListener): void;
	keepCookies(cookies: readonly SetCookie[]): void;
	grant(grants: readonly SlotGrant[]): void;
	/** What the whole worker may use of the run's bytes a second. */
	shareRate(share: RateShare): void;
};

export type InnerListener = {
	/** The result names its owner in the sink. */
	onResult(result: AttemptResult): void;
	/** The process died under the task. @param owner - What it was called in the sink. */
	onLost(why: string, owner: string): void;
};

export type InnerOptions = {
	/** What the worker is called in the sink; the names of its event loops begin so. */
	readonly name: string;
	readonly options: DownloadOptions;
	readonly method: Method;
	readonly workers: number;
	readonly concurrency: number;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: readonly TaskProgress[]) => void;
	readonly onSetCookie: (cookies: readonly SetCookie[]) => void;
	/** What the whole worker could use of the run's bytes a second, where those are limited. */
	readonly onDemand: (demand: RateDemand) => void;
	readonly onBroken: (message: string) => void;
	readonly onNote: (message: string) => void;
};

/** @throws what keeps the runner of the worker's method from starting. */
export async function startInnerRunners(inner: InnerOptions): Promise<InnerRunners> {
	const { name, method, options, workers, concurrency, signal } = inner;
	const plain: RunnerOptions = {
		options,
		run: name,
		workers,
		concurrency,
		signal,
		onProgress: inner.onProgress,
		...(options.cookies && { onSetCookie: inner.onSetCookie }),
		onBroken: ({ message }) => inner.onBroken(message),
		onNote: ({ message }) => inner.onNote(message),
	};
	const rates = await loadRates(inner, (shares) => {
		usual.shareRates(shares);
		lonely?.then((runner) => runner.shareRates(shares)).catch(() => {});
	});
	const shared: RunnerOptions = rates ? { ...plain, onDemand: rates.hear } : plain;
	const usual = await createRunner(method, shared);
	/** Their processes must not be called like those of the usual runner. */
	const lonelyName = `${name}-alone`;
	let lonely: Promise<Runner> | undefined;
	const startLonely = (): Promise<Runner> => {
		lonely ??= createRunner("processes", { ...shared, run: lonelyName, workers: 1, concurrency: 1 });
		return lonely;
	};
	return {
		run(task, listener) {
			if (!task.alone || method === "processes") return usual.run(task, named(name, listener));
			const apart = named(lonelyName, listener);
			startLonely().then((runner) => runner.run(task, apart), apart.onLost);
		},
		keepCookies(cookies) {
			usual.keepCookies(cookies);
			lonely?.then((runner) => runner.keepCookies(cookies)).catch(() => {});
		},
		grant(grants) {
			usual.grant(grants);
			lonely?.then((runner) => runner.grant(grants)).catch(() => {});
		},
		shareRate: (share) => rates?.limit(share),
		async [Symbol.asyncDispose]() {
			rates?.close();
			const runners = [usual, await lonely?.catch(() => undefined)];
			await Promise.all(runners.map((runner) => runner?.[Symbol.asyncDispose]()));
		},
	};
}

/** The worker divides among its event loops what the run gives it; loaded where there are rates. */
async function loadRates(
	{ options: { limitRate, limitRatePerHost }, onDemand }: InnerOptions,
	tell: (shares: RateShares) => void,
): Promise<WorkerRates | undefined> {
	if (limitRate === undefined && limitRatePerHost === undefined) return undefined;
	const { createWorkerRates } = await import("./worker-rates.ts");
	return createWorkerRates({ all: limitRate, perHost: limitRatePerHost }, { tell, onDemand });
}

/** @param run - What the runner that a task goes to calls its run. */
function named(run: string, listener: InnerListener): TaskListener {
	return {
		onReceived() {},
		onResult: (result) => listener.onResult({ ...result, owner: ownerIdOf(run, result.worker) }),
		onLost(error) {
			const owner = error instanceof WorkerLostError ? ownerIdOf(run, error.worker) : run;
			listener.onLost(error instanceof Error ? error.message : String(error), owner);
		},
	};
}
