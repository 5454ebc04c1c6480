/** The model `processes`: child processes, each with an event loop and a memory of its own. */
import { openProcessChannel } from "./process-channel.ts";
import { createRemoteRunner, type RemoteRunner } from "./remote.ts";
import type { RunnerOptions } from "./runner.ts";

/** @throws {NoWorkerError} no process could be started. */
export function createProcessesRunner(options: RunnerOptions): Promise<RemoteRunner> {
	return createRemoteRunner({ ...options, model: "processes", open: openProcessChannel });
}
