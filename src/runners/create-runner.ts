/** Chooses the runner of a method; each loads only when it is used. */
import type { Method } from "../core/outcome.ts";
import type { Runner, RunnerOptions } from "./runner.ts";

/** @throws {NoWorkerError} no worker could be started. @throws {NodeJS.ErrnoException} the directory's state cannot be written. */
export async function createRunner(method: Method, options: RunnerOptions): Promise<Runner> {
	const { createAsyncRunner } = await import("./async.ts");
	return createAsyncRunner(options);
}
