/** One remote worker: is it alive, and what does it hold? */
import { createBag } from "../core/bag.ts";
import type { SetCookie } from "../core/cookie-file.ts";
import type { RateDemand, RateShares } from "../core/rate-shares.ts";
import type { AttemptResult, SlotGrant, Task, TaskProgress, WorkerLabel } from "../core/task.ts";
import type { OpenChannel } from "./channel.ts";
import { createDeferred } from "./deferred.ts";
import type { FromWorker, WorkerSetup } from "./messages.ts";
import { WorkerLostError } from "./runner.ts";

/** How long a worker may take to stop or to leave when it is told to, in milliseconds; then it is killed. */
const patienceMs = 1000;
/** How long a worker may take to start: Node hangs where the system lets it have no more than some of its threads. */
const usualLongestStartMs = 60_000;

export type RemoteWorker = {
	readonly label: WorkerLabel;
	/** Tasks that it holds. */
	readonly held: number;
	/** Whether tasks may be given to it. */
	readonly isWorking: boolean;
	/** Resolves when the worker can work; rejects with why it cannot. */
	readonly ready: Promise<void>;
	/** @throws {WorkerLostError} the worker died under the task. */
	run(task: Task): Promise<AttemptResult>;
	/** Tells it of cookies that servers have set in the run. */
	keepCookies(cookies: readonly SetCookie[]): void;
	/** Tells it of slots beyond their own that its tasks may use. */
	grant(grants: readonly SlotGrant[]): void;
	/** Tells it what it may use of the run's bytes a second. */
	shareRates(shares: RateShares): void;
	/** Cancels what it holds, one way or another. */
	stop(): void;
	/** Lets the worker leave; resolves when it is gone. */
	leave(): Promise<void>;
};

export type RemoteWorkerOptions = {
	readonly open: OpenChannel;
	readonly setup: WorkerSetup;
	readonly onProgress: (progress: readonly TaskProgress[]) => void;
	readonly onSetCookie?: ((cookies: readonly SetCookie[]) => void) | undefined;
	readonly onDemand?: ((worker: string, demand: RateDemand) => void) | undefined;
	/**
	 * Called before its tasks fail, so that nothing more is given to it. Not called when it leaves as told, nor for a
	 * worker that never could work.
	 */
	readonly onLost: (why: string) => void;
	/** How long it may take to start, in milliseconds; a minute unless told. */
	readonly longestStartMs?: number;
};

type Held = {
	readonly id: number;
	readonly resolve: (result: AttemptResult) => void;
	readonly reject: (error: Error) => void;
};

export function startRemoteWorker(options: RemoteWorkerOptions): RemoteWorker {
	const { open, setup, onProgress, onSetCookie, onLost, longestStartMs = usualLongestStartMs } = options;
	const label = setup.worker;
	const held = createBag<Held>();
	const ready = createDeferred<void>();
	const gone = createDeferred<void>();
	let outbox: Task[] = [];
	let state: "starting" | "working" | "leaving" | "gone" = "starting";

	const receive = (message: FromWorker): void => {
		switch (message.type) {
			case "ready":
				if (state === "starting") state = "working";
				ready.resolve();
				break;
			case "unable":
				ready.reject(new Error(message.message));
				break;
			case "progress":
				onProgress(message.progress);
				break;
			case "cookies":
				onSetCookie?.(message.cookies);
				break;
			case "demand":
				options.onDemand?.(setup.ownerId, message.demand);
				break;
			case "results":
				for (const result of message.results) settle(result);
		}
	};
	const settle = (result: AttemptResult): void => {
		for (const one of held) {
			if (one.id !== result.id) continue;
			held.delete(one);
			one.resolve(result);
			return;
		}
	};
	const lose = (why: string): void => {
		const was = state;
		state = "gone";
		ready.reject(new Error(why));
		gone.resolve();
		if (was === "working") onLost(why);
		const lost = [...held];
		held.clear();
		for (const { reject } of lost) reject(new WorkerLostError(label, why));
	};
	const channel = open(setup, { onMessage: receive, onExit: lose });
	const startTimer = setTimeout(() => {
		ready.reject(new Error(`it did not start within ${longestStartMs / 1000} s`));
		channel.kill();
	}, longestStartMs);
	const stopWaiting = (): void => clearTimeout(startTimer);
	ready.promise.then(stopWaiting, stopWaiting);
	const post = (): void => {
		const tasks = outbox;
		outbox = [];
		if (state !== "gone") channel.send({ type: "tasks", tasks });
	};
	const killLater = (isStuck: () => boolean): void => {
		const timer = setTimeout(() => isStuck() && channel.kill(), patienceMs);
		void gone.promise.then(() => clearTimeout(timer));
	};
	return {
		label,
		get held() {
			return held.size;
		},
		get isWorking() {
			return state === "working";
		},
		ready: ready.promise,
		run(task) {
			if (state === "gone") return Promise.reject(new WorkerLostError(label, "it is gone"));
			return new Promise((resolve, reject) => {
				held.add({ id: task.id, resolve, reject });
				outbox.push(task);
				if (outbox.length === 1) queueMicrotask(post);
			});
		},
		keepCookies(cookies) {
			if (state === "working") channel.send({ type: "cookies", cookies });
		},
		grant(grants) {
			const own = state === "working" ? grants.filter(({ id }) => [...held].some((one) => one.id === id)) : [];
			if (own.length > 0) channel.send({ type: "grant", grants: own });
		},
		shareRates(shares) {
			const share = shares.get(setup.ownerId);
			if (share && state === "working") channel.send({ type: "rate", share });
		},
		stop() {
			if (state === "gone") return;
			channel.send({ type: "stop" });
			killLater(() => held.size > 0);
		},
		async leave() {
			if (state === "gone") return;
			state = "leaving";
			channel.send({ type: "leave" });
			killLater(() => true);
			await gone.promise;
		},
	};
}
