/** Chooses the runner of a method; each loads only when it is used. */
import type { Method } from "../core/outcome.ts";
import type { Runner, RunnerOptions } from "./runner.ts";

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
			return (await import("../cluster/cluster-runner.ts")).createClusterRunner(options);
	}
}
