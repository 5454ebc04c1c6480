/** The model `cluster`: downloads run in the workers of other machines, which take batches of tasks from a queue in Redis. */
import { cancelledResult } from "../core/task.ts";
import { NoWorkerError, type Runner, type RunnerOptions } from "../runners/runner.ts";
import { messageOf } from "./cluster-error.ts";
import { createDispatcher, type Dispatcher } from "./dispatcher.ts";
import { openMeetingPlace } from "./meeting-place.ts";

/** Tasks that are out before any worker has joined: they are there when it comes. */
const firstSlots = 64;
/** Beyond what its workers download at once, a run has so much work out, in seconds: they never wait for more. */
const aheadSeconds = 0.5;
const mostAhead = 2000;

/** @throws {NoWorkerError} Redis cannot be used. */
export async function createClusterRunner(options: RunnerOptions): Promise<Runner> {
	const { cluster, signal } = options;
	if (!cluster) throw new NoWorkerError("the method cluster needs --redis and --sink");
	const place = await openMeetingPlace(options, cluster).catch((error: unknown) => {
		throw new NoWorkerError(messageOf(error));
	});
	const dispatcher = createDispatcher(place, options);
	const onAbort = (): void => dispatcher.stop();
	if (signal.aborted) onAbort();
	else signal.addEventListener("abort", onAbort, { once: true });
	return {
		get slots() {
			if (cluster.isPaced) return Math.min(options.concurrency, dispatcher.crew.size().capacity);
			return cluster.isLimited ? options.concurrency : Math.min(options.concurrency, slotsOf(dispatcher));
		},
		get loops() {
			return dispatcher.crew.members.size;
		},
		isolates: true,
		run(task, listener) {
			if (signal.aborted) listener.onResult(cancelledResult(task, { model: "cluster", number: 0 }));
			else dispatcher.hand(task, listener);
		},
		keepCookies: dispatcher.keepCookies,
		grant: dispatcher.grant,
		shareRates: dispatcher.shareRates,
		async [Symbol.asyncDispose]() {
			signal.removeEventListener("abort", onAbort);
			dispatcher.close();
			await place[Symbol.asyncDispose]();
		},
	};
}

function slotsOf({ crew }: Dispatcher): number {
	const { capacity, filesPerSecond, workers } = crew.size();
	const ahead = Math.min(Math.max(2 * capacity, filesPerSecond * aheadSeconds), mostAhead * Math.max(1, workers));
	return Math.max(firstSlots, capacity + Math.ceil(ahead));
}
