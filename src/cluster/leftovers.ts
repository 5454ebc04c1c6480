/** Runs whose coordinator was killed: the next one in the same directory ends them before it begins. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { seen } from "../journal/owner-state.ts";
import { nameDirectory } from "../journal/state-id.ts";
import { dismissWorkers } from "./announce.ts";
import { messageOf } from "./cluster-error.ts";
import { runKeys, runsKey } from "./keys.ts";
import { type RunInfo, readInfo } from "./messages.ts";
import { connectRedis, expectPermissions, openRedis, withinPatience } from "./redis.ts";
import { untilLeft } from "./registry.ts";
import { coordinatorGoneMs, silenceMs } from "./timing.ts";

/** A coordinator that lives has said so within this time, in milliseconds. */
const freshMs = 3000;
const pollMs = 100;

/**
 * Ends all runs that wrote the journal of a directory and have no coordinator any more, and waits until no worker is at them.
 * What tells of them stays in Redis, for the case that this run is killed before it has taken over what they left.
 * @returns Their names.
 * @throws {ClusterError} Redis cannot be used.
 */
export async function endRunsOf(redisUrl: string, journalDir: string): Promise<readonly string[]> {
	const redis = openRedis({ url: redisUrl, env: process.env });
	try {
		return await withinPatience(redis, redisUrl, endRuns(redis, redisUrl, journalDir));
	} finally {
		redis.disconnect();
	}
}

async function endRuns(redis: Redis, redisUrl: string, journalDir: string): Promise<readonly string[]> {
	await connectRedis(redis, redisUrl);
	await expectPermissions(redis, redisUrl);
	const journalId = await nameDirectory(journalDir);
	const own = (await readRuns(redis)).filter((info) => info.journalId === journalId);
	const led = await Promise.all(own.map((info) => isLed(redis, info)));
	const over = own.flatMap(({ run }, n) => (led[n] ? [] : [run]));
	for (const run of over) await dismissWorkers(redis, run);
	// A worker that says nothing any more has stopped by itself by then.
	await untilLeft(redis, over, silenceMs(process.env));
	return over;
}

/**
 * All runs that are announced; names of those that are gone are removed.
 * @param onUnreadable - Called for those of another release.
 */
export async function readRuns(
	redis: Redis,
	onUnreadable: (run: string, why: string) => void = () => {},
): Promise<readonly RunInfo[]> {
	const runs: RunInfo[] = [];
	for (const run of await redis.smembers(runsKey)) {
		const text = await redis.hget(runKeys(run).run, "info");
		if (text === null) {
			await redis.srem(runsKey, run);
			continue;
		}
		try {
			runs.push(readInfo(JSON.parse(text)));
		} catch (error) {
			onUnreadable(run, messageOf(error));
		}
	}
	return runs;
}

/** Whether the coordinator of a run lives: by its process where that can be seen, else by its signs of life. */
async function isLed(redis: Redis, { run, place, pid, startTicks }: RunInfo): Promise<boolean> {
	// A program that runs several after each other lives on when one of them has ended and could not tell Redis.
	const sight = pid === process.pid ? "unknown" : seen({ place, pid, coordinatorPid: pid }, pid, startTicks);
	if (sight !== "unknown") return sight === "there";
	let before = Number.POSITIVE_INFINITY;
	const untilMs = performance.now() + freshMs;
	// Whatever is said of how long it lives: who has said nothing new by then is gone.
	while (performance.now() < untilMs) {
		const left = await redis.pttl(runKeys(run).alive);
		if (left < coordinatorGoneMs - freshMs) return false;
		if (left > before) return true;
		before = left;
		await sleep(pollMs);
	}
	return false;
}
