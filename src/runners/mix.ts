/** The model `mix`: this event loop, worker threads and child processes at once, all fed from one queue. */
import { createAsyncRunner } from "./async.ts";
import { createProcessesRunner } from "./processes.ts";
import type { Runner, RunnerOptions } from "./runner.ts";
import { createThreadsRunner } from "./threads.ts";
import { createUnion } from "./union.ts";

/** Half of the workers are threads, the others processes, and there is one of each at least. */
export async function createMixRunner(options: RunnerOptions): Promise<Runner> {
	const threads = Math.max(1, Math.floor(options.workers / 2));
	const processes = Math.max(1, options.workers - threads);
	const firstShare = 1 / (1 + threads + processes);
	const warn = (message: string): void =>
		options.onNote({ level: "warning", message, worker: { model: "mix", number: 0 } });
	// The run goes on with those that are left: this event loop is always among them.
	const others = { ...options, firstShare, onBroken: ({ message }: Error) => warn(message) };
	const runners = await Promise.allSettled([
		createAsyncRunner({ ...options, firstShare }),
		createThreadsRunner({ ...others, workers: threads }),
		createProcessesRunner({ ...others, workers: processes }),
	]);
	const members = runners.flatMap((one): Runner[] => (one.status === "fulfilled" ? [one.value] : []));
	const union = createUnion(options.concurrency, members);
	for (const one of runners) {
		if (one.status === "fulfilled") continue;
		const message: string = one.reason instanceof Error ? one.reason.message : String(one.reason);
		if (members.length === 0) throw one.reason;
		warn(message);
	}
	return union;
}
