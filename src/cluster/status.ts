/** What runs in a cluster, as Redis has it. */
import type { Redis } from "ioredis";
import { runKeys } from "./keys.ts";
import { readRuns } from "./leftovers.ts";
import { isStats, type RunStats } from "./messages.ts";
import { connectRedis, openRedis, withinPatience } from "./redis.ts";
import { readWorkers } from "./registry.ts";

export type ClusterStatus = {
	readonly runs: readonly ({ readonly run: string; readonly list: string } & RunStats)[];
	readonly workers: readonly {
		readonly worker: string;
		readonly host: string;
		readonly pid: number;
		/** The run that it works for; the first where there are several, null where there is none. */
		readonly run: string | null;
		readonly inFlight: number;
		readonly filesPerSecond: number;
		/** ISO 8601, by the clock of Redis. */
		readonly seenAt: string;
	}[];
};

/** @throws {ClusterError} Redis cannot be used. */
export async function readStatus(redisUrl: string): Promise<ClusterStatus> {
	const redis = openRedis({ url: redisUrl, env: process.env });
	try {
		return await withinPatience(redis, redisUrl, read(redis, redisUrl));
	} finally {
		redis.disconnect();
	}
}

async function read(redis: Redis, redisUrl: string): Promise<ClusterStatus> {
	await connectRedis(redis, redisUrl);
	const infos = await readRuns(redis);
	const texts = await Promise.all(infos.map(({ run }) => redis.hget(runKeys(run).run, "stats")));
	const workers = await readWorkers(redis);
	return {
		runs: infos.map(({ run, list }, n) => ({ run, list, ...statsOf(texts[n]) })),
		workers: workers.map(({ id, host, pid, runs, inFlight, filesPerSecond, seenAtMs }) => ({
			worker: id,
			host,
			pid,
			run: runs[0] ?? null,
			inFlight,
			filesPerSecond,
			seenAt: new Date(seenAtMs).toISOString(),
		})),
	};
}

function statsOf(text: string | null | undefined): RunStats {
	const nothing = { total: 0, saved: 0, failed: 0, waiting: 0, workers: 0, filesPerSecond: 0, hosts: [] };
	if (text === null || text === undefined) return nothing;
	const value: unknown = JSON.parse(text);
	return isStats(value) ? value : nothing;
}
