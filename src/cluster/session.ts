/** A worker's part in one run: takes batches, downloads, and tells what became of each task. */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { DownloadOptions } from "../core/options.ts";
import type { Method } from "../core/outcome.ts";
import { stateLayout } from "../core/state-layout.ts";
import { type AttemptResult, cancelledResult, type WorkerLabel } from "../core/task.ts";
import { leaveOwners } from "../journal/owners.ts";
import { ownerIdOf } from "../runners/runner.ts";
import { createArrivals } from "./arrivals.ts";
import { type BacklogTask, createBacklog } from "./backlog.ts";
import { createBatchTaker } from "./batch-taker.ts";
import { messageOf } from "./cluster-error.ts";
import type { Control } from "./control.ts";
import { createHeldBatches } from "./held-batches.ts";
import { type InnerRunners, startInnerRunners } from "./inner-runners.ts";
import { joinRun } from "./join.ts";
import { runKeys } from "./keys.ts";
import { isCookies, protocol, type RunInfo, readBatch } from "./messages.ts";
import { openBatchSource, type TakenBatch } from "./queue.ts";
import { createReporter } from "./reporter.ts";
import type { Room } from "./room.ts";
import type { Seal } from "./seal.ts";
import { beatMs, fenceMs } from "./timing.ts";

/** Beyond what it downloads, a worker holds so much work, in seconds. */
const aheadSeconds = 0.3;
const watchMs = 200;
/** What a worker that joins anew has still to tell of before arrives within this time, or it does not matter any more. */
const farewellMs = 60_000;
/** So long it waits itself for its last word to arrive, in milliseconds. */
const farewellWaitMs = 500;
const nobody: WorkerLabel = { model: "cluster", number: 0 };

export type SessionOptions = {
	readonly info: RunInfo;
	/** Of the run, with the worker's own sink. */
	readonly options: DownloadOptions;
	readonly method: Method;
	readonly workers: number;
	readonly room: Room;
	readonly redis: Redis;
	readonly seal: Seal;
	readonly log: (message: string) => void;
};

/** `over`: the run has ended. `again`: the worker must join anew. `drained`: it has left by itself. */
export type SessionEnd = "over" | "again" | "drained";

export type Session = {
	readonly run: string;
	readonly inFlight: number;
	readonly filesPerSecond: number;
	readonly done: Promise<SessionEnd>;
	onControl(control: Control): void;
	/** Takes nothing more, and leaves when what is in flight has ended or the time is up. */
	drain(ms: number): void;
	/** The run is over. */
	end(): void;
};

