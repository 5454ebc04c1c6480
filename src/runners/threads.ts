/** The model `threads`: worker threads of this process, each with an event loop of its own. */
import { createRemoteRunner, type RemoteRunner } from "./remote.ts";
import type { RunnerOptions } from "./runner.ts";
import { openThreadChannel } from "./thread-channel.ts";

/** @throws {NoWorkerError} no thread could be started. */
export function createThreadsRunner(options: RunnerOptions): Promise<RemoteRunner> {
	return createRemoteRunner({ ...options, model: "threads", open: openThreadChannel });
}
