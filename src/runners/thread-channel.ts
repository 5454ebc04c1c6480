/** Workers that are threads of this process. */
import { Worker } from "node:worker_threads";
import { type Channel, type ChannelListener, keepLastWords, workerFile } from "./channel.ts";
import type { FromWorker, WorkerSetup } from "./messages.ts";

/** Downloads leave short-lived objects only: more room for them costs memory and, as it outgrows the caches, time. */
const youngGenerationMb = 6;

export function openThreadChannel(setup: WorkerSetup, listener: ChannelListener): Channel {
	// No options of this process: a loader of the user's program is none of the worker's business.
	const thread = new Worker(workerFile("thread-main"), {
		workerData: setup,
		execArgv: [],
		stderr: true,
		resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
	});
	const lastWords = keepLastWords(thread.stderr);
	let why = "";
	thread.on("message", (message: FromWorker) => listener.onMessage(message));
	thread.on("error", (error) => {
		why = error instanceof Error ? error.message : String(error);
	});
	thread.on("exit", (code) => listener.onExit(why || lastWords() || `exit code ${code}`));
	return {
		send: (message) => thread.postMessage(message),
		kill: () => void thread.terminate(),
	};
}
