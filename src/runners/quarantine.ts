/** A worker of its own for tasks that lost their worker: whoever kills this one is to blame, and takes no neighbours along. */
import type { Model } from "../core/outcome.ts";
import { type AttemptResult, cancelledResult, type Task } from "../core/task.ts";
import { WorkerLostError } from "./runner.ts";
import type { RemoteWorker } from "./worker.ts";

export type Quarantine = {
	/** Runs a task when those before it have ended. @throws {WorkerLostError} the worker died under it. */
	run(task: Task): Promise<AttemptResult>;
	/** Cancels what is in flight and what waits. */
	stop(): void;
};

/** Workers that die before they were given the task, after which it fails with them. */
const mostFutileStarts = 3;

/** @param start - Starts a worker, which leaves with the others; the argument is called when it dies. */
export function createQuarantine(model: Model, start: (onLost: () => void) => RemoteWorker): Quarantine {
	let worker: RemoteWorker | undefined;
	let last: Promise<unknown> = Promise.resolve();
	let isStopped = false;

	const runAlone = async (task: Task): Promise<AttemptResult> => {
		for (let starts = 1; ; starts++) {
			if (isStopped) return cancelledResult(task, { model, number: 0 });
			worker ??= start(() => {
				worker = undefined;
			});
			const current = worker;
			const why = await current.ready.then(
				() => "it died before the task",
				(error: Error) => error.message,
			);
			if (worker === current && current.isWorking) return current.run(task);
			worker = undefined;
			if (starts >= mostFutileStarts) throw new WorkerLostError(current.label, why);
		}
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
	};
}
