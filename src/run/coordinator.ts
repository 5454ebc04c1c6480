/** The heart of a run: gives tasks to the runner as slots and hosts are free, and decides what follows each attempt. */
import type { ControlEvent } from "../core/control.ts";
import type { Entry } from "../core/entry.ts";
import type { Sink } from "../core/event.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import type { RunOptions } from "../core/options.ts";
import { publicUrl } from "../core/public-url.ts";
import { decideRetry } from "../core/retry.ts";
import type { Tally } from "../core/tally.ts";
import type { AttemptResult, WorkerLabel } from "../core/task.ts";
import type { Directory } from "../journal/directory.ts";
import { type Runner, WorkerLostError } from "../runners/runner.ts";
import { createAppetite } from "./appetite.ts";
import { createControls } from "./controls.ts";
import { createHostQueue } from "./host-queue.ts";
import type { HowEnded } from "./outcome-of.ts";
import { type Pending, taskOf } from "./pending.ts";
import type { Planner } from "./plan.ts";
import type { Recorder } from "./recorder.ts";
import { createTraces } from "./traces.ts";

/** Deaths of workers under one entry after which it is given up. */
const mostDeaths = 3;

export type Coordinator = {
	/** Takes an entry of the list. */
	offer(entry: Entry): void;
	/** Starts what can be started. */
	pump(): void;
	/** Whether more of the list is wanted now. */
	isHungry(): boolean;
	/** Resolves when more of the list is wanted, or the run stops. */
	hunger(): Promise<void>;
	/** Tells that the list has been read, and resolves when every entry has ended. */
	finish(): Promise<void>;
	/** Does what somebody who watches asks for. */
	control(event: ControlEvent): void;
	/** Starts nothing more: what waits is cancelled, what is in flight ends as the runner says. */
	stop(): void;
};

export type CoordinatorOptions = {
	readonly run: string;
	readonly options: RunOptions;
	readonly runner: Runner;
	readonly directory: Directory;
	readonly planner: Planner;
	readonly recorder: Recorder;
	readonly tally: Tally;
	readonly sink: Sink;
	/** Called when the disk is full: nothing can be saved any more. */
	readonly onDiskFull: (failure: Failure) => void;
};

