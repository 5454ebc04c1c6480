/** A cluster under fire: a list that takes some seconds, an origin, Redis, workers, and a coordinator that is a process of its own. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { queuePrefix } from "../../src/cluster/keys.ts";
import { type Origin, startOrigin } from "../../src/origin/origin.ts";
import { type Ended, startDownspout, waitForEnd } from "../cli/run-downspout.ts";
import { type Batch, createBatch } from "../kill/batch.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { startWorker, type WorkerProcess, type WorkerSetup } from "./worker-processes.ts";

/** Dead workers are known soon here: what is tested is not patience. */
export const quick = { DOWNSPOUT_CLUSTER_SILENCE: "4" };
/** And for a coordinator whose Redis is to come back: a busy machine may take long to start it. */
export const patient = { DOWNSPOUT_CLUSTER_SILENCE: "30" };
const seed = 11;

export type Run = {
	readonly process: ChildProcess;
	readonly ended: Promise<Ended>;
	/** Resolves when it has said something that fits on standard error; it says nothing without `--progress`. */
	says(pattern: RegExp): Promise<void>;
};

export type FaultLab = {
	readonly origin: Origin;
	readonly redis: RedisServer;
	readonly folder: string;
	readonly sink: string;
	readonly dir: string;
	readonly batch: Batch;
	/** The list of the batch; another text may be written there before the start. */
	readonly list: string;
	worker(setup?: Partial<WorkerSetup>): Promise<WorkerProcess>;
	/** Two of them, which start at the same time. */
	twoWorkers(setup?: Partial<WorkerSetup>): Promise<readonly [WorkerProcess, WorkerProcess]>;
	/** Starts the coordinator. */
	start(args?: readonly string[], env?: Readonly<Record<string, string>>): Run;
	/** Resolves when so many requests have been made, so that the run is in the midst of its work. */
	asked(count: number): Promise<void>;
	/** Every file is there once and whole, the counts say so, and nothing is left anywhere. */
	expectAll(ended: Ended): Promise<void>;
	/** Names of what Redis holds, the announcements of workers aside. */
	keys(): Promise<readonly string[]>;
	/** How long each of them still lives, in seconds. */
	lives(): Promise<readonly (readonly [key: string, seconds: number])[]>;
	/** The keys of batches live for ever. */
	keepForever(): Promise<void>;
};

export async function startFaultLab(
	context: TestContext,
	bandwidthBytesPerSecond = 6_000_000,
	/** Further options of redis-server. */
	redisOptions: readonly string[] = [],
): Promise<FaultLab> {
	const origin = await startOrigin({ seed, files: 0, bandwidthBytesPerSecond });
	const folder = await mkdtemp(join(tmpdir(), "downspout-faults-"));
	const redis = await startRedis(context, redisOptions);
	context.after(async () => {
		await origin.close();
		await rm(folder, { recursive: true, force: true });
	});
	const batch = createBatch(seed);
	const [sink, dir] = [join(folder, "sink"), join(folder, "dir")];
	const list = join(folder, "list");
	await writeFile(list, batch.paths.map((path) => `${origin.url}${path}\n`).join(""));
	const keys = async (): Promise<readonly string[]> => {
		const client = new Redis(redis.url);
		const found = await client.keys("*");
		client.disconnect();
		return found.filter((key) => !key.startsWith("downspout:worker"));
	};
	const lives = async (): Promise<readonly (readonly [string, number])[]> => {
		const found = await keys();
		const client = new Redis(redis.url);
		const seconds = await Promise.all(found.map((key) => client.ttl(key)));
		client.disconnect();
		return found.map((key, n) => [key, seconds[n] ?? 0] as const);
	};
	const keepForever = async (): Promise<void> => {
		const client = new Redis(redis.url);
		for (const key of await keys())
			if (key.startsWith(queuePrefix) && !key.endsWith(":lock")) await client.persist(key);
		client.disconnect();
	};
	const total = batch.paths.length;
	const worker = (setup: Partial<WorkerSetup> = {}): Promise<WorkerProcess> =>
		startWorker(context, { redis: redis.url, sink, args: ["-c", "8"], ...setup, env: { ...quick, ...setup.env } });
	return {
		origin,
		redis,
		folder,
		sink,
		dir,
		batch,
		keys,
		lives,
		keepForever,
		list,
		worker,
		twoWorkers: (setup) => Promise.all([worker(setup), worker(setup)]),
		start(args = [], env: Readonly<Record<string, string>> = quick) {
			const place = ["-m", "cluster", "--redis", redis.url, "--sink", sink, "-d", dir];
			const process = startDownspout(["list", ...place, "--json", "--progress", "none", ...args], {
				cwd: folder,
				env,
			});
			context.after(() => void process.kill("SIGKILL"));
			let words = "";
			const ended = waitForEnd(process);
			return {
				process,
				ended,
				says: (pattern) =>
					new Promise((resolve, reject) => {
						process.stderr?.on("data", (text) => {
							words += text;
							if (pattern.test(words)) resolve();
						});
						ended.then(() => reject(new assert.AssertionError({ message: `the run ended: ${words}` })), reject);
					}),
			};
		},
		async asked(count) {
			while (origin.requests() < count) await sleep(10);
		},
		async expectAll({ code, stdout, stderr }) {
			assert.equal(code, 0, stderr);
			const summary = JSON.parse(stdout);
			assert.deepEqual([summary.total, summary.saved + summary.skipped], [total, total]);
			assert.equal(await batch.check(sink), total);
			const left = await Promise.all(["parts", "owners"].map((name) => readdir(join(sink, ".downspout", name))));
			assert.deepEqual(left.flat(), []);
			assert.deepEqual(await keys(), []);
		},
	};
}
