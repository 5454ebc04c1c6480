/** The workers as all can see them in Redis, each for as long as it gives signs of life. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { isObject } from "./checks.ts";
import { keepSeconds, workerKey, workersKey } from "./keys.ts";

const pollMs = 20;

export type WorkerEntry = {
	readonly id: string;
	readonly host: string;
	readonly pid: number;
	/** Runs that it works for. */
	readonly runs: readonly string[];
	readonly inFlight: number;
	readonly filesPerSecond: number;
};

export type SeenWorker = WorkerEntry & {
	/** When it gave its last sign of life, in milliseconds since 1970, by the clock of Redis. */
	readonly seenAtMs: number;
};

export async function register(redis: Redis, entry: WorkerEntry, keepMs: number): Promise<void> {
	await redis
		.pipeline()
		.sadd(workersKey, entry.id)
		.expire(workersKey, keepSeconds)
		.set(workerKey(entry.id), JSON.stringify({ ...entry, keepMs }), "PX", keepMs)
		.exec();
}

export async function unregister(redis: Redis, id: string): Promise<void> {
	await redis.pipeline().srem(workersKey, id).del(workerKey(id)).exec();
}

export async function readWorkers(redis: Redis): Promise<readonly SeenWorker[]> {
	const [seconds = 0, microseconds = 0] = (await redis.time()).map(Number);
	const nowMs = seconds * 1000 + microseconds / 1000;
	const workers: SeenWorker[] = [];
	const ids = await redis.smembers(workersKey);
	const asked = redis.pipeline();
	for (const id of ids) asked.get(workerKey(id)).pttl(workerKey(id));
	const answers = (await asked.exec()) ?? [];
	const gone = ids.filter((_, n) => {
		const [text, leftMs] = [answers[2 * n]?.[1], answers[2 * n + 1]?.[1]];
		const entry = typeof text === "string" ? readEntry(text) : undefined;
		if (!entry) return true;
		workers.push({ ...entry, seenAtMs: Math.round(nowMs - (entry.keepMs - Number(leftMs))) });
		return false;
	});
	if (gone.length > 0) await redis.srem(workersKey, ...gone);
	return workers;
}

/** Waits until no worker is at these runs any more, as far as workers say. @param mostMs - Longest wait, in milliseconds. */
export async function untilLeft(redis: Redis, runs: readonly string[], mostMs: number): Promise<void> {
	if (runs.length === 0) return;
	const untilMs = performance.now() + mostMs;
	for (;;) {
		const workers = await readWorkers(redis);
		if (!workers.some((worker) => worker.runs.some((run) => runs.includes(run)))) return;
		if (performance.now() >= untilMs) return;
		await sleep(pollMs);
	}
}

function readEntry(text: string): (WorkerEntry & { readonly keepMs: number }) | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isEntry(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isEntry(value: unknown): value is WorkerEntry & { readonly keepMs: number } {
	if (!isObject(value) || !Array.isArray(value.runs)) return false;
	const numbers = ["pid", "inFlight", "filesPerSecond", "keepMs"];
	return (
		typeof value.id === "string" &&
		typeof value.host === "string" &&
		numbers.every((name) => typeof value[name] === "number")
	);
}
