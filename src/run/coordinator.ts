/** The heart of a run: gives tasks to the runner as slots and hosts are free, and decides what follows each attempt. */
import { describe } from "../core/describe-error.ts";
import type { Entry } from "../core/entry.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { publicText } from "../core/public-url.ts";
import type { AttemptResult, WorkerLabel } from "../core/task.ts";
import { WorkerLostError } from "../runners/runner.ts";
import { createAppetite } from "./appetite.ts";
import { createBackOff } from "./back-off.ts";
import { createBusyLook } from "./busy-loop.ts";
import { createControls } from "./controls.ts";
import type { Coordinator, CoordinatorOptions } from "./coordinator-types.ts";
import { createHostBook } from "./host-book.ts";
import { createHostQueue } from "./host-queue.ts";
import { howFailed, howSaved, howSkipped } from "./how-ended.ts";
import { createInFlight, type ProgressListener } from "./in-flight.ts";
import { createLending } from "./lending.ts";
import type { HowEnded } from "./outcome-of.ts";
import { keepFacts, type Pending, taskOf } from "./pending.ts";
import { realTime } from "./real-time.ts";
import { createRetrying, outOfTime } from "./retrying.ts";
import { type TailState, watchTail } from "./tail-watch.ts";
import { timeLeftOf } from "./time-left.ts";
import { createTraces } from "./traces.ts";

/** Deaths of workers under one entry after which it is given up. */
const mostDeaths = 3;

