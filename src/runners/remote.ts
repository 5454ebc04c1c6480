/** The runner for workers that are somewhere else: threads and processes alike. */
import type { Model } from "../core/outcome.ts";
import { type AttemptResult, cancelledResult, type Task } from "../core/task.ts";
import { unlessAborted } from "../core/unless-aborted.ts";
import type { OpenChannel } from "./channel.ts";
import { createCookieNews } from "./cookie-news.ts";
import { createQuarantine } from "./quarantine.ts";
import { NoWorkerError, ownerIdOf, type Runner, type RunnerOptions, WorkerLostError } from "./runner.ts";
import { type RemoteWorker, startRemoteWorker } from "./worker.ts";

export type RemoteOptions = RunnerOptions & { readonly model: Model; readonly open: OpenChannel };

export type RemoteRunner = Runner & {
	/** Starts one more worker; rejects where it cannot work. */
	grow(): Promise<void>;
};

type Homeless = {
	readonly task: Task;
	readonly resolve: (result: AttemptResult | Promise<AttemptResult>) => void;
	readonly reject: (error: WorkerLostError) => void;
};

/** Workers that die one after another without ending a task, after which no more are started. */
const mostFutileStarts = 10;

/**
 * Starts the workers and waits until each can work or cannot, or the run stops.
 * @throws {NoWorkerError} none could be started.
 */
export async function createRemoteRunner(options: RemoteOptions): Promise<RemoteRunner> {
	const { model, onNote, signal } = options;
	/** A worker that died leaves the set before its tasks fail: else the next task would be sent to it. */
	const live = new Set<RemoteWorker>();
	/** All that have not died, those that are still starting and the one for lonely tasks among them. */
	const started = new Set<RemoteWorker>();
	/** Tasks that came while every worker was being replaced. */
	let homeless: Homeless[] = [];
	let number = 0;
	let futileStarts = 0;
	let ending = false;
	/** Cookies of the run so far, for workers that are yet to start. */
	const kept = createCookieNews();

	const start = (onLost: (why: string) => void): RemoteWorker => {
		number++;
		const label = { model, number };
		const worker: RemoteWorker = startRemoteWorker({
			open: options.open,
			setup: {
				concurrency: options.concurrency,
				options: options.options,
				worker: label,
				ownerId: ownerIdOf(options.run, label),
				coordinatorPid: process.pid,
				firstShare: options.firstShare ?? 1 / options.workers,
			},
			onProgress: options.onProgress,
			onSetCookie: options.onSetCookie,
			onDemand: options.onDemand,
			onLost: (why) => {
				live.delete(worker);
				started.delete(worker);
				onLost(why);
			},
		});
		started.add(worker);
		worker.ready.then(() => worker.keepCookies(kept.all())).catch(() => undefined);
		worker.ready.catch(() => started.delete(worker));
		if (signal.aborted) worker.stop();
		return worker;
	};
	const add = async (): Promise<void> => {
		let lost = false;
		const worker = start((why) => {
			lost = true;
			if (!ending && !signal.aborted) replace(worker, why);
		});
		await worker.ready;
		if (lost || ending) return;
		live.add(worker);
		const waiting = homeless;
		homeless = [];
		for (const { task, resolve } of waiting) resolve(worker.run(task));
	};
	const replace = (worker: RemoteWorker, why: string): void => {
		onNote({
			level: "warning",
			message: `${model}#${worker.label.number} died (${why}) and is replaced`,
			worker: worker.label,
		});
		startAnother(why);
	};
	const startAnother = (why: string): void => {
		if (ending || signal.aborted) return;
		futileStarts++;
		if (futileStarts > mostFutileStarts) {
			giveUp(why);
			return;
		}
		add().catch((error: unknown) => startAnother(error instanceof Error ? error.message : String(error)));
	};
	const giveUp = (why: string): void => {
		if (live.size > 0) return;
		options.onBroken(new NoWorkerError(`no ${model} worker is left: ${why}`));
		// Where the run goes on without this runner, another one takes them.
		for (const { reject } of homeless) reject(new WorkerLostError({ model, number: 0 }, why));
		homeless = [];
	};

	const starts = await unlessAborted(Promise.allSettled(Array.from({ length: options.workers }, add)), signal);
	const failures = (starts ?? []).filter((one) => one.status === "rejected");
	const [failure] = failures;
	if (failure && !signal.aborted) {
		const why = failure.reason instanceof Error ? failure.reason.message : String(failure.reason);
		if (live.size === 0) throw new NoWorkerError(`no ${model} worker could be started: ${why}`);
		const message = `${failures.length} of ${options.workers} ${model} workers could not be started (${why}): going on with ${live.size}`;
		onNote({ level: "warning", message, worker: { model, number: 0 } });
	}
	const quarantine = createQuarantine(model, start);
	const stopAll = (): void => {
		for (const worker of live) worker.stop();
		quarantine.stop();
		for (const { task, resolve } of homeless) resolve(cancelledResult(task, { model, number: 0 }));
		homeless = [];
	};
	signal.addEventListener("abort", stopAll, { once: true });

	const runInCompany = async (task: Task): Promise<AttemptResult> => {
		const worker = freest(live);
		if (!worker && signal.aborted) return cancelledResult(task, { model, number: 0 });
		const result = await (worker
			? worker.run(task)
			: new Promise<AttemptResult>((resolve, reject) => homeless.push({ task, resolve, reject })));
		futileStarts = 0;
		return result;
	};
	return {
		slots: options.concurrency,
		isolates: true,
		get loops() {
			return live.size;
		},
		grow: add,
		run(task, listener) {
			const result = task.alone ? quarantine.run(task) : runInCompany(task);
			result.then(listener.onResult, listener.onLost);
		},
		keepCookies(cookies) {
			kept.add(cookies);
			for (const worker of started) worker.keepCookies(cookies);
		},
		grant(grants) {
			for (const worker of started) worker.grant(grants);
		},
		shareRates(shares) {
			for (const worker of started) worker.shareRates(shares);
		},
		async [Symbol.asyncDispose]() {
			ending = true;
			signal.removeEventListener("abort", stopAll);
			await Promise.all([...started].map((worker) => worker.leave()));
		},
	};
}

function freest(workers: ReadonlySet<RemoteWorker>): RemoteWorker | undefined {
	let best: RemoteWorker | undefined;
	for (const worker of workers) if (!best || worker.held < best.held) best = worker;
	return best;
}