/** Joins a run; undefined where it is over. @throws what keeps the inner runners from starting. */
export async function startSession(options: SessionOptions): Promise<Session | undefined> {
	const { info, redis, room } = options;
	const { run } = info;
	const number = await joinRun(redis, run);
	if (number === undefined) return undefined;
	const cancel = new AbortController();
	const backlog = createBacklog(pump);
	let inFlight = 0;
	/** Batches that it has and may not begin yet. */
	const arrivals = createArrivals();
	let ended = 0;
	let filesPerSecond = 0;
	let acknowledgedMs = performance.now();
	let state: "works" | "stops" | "drains" | "leaves" = "works";
	let finish: (end: SessionEnd) => void = () => {};
	const done = new Promise<SessionEnd>((resolve) => {
		finish = resolve;
	});
	const reporter = createReporter({
		redis,
		key: runKeys(run).results,
		seal: options.seal,
		facts: () => ({
			protocol,
			worker: number,
			host: hostname(),
			pid: process.pid,
			capacity: room.capacity,
			inFlight,
			filesPerSecond,
			held: held.names(),
			waits: arrivals.names(),
		}),
		onArrival(sentAtMs) {
			acknowledgedMs = Math.max(acknowledgedMs, sentAtMs);
		},
	});
	const held = createHeldBatches(() => reporter.tell());
	const name = ownerIdOf(run, { model: "cluster", number });
	const inner: InnerRunners = await startInnerRunners({
		...options,
		name,
		concurrency: room.capacity,
		signal: cancel.signal,
		onProgress: reporter.progress,
		onSetCookie: reporter.cookies,
		onDemand: (demand) => void reporter.tell({ demand }),
		onBroken: (message) => {
			options.log(message);
			void reporter.tell({ note: message });
			drain(0);
		},
		onNote: options.log,
	});
	const source = openBatchSource({ run, redis, number });
	const leaveRoom = room.join(pump);
	const taker = createBatchTaker({
		source,
		wantsMore: () => backlog.size + arrivals.size < Math.max(room.capacity, filesPerSecond * aheadSeconds),
		isOpen: () => state === "works",
		onBatch: accept,
	});

	function pump(): void {
		// A place that was taken for nothing and given back would be offered to this very run again, without end.
		while (!cancel.signal.aborted && backlog.isReady() && room.take()) {
			const next = backlog.take();
			if (next) start(next);
		}
		taker.wake();
	}

	function start(one: BacklogTask): void {
		inFlight++;
		const leave = (): void => {
			inFlight--;
			ended++;
			held.endTask(one.batch);
			room.release();
			if (inFlight === 0) onIdle();
		};
		inner.run(one.task, {
			onResult(result) {
				tellResult(one, result);
				leave();
			},
			onLost(why, owner) {
				reporter.lost({ hand: one.hand, why, owner });
				leave();
			},
		});
	}

	function tellResult({ hand, task }: BacklogTask, result: AttemptResult): void {
		// What this worker gives up, another may do; what the run gives up is cancelled.
		if (result.kind === "cancelled" && state !== "stops") return reporter.back(hand, result.kept);
		if (result.kind === "failed" && result.retryAfterMs !== undefined) {
			backlog.pause(new URL(task.url).host, Math.min(result.retryAfterMs, options.options.retryMaxWaitMs));
		}
		reporter.result(hand, result);
	}

	function giveBack(): void {
		for (const { hand, task, batch } of [...backlog.clear(), ...arrivals.clear()]) {
			if (state === "stops") reporter.result(hand, cancelledResult(task, nobody));
			else reporter.back(hand, false);
			held.endTask(batch);
		}
	}

	function accept(batch: TakenBatch): void {
		try {
			const { tasks } = readBatch(options.seal.open(batch.content));
			// A queue that has lost its last changes gives the same out again.
			if (held.names().includes(batch.name)) return;
			held.add(batch, tasks.length);
			arrivals.add(batch.name, tasks);
			if (state !== "works") giveBack();
			// Nothing begins before the coordinator has said so: it alone knows whether it is done already, or with others.
			void reporter.tell();
		} catch (error) {
			options.log(`a batch of the run ${run} is refused: ${messageOf(error)}`);
			void reporter.tell({ refused: { batch: batch.name, why: messageOf(error) } });
			batch.finish().catch(() => {});
		}
	}

	function onAssigned({ begin, drop }: { readonly begin: readonly string[]; readonly drop: readonly string[] }): void {
		for (const name of begin) for (const one of arrivals.take(name)) backlog.push(one);
		for (const name of drop) if (arrivals.take(name).length > 0) held.drop(name);
		pump();
	}

	function stop(): void {
		if (state !== "works" && state !== "drains") return;
		state = "stops";
		giveBack();
		cancel.abort();
		taker.wake();
		if (inFlight === 0) onIdle();
	}

	function drain(ms: number): void {
		if (state !== "works") return;
		state = "drains";
		giveBack();
		taker.wake();
		drainTimer = setTimeout(() => cancel.abort(), ms);
		if (inFlight === 0) onIdle();
	}

	function onIdle(): void {
		if (state === "stops") void reporter.tell({ state: "stopped" });
		if (state !== "drains") return;
		const toldAll = reporter.tell({ state: "left" });
		void leave("drained", toldAll);
	}

	/** @param before - What is waited for, not without end: the coordinator may be gone. */
	async function leave(end: SessionEnd, before: Promise<unknown> = Promise.resolve()): Promise<void> {
		if (state === "leaves") return;
		state = "leaves";
		for (const timer of timers) clearInterval(timer);
		held.close();
		clearTimeout(drainTimer);
		taker.wake();
		giveBack();
		cancel.abort();
		await Promise.race([before, sleep(farewellWaitMs)]);
		leaveRoom();
		await inner[Symbol.asyncDispose]();
		// This process goes on: it does not tell that what it left is free.
		leaveOwners(stateLayout(options.options.dir), (id) => id.startsWith(`${name}-`));
		if (end === "again") {
			void reporter.tell({ state: "left" });
			setTimeout(reporter.close, farewellMs).unref();
		} else reporter.close();
		await source[Symbol.asyncDispose]();
		finish(end);
	}

	function keepCookies(sealed: string): void {
		try {
			const cookies = options.seal.open(sealed);
			if (isCookies(cookies)) inner.keepCookies(cookies);
		} catch {
			// Of somebody who does not know the key.
		}
	}

	/** Redis does not answer: before others begin what this worker has, it lets go of it. */
	function watchFence(): void {
		if (performance.now() - acknowledgedMs < fenceMs(process.env)) return;
		const silence = `Redis has not answered for ${fenceMs(process.env) / 1000} s`;
		options.log(`${silence}: what is in flight of the run ${run} is given up`);
		void leave("again");
	}

	let drainTimer: NodeJS.Timeout | undefined;
	const timers = [
		setInterval(() => {
			filesPerSecond = filesPerSecond * 0.5 + ended * (1000 / beatMs) * 0.5;
			ended = 0;
			void reporter.tell();
			taker.wake();
		}, beatMs),
		setInterval(watchFence, watchMs),
	];
	// The runners may have taken long to start.
	acknowledgedMs = performance.now();
	void reporter.tell().then(taker.start);
	return {
		run,
		get inFlight() {
			return inFlight;
		},
		get filesPerSecond() {
			return filesPerSecond;
		},
		done,
		onControl(control) {
			if (control.run !== run) return;
			if (control.type === "stop") stop();
			else if (control.type === "end") void leave("over");
			else if (control.type === "dead" && control.worker === number) void leave("again");
			else if (control.type === "assign" && control.worker === number) onAssigned(control);
			else if (control.type === "rate" && control.worker === number) inner.shareRate(control.share);
			else if (control.type === "cookies") keepCookies(control.cookies);
			else if (control.type === "grant") inner.grant(control.grants);
			else if (control.type === "pause") backlog.pause(control.host, control.ms);
		},
		drain,
		end: () => void leave("over"),
	};
}
