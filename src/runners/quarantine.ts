/** A worker of its own for tasks that lost their worker: whoever kills this one is to blame, and takes no neighbours along. */
import { type AttemptResult, cancelledResult, type Task } from "../core/task.ts";
import { WorkerLostError } from "./runner.ts";
import type { RemoteWorker } from "./worker.ts";

export type Quarantine = AsyncDisposable & {
	/** Runs a task when those before it have ended. @throws {WorkerLostError} the worker died under it. */
	run(task: Task): Promise<AttemptResult>;
	/** Cancels what is in flight and what waits. */
	stop(): void;
};

/** @param start - Starts a worker; the argument is called when it dies. */
export function createQuarantine(start: (onLost: () => void) => RemoteWorker): Quarantine {
	let worker: RemoteWorker | undefined;
	let last: Promise<unknown> = Promise.resolve();
	let isStopped = false;

	const runAlone = async (task: Task): Promise<AttemptResult> => {
		worker ??= start(() => {
			worker = undefined;
		});
		const { label, ready } = worker;
		if (isStopped) return cancelledResult(task, label);
		try {
			await ready;
		} catch (error) {
			worker = undefined;
			throw new WorkerLostError(label, error instanceof Error ? error.message : String(error));
		}
		if (!worker) throw new WorkerLostError(label, "it died before the task");
		return worker.run(task);
	};
	return {
		run(task) {
			const result = last.then(() => runAlone(task));
			last = result.catch(() => {});
			return result;
		},
		stop() {
			isStopped = true;
			worker?.stop();
		},
		async [Symbol.asyncDispose]() {
			await worker?.leave();
		},
	};
}
