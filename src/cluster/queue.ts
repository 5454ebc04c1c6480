/** The queue of a run's batches, on BullMQ: what a coordinator and a worker need of it, and nothing else. */
import { type Job, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { jobKey, keepSeconds, queueKeys, queuePrefix } from "./keys.ts";

/** How long a batch stays a worker's without a word of it, in milliseconds. */
const lockMs = 15_000;
/** Longest wait for a batch in one call, in seconds. */
const blockSeconds = 5;
/** Longest wait for a connection to close: BullMQ waits for ever while Redis is out of reach. */
const closeMs = 1500;

/** A batch as it is in the queue: its name, and its sealed content. */
export type QueuedBatch = { readonly name: string; readonly content: string };

/** What became of a batch: it waits in the queue, was taken by the worker of this number in the run, or is gone. */
export type BatchState =
	| { readonly kind: "waits" | "gone" | "unknown" }
	| { readonly kind: "taken"; readonly taker: number };

export type BatchQueue = AsyncDisposable & {
	add(batches: readonly QueuedBatch[]): Promise<void>;
	/** Looks at batches that nobody says to have. */
	look(names: readonly string[]): Promise<readonly BatchState[]>;
	/** Takes batches out, whoever has them. */
	remove(names: readonly string[]): Promise<void>;
	/** Sees to it that nothing outlives a coordinator that vanished by more than a day. */
	keepAlive(): Promise<void>;
};

/** What the key of a batch's lock ends with: that expires by itself, soon. */
const lockEnd = ":lock";

/** The coordinator's side, of a run that is announced: what is written here is found by that. @param redis - Stays open. */
export async function openBatchQueue(run: string, redis: Redis): Promise<BatchQueue> {
	const queue = new Queue(run, {
		connection: redis,
		prefix: queuePrefix,
		streams: { events: { maxLen: 100 } },
		defaultJobOptions: { removeOnComplete: true, removeOnFail: true, keepLogs: 0 },
	});
	queue.on("error", () => {});
	const keys = queueKeys(run);
	const keepAlive = async (): Promise<void> => {
		const asked = redis.pipeline();
		for (const key of keys) asked.expire(key, keepSeconds);
		await asked.exec();
	};
	// It waits until what BullMQ writes of a new queue is written: nothing of that comes after the end of a short run.
	await queue.getVersion();
	await keepAlive();
	return {
		async add(batches) {
			const jobs = batches.map(({ name, content }) => ({ name: "batch", data: content, opts: { jobId: name } }));
			await queue.addBulk(jobs);
			const expiry = redis.pipeline();
			for (const { name } of batches) expiry.expire(jobKey(run, name), keepSeconds);
			for (const key of keys) expiry.expire(key, keepSeconds);
			await expiry.exec();
		},
		async look(names) {
			const asked = redis.pipeline();
			for (const name of names) {
				const key = jobKey(run, name);
				// Not the batch itself: an answer that is too large for a connection is never given.
				asked.exists(key).hget(key, "processedOn").get(`${key}${lockEnd}`);
			}
			const answers = (await asked.exec()) ?? [];
			return names.map((_, n) => stateOf(answers.slice(3 * n, 3 * n + 3)));
		},
		async remove(names) {
			const asked = redis.pipeline();
			for (const name of names) {
				const key = jobKey(run, name);
				for (const list of ["wait", "active"]) asked.lrem(jobKey(run, list), 0, name);
				asked.del(key, `${key}${lockEnd}`);
			}
			await asked.exec();
		},
		keepAlive,
		async [Symbol.asyncDispose]() {
			await within(closeMs, queue.close());
		},
	};
}

/** Removes all that BullMQ keeps of a run. */
export async function obliterateQueue(run: string, redis: Redis): Promise<void> {
	await redis.del(...(await keysNow(run, redis)));
}

/** Nothing of a run stays for ever: its coordinator may have died right after a key came to be. Never throws, and ends soon. */
export async function expireQueue(run: string, redis: Redis): Promise<void> {
	const expireAll = async (): Promise<void> => {
		const asked = redis.pipeline();
		for (const key of await keysNow(run, redis)) if (!key.endsWith(lockEnd)) asked.expire(key, keepSeconds);
		await asked.exec();
	};
	await within(closeMs, expireAll());
}

/** Those of batches included that wait or are taken. */
async function keysNow(run: string, redis: Redis): Promise<readonly string[]> {
	const jobs: string[] = [];
	for (const list of ["wait", "active"]) jobs.push(...(await redis.lrange(jobKey(run, list), 0, -1)));
	return [...queueKeys(run), ...jobs.flatMap((job) => [jobKey(run, job), `${jobKey(run, job)}${lockEnd}`])];
}

type Answer = readonly [error: Error | null, value: unknown];

function stateOf(answers: readonly Answer[]): BatchState {
	// What could not be asked is not gone.
	if (answers.length < 3 || answers.some(([error]) => error)) return { kind: "unknown" };
	const [exists, processedOn, lock] = answers.map(([, value]) => value);
	if (exists === 0) return { kind: "gone" };
	if (processedOn === null || processedOn === undefined) return { kind: "waits" };
	const token = typeof lock === "string" ? tokenPattern.exec(lock) : null;
	return token ? { kind: "taken", taker: Number(token[1]) } : { kind: "gone" };
}

/** A batch is locked by the number of its worker, and by which of the worker's batches it is. */
const tokenPattern = /^(\d+):\d+$/;

/** A batch that a worker has. */
export type TakenBatch = {
	readonly name: string;
	readonly content: string;
	/** Says that the worker still has it. */
	extend(): Promise<void>;
	/** It is done with: whatever became of its tasks has been told. */
	finish(): Promise<void>;
};

export type BatchSource = AsyncDisposable & {
	/** Waits for a batch, for some seconds; undefined where there is none. */
	take(): Promise<TakenBatch | undefined>;
};

export type BatchSourceOptions = {
	readonly run: string;
	readonly redis: Redis;
	/** Of the worker, in the run. */
	readonly number: number;
};

/** The worker's side. @param options - Its `redis` stays open; a connection of its own waits for batches. */
export function openBatchSource({ run, redis, number }: BatchSourceOptions): BatchSource {
	const worker = new Worker<unknown, string>(run, null, {
		connection: redis,
		prefix: queuePrefix,
		autorun: false,
		drainDelay: blockSeconds,
		lockDuration: lockMs,
		skipStalledCheck: true,
		skipLockRenewal: true,
	});
	worker.on("error", () => {});
	let count = 0;
	return {
		async take() {
			const token = `${number}:${++count}`;
			const job: Job<unknown, string> | undefined = await worker.getNextJob(token);
			return job && taken(job, token);
		},
		async [Symbol.asyncDispose]() {
			await within(closeMs, worker.close(true));
		},
	};
}

function taken(job: Job<unknown, string>, token: string): TakenBatch {
	return {
		name: job.id ?? "",
		content: typeof job.data === "string" ? job.data : "",
		async extend() {
			await job.extendLock(token, lockMs);
		},
		async finish() {
			await job.moveToCompleted("", token, false);
		},
	};
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const limit = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, ms);
	});
	await Promise.race([work.catch(() => {}), limit]);
	clearTimeout(timer);
}
