/** Chooses the runner of a method; each loads only when it is used. */
import type { Method } from "../core/outcome.ts";
import { NoWorkerError, type Runner, type RunnerOptions } from "./runner.ts";

/**
 * @throws {NoWorkerError} no worker could be started.
 * @throws {NodeJS.ErrnoException} the directory's state cannot be written.
 */
export async function createRunner(method: Method, options: RunnerOptions): Promise<Runner> {
	switch (method) {
		case "async":
			return (await import("./async.ts")).createAsyncRunner(options);
		case "threads":
			return (await import("./threads.ts")).createThreadsRunner(options);
		case "processes":
			return (await import("./processes.ts")).createProcessesRunner(options);
		case "mix":
			return (await import("./mix.ts")).createMixRunner(options);
		case "auto":
			return (await import("./auto.ts")).createAutoRunner(options);
		case "cluster":
			throw new NoWorkerError("the method cluster is not available yet");
	}
}