export function createCoordinator(context: CoordinatorOptions): Coordinator {
	const { options, runner, directory, planner, recorder, tally, sink } = context;
	const nobody: WorkerLabel = { model: options.method === "auto" ? "async" : options.method, number: 0 };
	const controls = createControls({ sink, perHost: options.perHost });
	const queue = createHostQueue<Pending>({ perHost: options.perHost, allows: controls.allows, onReady: pump });
	/** Entries that wait for their next attempt. */
	const backingOff = new Map<Pending, NodeJS.Timeout>();
	const traces = createTraces(context.run, directory);
	const appetite = createAppetite(
		() => queue.size + backingOff.size,
		() => inFlight < runner.slots && !queue.hasReady(),
	);
	let inFlight = 0;
	/** Files that are here and wait for their names. */
	let publishing = 0;
	let pumpIsDue = false;
	let stopped = false;
	let listRead = false;
	let onDone: (() => void) | undefined;

	function offer(entry: Entry): void {
		const plan = planner(entry);
		if (plan.kind === "pending") {
			if (stopped) return cancel(plan.pending);
			return queue.push(plan.pending.mirror.host, plan.pending);
		}
		const base = { entry, worker: nobody, attempts: 0, ms: 0 };
		switch (plan.kind) {
			case "failed":
				return recorder.end({ ...base, how: { status: "failed", failure: plan.failure } });
			case "duplicate":
				return recorder.end({ ...base, how: { status: "duplicate" } });
			case "skipped":
				return recorder.end({ ...base, how: { status: "skipped", ...plan.saved } });
		}
	}

	function pump(): void {
		while (!stopped && !controls.isPaused && inFlight < runner.slots) {
			const pending = queue.take();
			if (!pending) break;
			start(pending);
		}
		appetite.look();
		if (listRead && inFlight === 0 && publishing === 0 && queue.size === 0 && backingOff.size === 0) onDone?.();
	}

	function start(pending: Pending): void {
		pending.startedMs ??= performance.now();
		const timeLeftMs =
			options.timeoutMs === undefined ? undefined : options.timeoutMs - (performance.now() - pending.startedMs);
		if (timeLeftMs !== undefined && timeLeftMs <= 0) {
			queue.release(pending.mirror.host);
			return fail(pending, outOfTime, nobody);
		}
		inFlight++;
		pending.attempts++;
		pending.made++;
		pending.mirror.tried++;
		const { host } = pending.mirror;
		sink.on({ type: "attempt-started", id: pending.id, url: pending.entry.urls[0], attempt: pending.attempts, host });
		runner.run(taskOf(pending, timeLeftMs), {
			onReceived: () => receive(pending),
			onResult: (result) => settle(pending, result),
			onLost: (error) => lose(pending, error),
		});
	}

	/** Not at once: the HTTP client must first learn that a response is over, and what ends at once would start the next within. */
	function pumpSoon(): void {
		if (pumpIsDue) return;
		pumpIsDue = true;
		queueMicrotask(() => {
			pumpIsDue = false;
			pump();
		});
	}

	/** The connection is free: the next request leaves while this file gets its name. */
	function receive(pending: Pending): void {
		pending.isReceived = true;
		publishing++;
		inFlight--;
		queue.release(pending.mirror.host);
		pumpSoon();
	}

	function leaveSlot(pending: Pending): void {
		if (pending.isReceived) {
			pending.isReceived = false;
			publishing--;
			return;
		}
		inFlight--;
		queue.release(pending.mirror.host);
	}

	function settle(pending: Pending, result: AttemptResult): void {
		leaveSlot(pending);
		pending.kept = result.kept;
		if (result.httpStatus !== undefined) pending.httpStatus = result.httpStatus;
		switch (result.kind) {
			case "saved":
				end(pending, result.worker, {
					status: "saved",
					file: result.file,
					bytes: result.bytes,
					sha256: result.sha256,
				});
				traces.catchUp(result);
				break;
			case "skipped":
				end(pending, result.worker, { status: "skipped", file: result.file, bytes: result.bytes });
				break;
			case "cancelled":
				end(pending, result.worker, { status: "cancelled" });
				break;
			case "failed":
				decide(pending, result);
				break;
		}
		pumpSoon();
	}

	/** What follows a failed attempt: another one, at once or later, or the end. */
	function decide(pending: Pending, result: AttemptResult & { readonly kind: "failed" }): void {
		const { failure, worker } = result;
		const { mirror, mirrors } = pending;
		if (failure.code === "disk_full") context.onDiskFull(failure);
		mirror.out ||= !failure.transient;
		const retryAfterMs = result.retryAfterMs === undefined ? 0 : Math.min(result.retryAfterMs, options.retryMaxWaitMs);
		if (failure.transient && retryAfterMs > 0) {
			const untilMs = Date.now() + retryAfterMs;
			queue.pause(mirror.host, untilMs);
			sink.on({ type: "paused", host: mirror.host, untilMs, reason: `${failure.code} with Retry-After` });
		}
		const current = mirrors.indexOf(mirror);
		const decision = decideRetry(
			options,
			{ made: pending.made, mirrors, current },
			{ failure, retryAfterMs, random: Math.random() },
		);
		if (!decision.again || isFinal(failure)) return fail(pending, failure, worker);
		if (stopped) return end(pending, worker, { status: "cancelled" });
		// What is told of the retry names the mirror that failed, not the one that is next.
		wait(pending, { ...decision, failure, worker });
		pending.mirror = mirrors[decision.mirror] ?? mirror;
	}

	function wait(
		pending: Pending,
		retry: { readonly waitMs: number; readonly failure: Failure; readonly worker: WorkerLabel },
	): void {
		const { waitMs } = retry;
		const { host } = pending.mirror;
		if (timeLeftOf(pending) <= waitMs) return fail(pending, outOfTime, retry.worker);
		tally.retry();
		const url = publicUrl(pending.mirror.url);
		sink.on({ type: "retry", id: pending.id, url, attempt: pending.attempts, host, ...retry });
		const again = (): void => {
			backingOff.delete(pending);
			queue.pushFirst(pending.mirror.host, pending);
			pump();
		};
		backingOff.set(pending, setTimeout(again, waitMs));
	}

	function timeLeftOf(pending: Pending): number {
		if (options.timeoutMs === undefined || pending.startedMs === undefined) return Number.POSITIVE_INFINITY;
		return options.timeoutMs - (performance.now() - pending.startedMs);
	}

	/** The worker died under the task: what it had published counts, all else is tried again, alone. */
	function lose(pending: Pending, error: unknown): void {
		leaveSlot(pending);
		const worker = error instanceof WorkerLostError ? error.worker : nobody;
		const message = error instanceof Error ? error.message : String(error);
		const published = error instanceof WorkerLostError ? traces.inherit(worker).get(pending.key) : undefined;
		pending.made--;
		pending.deaths++;
		pending.kept = true;
		if (published) end(pending, worker, { status: "saved", ...published });
		else if (stopped) end(pending, worker, { status: "cancelled" });
		else if (pending.deaths >= mostDeaths)
			fail(pending, permanent("worker_crashed", `${mostDeaths} workers died under it; the last: ${message}`), worker);
		else wait(pending, { waitMs: 0, failure: transient("worker_crashed", message), worker });
		pumpSoon();
	}

	function fail(pending: Pending, failure: Failure, worker: WorkerLabel): void {
		end(pending, worker, { status: "failed", failure });
	}

	function cancel(pending: Pending): void {
		end(pending, nobody, { status: "cancelled" });
	}

	function end(pending: Pending, worker: WorkerLabel, how: HowEnded): void {
		const { entry, attempts, startedMs, httpStatus, id, key } = pending;
		const ms = startedMs === undefined ? 0 : performance.now() - startedMs;
		recorder.end({ entry, worker, attempts, ms, httpStatus, how }, { id, key, host: pending.mirror.host });
	}

	return {
		offer,
		pump,
		isHungry: appetite.isHungry,
		hunger: appetite.hunger,
		finish: () =>
			new Promise((resolve) => {
				listRead = true;
				onDone = () => {
					// The pauses of hosts that nothing waits for.
					queue.clear();
					resolve();
				};
				pump();
			}),
		control(event) {
			controls.on(event);
			if ("host" in event) queue.recheck(event.host);
			pumpSoon();
		},
		stop() {
			if (stopped) return;
			stopped = true;
			appetite.stop();
			for (const [pending, timer] of backingOff) {
				clearTimeout(timer);
				cancel(pending);
			}
			backingOff.clear();
			for (const pending of queue.clear()) cancel(pending);
			pump();
		},
	};
}

const outOfTime: Failure = transient("timeout", "the time of the entry is up (--timeout)");

/** Failures that neither another attempt nor another mirror can mend. */
function isFinal({ code }: Failure): boolean {
	return code === "disk_full" || code === "exists" || code === "unsafe_path";
}
