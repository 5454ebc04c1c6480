/** A run as all can see it in Redis: announced while its coordinator lives, and gone without a trace after its end. */
import type { Redis } from "ioredis";
import { tellWorkers } from "./control.ts";
import { keepSeconds, runKeys, runsKey } from "./keys.ts";
import type { RunInfo, RunSetup, RunStats } from "./messages.ts";
import { obliterateQueue } from "./queue.ts";
import type { Seal } from "./seal.ts";
import { makeStream } from "./stream.ts";
import { coordinatorGoneMs } from "./timing.ts";

export type Announcement = {
	readonly info: RunInfo;
	readonly setup: RunSetup;
	/** The highest number that a worker of the run has, as far as that is known. */
	readonly highest: number;
	/** The run is over: what is written then would stay. */
	readonly signal: AbortSignal;
};

/** A Redis that lost its data, or has that of a minute ago, must not give numbers a second time. Tells whether it had lost them. */
const keepCounting = `local counted = tonumber(redis.call("GET", KEYS[1]) or -1)
if counted < tonumber(ARGV[1]) then redis.call("SET", KEYS[1], ARGV[1], "EX", ARGV[2]) end
return counted < tonumber(ARGV[1]) and 1 or 0`;

/**
 * Writes all of it each time: a Redis that lost its data has it again at the next sign of life.
 * @returns Whether something of it was not there.
 */
export async function announce(
	redis: Redis,
	seal: Seal,
	{ info, setup, highest, signal }: Announcement,
): Promise<boolean> {
	const keys = runKeys(info.run);
	if (signal.aborted) return false;
	const isStreamNew = await makeStream(redis, keys.results);
	if (signal.aborted) {
		await redis.del(keys.results);
		return false;
	}
	const answers = await redis
		.pipeline()
		// Before all else: who sees the run may join.
		.eval(keepCounting, 1, keys.workers, highest, keepSeconds)
		.hset(keys.run, { info: JSON.stringify(info), setup: seal.close(setup) })
		.expire(keys.run, keepSeconds)
		.expire(keys.results, keepSeconds)
		.expire(keys.workers, keepSeconds)
		.set(keys.alive, "1", "PX", coordinatorGoneMs)
		.sadd(runsKey, info.run)
		.expire(runsKey, keepSeconds)
		.exec();
	const [counter, fields] = (answers ?? []).map(([, value]) => value);
	return isStreamNew || counter === 1 || (typeof fields === "number" && fields > 0);
}

export async function tellStats(redis: Redis, run: string, stats: RunStats): Promise<void> {
	await redis.hset(runKeys(run).run, { stats: JSON.stringify(stats) });
}

/** Lets nobody join any more, and sends those home who have. What tells of the run stays until they have left. */
export async function dismissWorkers(redis: Redis, run: string): Promise<void> {
	await redis.del(runKeys(run).alive);
	tellWorkers(redis, { type: "end", run });
}

/**
 * Removes all that there is of a run. Workers that do not know yet find nothing, and make nothing. What tells of it goes
 * last, all at once: whoever follows a coordinator that is killed meanwhile still finds the run.
 */
export async function removeRun(redis: Redis, run: string): Promise<void> {
	const keys = runKeys(run);
	await obliterateQueue(run, redis);
	await redis.multi().srem(runsKey, run).del(keys.run, keys.alive, keys.results, keys.workers).exec();
}
