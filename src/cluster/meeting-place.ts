/** What a coordinator has in Redis: the connections, the announcement of its run, the queue and the stream of results. */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { processPlace, processStart } from "../journal/process-identity.ts";
import { nameDirectory } from "../journal/state-id.ts";
import type { ClusterPlace, RunnerOptions } from "../runners/runner.ts";
import { announce, dismissWorkers, removeRun } from "./announce.ts";
import { runKeys } from "./keys.ts";
import { protocol, type RunInfo, type RunSetup } from "./messages.ts";
import { type BatchQueue, openBatchQueue } from "./queue.ts";
import { connectRedis, openRedis, withinPatience } from "./redis.ts";
import { untilLeft } from "./registry.ts";
import { createSeal, type Seal } from "./seal.ts";
import { sinkIdentity } from "./sink-identity.ts";
import { readStream } from "./stream.ts";

/** Longest that the end of a run waits for Redis, in milliseconds. */
const goodbyeMs = 1000;
/** Longest that it waits for its workers to have left the sink, in milliseconds; a run that was stopped is in a hurry. */
const leavingMs = 5000;
const hurriedLeavingMs = 400;
const pollMs = 20;

export type MeetingPlace = AsyncDisposable & {
	readonly run: string;
	readonly redis: Redis;
	readonly seal: Seal;
	readonly queue: BatchQueue;
	/** Says that the coordinator lives, and all that workers must know. @param highest - Number of a worker so far. @returns Whether Redis had lost that. */
	announce(highest: number): Promise<boolean>;
	/** Reads what workers tell until the place is left. */
	read(onMessage: (text: string) => void, onRead: () => void): void;
};

/** @throws {ClusterError} Redis or the sink cannot be used. */
export async function openMeetingPlace(options: RunnerOptions, cluster: ClusterPlace): Promise<MeetingPlace> {
	const { run, onNote, signal } = options;
	const { env } = process;
	const seal = createSeal(env.DOWNSPOUT_CLUSTER_KEY);
	const redis = openRedis({ url: cluster.redis, env });
	for (const message of await connectRedis(redis, cluster.redis)) {
		onNote({ level: "warning", message, worker: { model: "cluster", number: 0 } });
	}
	const info = await introduce(run, cluster);
	// Where this machine has its files is no business of others.
	const { dirPath, ...shared } = options.options;
	const setup: RunSetup = { options: shared };
	// What it waits for is asked anew, not sent again: an answer that is too large would be lost without end.
	const reader = redis.duplicate({ maxRetriesPerRequest: 0 });
	reader.on("error", () => {});
	const left = new AbortController();
	const open = async (): Promise<BatchQueue> => {
		// Their workers have left, and what they left in the sink has been taken over.
		for (const over of cluster.over) await removeRun(redis, over);
		await announce(redis, seal, { info, setup, highest: 0, signal: left.signal });
		return openBatchQueue(run, redis);
	};
	const queue = await withinPatience(redis, cluster.redis, open());
	return {
		run,
		redis,
		seal,
		queue,
		announce: (highest) => announce(redis, seal, { info, setup, highest, signal: left.signal }),
		read(onMessage, onRead) {
			void readStream({ redis: reader, key: runKeys(run).results, signal: left.signal, onMessage, onRead });
		},
		async [Symbol.asyncDispose]() {
			left.abort();
			const patienceMs = signal.aborted ? hurriedLeavingMs : leavingMs;
			// A connection that was lost a moment ago is there again in a moment.
			if (await untilReady(redis, signal.aborted ? hurriedLeavingMs : goodbyeMs)) {
				const goodbye = endRun(redis, run, patienceMs).catch(() => {});
				await Promise.race([goodbye, sleep(patienceMs + goodbyeMs, undefined, { ref: false })]);
			}
			await queue[Symbol.asyncDispose]();
			reader.disconnect();
			redis.disconnect();
		},
	};
}

/** @returns Whether the connection is there within the time. */
async function untilReady(redis: Redis, mostMs: number): Promise<boolean> {
	const untilMs = performance.now() + mostMs;
	while (redis.status !== "ready" && performance.now() < untilMs) await sleep(pollMs);
	return redis.status === "ready";
}

/** What workers write in the sink after the end would stay there. */
async function endRun(redis: Redis, run: string, patienceMs: number): Promise<void> {
	await dismissWorkers(redis, run);
	await untilLeft(redis, [run], patienceMs);
	await removeRun(redis, run);
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