export function createCoordinator(context: CoordinatorOptions): Coordinator {
	const { options, runner, directory, planner, recorder, tally, sink, shortfalls } = context;
	const nobody: WorkerLabel = { model: options.method === "auto" ? "async" : options.method, number: 0 };
	const book = createHostBook();
	const controls = createControls({
		sink,
		recheck: (host) => queue.recheck(host),
		levelOf: (host) => queue.levelOf(host),
		level: () => queue.level,
	});
	const queue = createHostQueue<Pending>({
		limits: { ...options, most: context.most },
		room: () => runner.slots,
		time: realTime,
		isBusy: createBusyLook(),
		mostOf: controls.mostOf,
		onReady: pump,
		onMove: (move) => sink.on({ type: "level", ...move, inAll: queue.level }),
		recall: (host) => book.of(host).level,
		remember: (host, level) => Object.assign(book.of(host), { level }),
		memoryOf: directory.journal.levelOf,
	});
	const backOff = createBackOff();
	const inFlight = createInFlight();
	const lending = createLending({
		queue,
		slots: () => (stopped || controls.isPaused ? 0 : runner.slots),
		grant: (grants) => runner.grant(grants),
	});
	const traces = createTraces(context.run, directory);
	let weight = 0;
	const appetite = createAppetite(
		() => queue.size + backOff.size + weight,
		() => queue.inFlight < runner.slots && queue.hasRoom(),
		() => queue.inFlight,
	);
	const retrying = createRetrying({
		...{ options, queue, book, backOff, sink, nobody, pump, fail },
		isStopped: () => stopped,
		isOldest: inFlight.isOldest,
		cancel: (pending, worker) => end(pending, worker, { status: "cancelled" }),
	});
	/** Files that are here and wait for their names. */
	let publishing = 0;
	let pumpIsDue = false;
	let stopped = false;
	let listRead = false;
	let onDone: (() => void) | undefined;

	function offer(entry: Entry): void {
		const plan = planner(entry);
		if (plan.kind === "pending") {
			weight += plan.pending.weight;
			if (stopped) return end(plan.pending, nobody, { status: "cancelled" });
			return retrying.enqueue(plan.pending, false);
		}
		const base = { entry, worker: nobody, attempts: 0, ms: 0 };
		switch (plan.kind) {
			case "failed":
				return recorder.end({ ...base, how: { status: "failed", failure: plan.failure } });
			case "duplicate":
				return recorder.end({ ...base, how: { status: "duplicate" } });
			case "skipped":
				return recorder.end({ ...base, how: { status: "skipped", ...plan.saved, known: plan.saved } });
		}
	}

	function pump(): void {
		while (!stopped && !controls.isPaused && queue.inFlight < runner.slots) {
			const pending = queue.take();
			if (!pending) break;
			start(pending);
		}
		lending.balance();
		appetite.look();
		if (listRead && queue.inFlight === 0 && publishing === 0 && queue.size === 0 && backOff.size === 0) onDone?.();
	}

	function start(pending: Pending): void {
		pending.startedMs ??= performance.now();
		const timeLeftMs = options.timeoutMs === undefined ? undefined : timeLeftOf(options, pending);
		if (timeLeftMs !== undefined && timeLeftMs <= 0) {
			queue.fail(pending.mirror.host, pending);
			return fail(pending, outOfTime, nobody);
		}
		inFlight.add(pending);
		pending.isRunning = true;
		pending.attempts++;
		pending.made++;
		pending.mirror.tried++;
		const { host } = pending.mirror;
		if (pending.attempts > 1) {
			tally.retry();
			book.of(host).retries++;
		}
		sink.on({ type: "attempt-started", id: pending.id, url: pending.entry.urls[0], attempt: pending.attempts, host });
		guard(pending, () =>
			runner.run(taskOf(pending, timeLeftMs), {
				onReceived: () => receive(pending),
				onResult: (result) => guard(pending, () => settle(pending, result)),
				onLost: (error) => guard(pending, () => lose(pending, error)),
			}),
		);
	}

	/** Whatever goes wrong with an attempt, and in what follows it, costs one entry: it is counted, and its slot is free. */
	function guard(pending: Pending, act: () => void): void {
		try {
			act();
		} catch (error) {
			if (!leave(pending)) queue.fail(pending.mirror.host, pending);
			if (!pending.isOver) fail(pending, permanent("io", `an unexpected error: ${describe(error).message}`), nobody);
			pumpSoon();
		}
	}

	/**
	 * Not at once: the HTTP client must first learn that a response is over, and what ends at once would start the next
	 * within. And for all that ends in one turn of the event loop: what starts in a row stays in the processor's cache.
	 */
	function pumpSoon(): void {
		if (pumpIsDue) return;
		pumpIsDue = true;
		setImmediate(() => {
			pumpIsDue = false;
			pump();
		});
	}

	/** The connection is free: the next request leaves while this file gets its name. */
	function receive(pending: Pending): void {
		pending.isReceived = true;
		publishing++;
		lending.end(pending);
		queue.succeed(pending.mirror.host, pending);
		pumpSoon();
	}

	/** @returns Whether the slot was given back before. */
	function leave(pending: Pending): boolean {
		if (!pending.isRunning) return true;
		pending.isRunning = false;
		inFlight.delete(pending);
		lending.end(pending);
		if (!pending.isReceived) return false;
		publishing--;
		return true;
	}

	function settle(pending: Pending, result: AttemptResult): void {
		const isFree = leave(pending);
		const { host } = pending.mirror;
		// A Metalink is asked for beside the file: what is known of that stays.
		if (!pending.mirror.description) keepFacts(pending, result);
		if (result.redirects) queue.charge(host, result.redirects);
		if (result.kind === "failed") {
			const { failure } = result;
			if (failure.code === "disk_full" || failure.endsRun) context.onSinkLost(failure);
			retrying.decide(pending, result);
			return pumpSoon();
		}
		if (!isFree && result.kind === "saved") queue.succeed(host, pending);
		else if (!isFree) queue.fail(host, pending);
		switch (result.kind) {
			case "saved":
				save(pending, result);
				break;
			case "skipped":
				end(pending, result.worker, howSkipped(result, pending));
				break;
			case "cancelled":
				end(pending, result.worker, { status: "cancelled" });
		}
		pumpSoon();
	}

	function save(pending: Pending, result: AttemptResult & { readonly kind: "saved" }): void {
		const record = book.of(pending.mirror.host);
		retrying.hear(record);
		record.saved++;
		record.bytes += result.bytes;
		queue.bring(record.host, Math.max(0, result.bytes - pending.countedBytes), result.firstByteMs);
		end(pending, result.worker, howSaved(result));
		shortfalls.tellOf(result);
		traces.catchUp(result);
	}

	/** The worker died under the task: what it had published counts, all else is tried again, alone. */
	function lose(pending: Pending, error: unknown): void {
		if (!leave(pending)) queue.fail(pending.mirror.host, pending);
		pending.isReceived = false;
		const worker = error instanceof WorkerLostError ? error.worker : nobody;
		const { message } = describe(error);
		const published =
			error instanceof WorkerLostError ? traces.inherit(worker, error.owner).get(pending.key) : undefined;
		pending.made--;
		pending.deaths++;
		pending.kept = true;
		if (published) end(pending, worker, { status: "saved", ...published });
		else if (stopped) end(pending, worker, { status: "cancelled" });
		else if (pending.deaths >= mostDeaths)
			fail(pending, permanent("worker_crashed", `${mostDeaths} workers died under it; the last: ${message}`), worker);
		else retrying.wait(pending, { waitMs: 0, failure: transient("worker_crashed", message), worker });
		pumpSoon();
	}

	function fail(pending: Pending, failure: Failure, worker: WorkerLabel): void {
		book.of(pending.mirror.host).failed++;
		end(pending, worker, howFailed(failure, pending));
	}

	function end(pending: Pending, worker: WorkerLabel, how: HowEnded): void {
		const { entry, attempts, startedMs, httpStatus, id, key } = pending;
		weight -= pending.weight;
		pending.isOver = true;
		const ms = startedMs === undefined ? 0 : performance.now() - startedMs;
		recorder.end(
			{ entry, worker, attempts, ms, httpStatus, how },
			{ id, key, host: pending.mirror.host, refreshed: pending.demands?.refresh },
		);
	}

	const progressListener: ProgressListener = {
		onBytes: (pending, bytes) => queue.advance(pending.mirror.host, bytes),
		onSlots: lending.hear,
	};

	function tailState(): TailState {
		return { steps: inFlight.steps, inFlight: inFlight.all, backingOff: backOff.size, waiting: queue.size };
	}

	return {
		offer,
		pump,
		isHungry: appetite.isHungry,
		hunger: appetite.hunger,
		progress: (progress) => {
			inFlight.advance(progress, progressListener);
			pump();
		},
		waiting: () => queue.size,
		hosts: () => book.summary(queue.levelOf),
		levels: book.levels,
		finish: () =>
			new Promise((resolve) => {
				listRead = true;
				queue.endIsNear();
				const endWatch = watchTail(tailState, (message) => sink.on({ type: "note", message: publicText(message) }));
				onDone = () => {
					endWatch();
					onDone = undefined;
					retrying.warn();
					// The pauses of hosts that nothing waits for.
					queue.clear();
					resolve();
				};
				pump();
			}),
		control(event) {
			controls.on(event);
			pumpSoon();
		},
		stop() {
			if (stopped) return;
			stopped = true;
			appetite.stop();
			for (const pending of [...backOff.drain(), ...queue.clear()]) retrying.stop(pending);
			pump();
		},
	};
}
