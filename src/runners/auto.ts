/** The model `auto`: begins on this event loop and adds threads while that loop is what limits. */
import { performance } from "node:perf_hooks";
import { createAsyncRunner } from "./async.ts";
import type { RemoteRunner } from "./remote.ts";
import { beforeEnd, type Runner, type RunnerOptions } from "./runner.ts";
import { createThreadsRunner } from "./threads.ts";
import { createUnion } from "./union.ts";

/** How often the load is looked at, in milliseconds. */
const lookMs = 500;
/** Share of the time that the event loop works, above which it is what limits. */
const busyLoop = 0.9;
/** Looks in a row that must agree. */
const looksToAgree = 4;
/** Of work that takes no longer, in seconds, a thread costs more than it brings. */
const worthSeconds = 1.5;
/** What a thread must add to the files per second to be followed by another. */
const worthwhileGain = 1.05;

/** @throws {NodeJS.ErrnoException} the directory's state cannot be written. */
export async function createAutoRunner(options: RunnerOptions): Promise<Runner> {
	const main = await createAsyncRunner(options);
	const union = createUnion(options.concurrency, [main]);
	const self = { model: "auto", number: 0 } as const;
	const note = (message: string): void => options.onNote({ level: "note", message, worker: self });
	let ended = 0;
	let inFlight = 0;
	let threads: RemoteRunner | undefined;
	let busyLooks = 0;
	let before: { readonly rate: number } | undefined;
	let last = { load: performance.eventLoopUtilization(), ended: 0, atMs: performance.now() };
	let growing: Promise<void> | undefined;

	const look = (): void => {
		const now = performance.now();
		const { utilization } = performance.eventLoopUtilization(last.load);
		const rate = ((ended - last.ended) * 1000) / (now - last.atMs);
		last = { load: performance.eventLoopUtilization(), ended, atMs: now };
		// Slots that stay empty: the list or the hosts limit, not the loop.
		const left = options.left?.() ?? (inFlight >= options.concurrency * 0.75 ? Number.POSITIVE_INFINITY : 0);
		const isLimited = utilization >= busyLoop && left > 0;
		busyLooks = isLimited ? busyLooks + 1 : 0;
		if (busyLooks < looksToAgree || growing || (threads?.loops ?? 0) >= options.workers - 1) return;
		if (left < rate * worthSeconds) return;
		busyLooks = 0;
		if (before && rate < before.rate * worthwhileGain) {
			note(
				`the last thread changed ${before.rate.toFixed(0)} to ${rate.toFixed(0)} files/s: no more threads are added`,
			);
			clearInterval(timer);
			return;
		}
		before = { rate };
		note(
			`the event loop is busy for ${(utilization * 100).toFixed(0)} % of the time at ${rate.toFixed(0)} files/s: adding a thread`,
		);
		growing = grow();
	};
	const grow = async (): Promise<void> => {
		try {
			if (threads) await threads.grow();
			else {
				threads = await createThreadsRunner({ ...options, workers: 1 });
				union.add(threads);
			}
		} catch (error) {
			note(`no thread could be added: ${error instanceof Error ? error.message : String(error)}`);
			clearInterval(timer);
		}
		growing = undefined;
	};
	const timer = setInterval(look, lookMs).unref();
	const count = (): void => {
		inFlight--;
		ended++;
	};

	return {
		slots: options.concurrency,
		isolates: false,
		get loops() {
			return union.loops;
		},
		run(task, listener) {
			inFlight++;
			union.run(task, beforeEnd(listener, count));
		},
		keepCookies: union.keepCookies,
		grant: union.grant,
		shareRates: union.shareRates,
		async [Symbol.asyncDispose]() {
			clearInterval(timer);
			await growing;
			await union[Symbol.asyncDispose]();
		},
	};
}
