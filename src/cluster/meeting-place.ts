/** What a coordinator has in Redis: the connections, the announcement of its run, the queue and the stream of results. */
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import { processPlace, processStart } from "../journal/process-identity.ts";
import type { ClusterPlace, RunnerOptions } from "../runners/runner.ts";
import { announce, removeRun } from "./announce.ts";
import { runKeys } from "./keys.ts";
import { protocol, type RunInfo, type RunSetup } from "./messages.ts";
import { type BatchQueue, openBatchQueue } from "./queue.ts";
import { connectRedis, openRedis } from "./redis.ts";
import { createSeal, type Seal } from "./seal.ts";
import { sinkIdentity } from "./sink-identity.ts";
import { nameDirectory } from "./state-id.ts";
import { readStream } from "./stream.ts";

/** Longest that the end of a run waits for Redis, in milliseconds. */
const goodbyeMs = 1000;

export type MeetingPlace = AsyncDisposable & {
	readonly run: string;
	readonly redis: Redis;
	readonly seal: Seal;
	readonly queue: BatchQueue;
	/** Says that the coordinator lives, and all that workers must know. */
	announce(): Promise<void>;
	/** Reads what workers tell until the place is left. */
	read(onMessage: (text: string) => void, onRead: () => void): void;
};

/** @throws {ClusterError} Redis or the sink cannot be used. */
export async function openMeetingPlace(options: RunnerOptions, cluster: ClusterPlace): Promise<MeetingPlace> {
	const { run, onNote } = options;
	const { env } = process;
	const seal = createSeal(env.DOWNSPOUT_CLUSTER_KEY);
	const redis = openRedis({ url: cluster.redis, env });
	for (const message of await connectRedis(redis, cluster.redis, undefined)) {
		onNote({ level: "warning", message, worker: { model: "cluster", number: 0 } });
	}
	const info = await introduce(run, cluster);
	// Where this machine has its files is no business of others.
	const { dirPath, ...shared } = options.options;
	const setup: RunSetup = { options: shared };
	const queue = openBatchQueue(run, redis);
	const reader = redis.duplicate();
	reader.on("error", () => {});
	const left = new AbortController();
	await announce(redis, seal, { info, setup, signal: left.signal });
	return {
		run,
		redis,
		seal,
		queue,
		announce: () => announce(redis, seal, { info, setup, signal: left.signal }),
		read(onMessage, onRead) {
			void readStream({ redis: reader, key: runKeys(run).results, signal: left.signal, onMessage, onRead });
		},
		async [Symbol.asyncDispose]() {
			left.abort();
			const goodbye = redis.status === "ready" ? removeRun(redis, run).catch(() => {}) : Promise.resolve();
			await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, goodbyeMs).unref())]);
			await queue[Symbol.asyncDispose]();
			reader.disconnect();
			redis.disconnect();
		},
	};
}

async function introduce(run: string, cluster: ClusterPlace): Promise<RunInfo> {
	const startTicks = processStart(process.pid);
	return {
		protocol,
		run,
		list: cluster.list,
		sink: cluster.sink,
		sinkId: await sinkIdentity(cluster.sink),
		journalId: await nameDirectory(cluster.journalDir),
		place: processPlace(),
		pid: process.pid,
		...(startTicks === undefined ? {} : { startTicks }),
		host: hostname(),
	};
}
