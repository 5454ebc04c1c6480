/** What a coordinator of a cluster can carry: real Redis, real queue, and workers that say of each task at once that it is saved. */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { formatBytes, formatNumber } from "../src/bench/format.ts";
import { joinRun } from "../src/cluster/join.ts";
import { runKeys, runsKey } from "../src/cluster/keys.ts";
import { protocol, readBatch } from "../src/cluster/messages.ts";
import { openBatchSource } from "../src/cluster/queue.ts";
import { createReporter } from "../src/cluster/reporter.ts";
import { createSeal } from "../src/cluster/seal.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";

const { values } = parseArgs({
	options: {
		entries: { type: "string", default: "100000" },
		port: { type: "string", default: "7391" },
		echo: { type: "boolean", default: false },
	},
});
const url = `redis://127.0.0.1:${values.port}`;
const capacity = 256;

if (values.echo) await echo();
else await measure();

async function measure(): Promise<void> {
	await using folder = await freshFolder("cluster");
	const redis = spawn("redis-server", ["--port", values.port, "--save", "", "--dir", folder.path], { stdio: "ignore" });
	await sleep(500);
	const worker = fork(fileURLToPath(import.meta.url), ["--echo", "--port", values.port]);
	const entries = Number(values.entries);
	const lines = Array.from(
		{ length: entries },
		(_, n) => `http://host-${n % 1000}.example/some/path/to/file-${n}.jpg\n`,
	);
	await writeFile(join(folder.path, "list"), lines.join(""));
	const client = new Redis(url);
	let peakBytes = 0;
	const timer = setInterval(async () => {
		const used = /used_memory:(\d+)/.exec(await client.info("memory"))?.[1];
		peakBytes = Math.max(peakBytes, Number(used));
	}, 100);
	const place = ["--method", "cluster", "--redis", url, "--sink", join(folder.path, "sink")];
	const dirs = ["--dir", join(folder.path, "dir"), "--log-dir", join(folder.path, "logs"), "--per-host", "1000"];
	const end = await measuredGet([join(folder.path, "list"), ...place, ...dirs], folder.path);
	clearInterval(timer);
	client.disconnect();
	worker.kill();
	redis.kill();
	await once(redis, "exit");
	process.stdout.write(
		[
			`${formatNumber(entries)} entries in ${end.seconds.toFixed(1)} s: ${formatNumber(Math.round(entries / end.seconds))} results a second`,
			`processor time of the coordinator: ${(((end.figures.cpuSeconds ?? 0) / entries) * 1e6).toFixed(1)} us a result`,
			`memory: coordinator ${formatBytes(end.figures.peakRssBytes ?? 0)}, Redis ${formatBytes(peakBytes)}`,
			"",
		].join("\n"),
	);
}

/** A worker that does nothing. */
async function echo(): Promise<void> {
	const redis = new Redis(url, { maxRetriesPerRequest: null });
	let runs: readonly string[] = [];
	while (runs.length === 0) {
		await sleep(50);
		runs = await redis.smembers(runsKey);
	}
	const [run = ""] = runs;
	const number = (await joinRun(redis, run)) ?? 0;
	const seal = createSeal(undefined);
	let held: readonly string[] = [];
	let rate = 0;
	const reporter = createReporter({
		redis,
		key: runKeys(run).results,
		seal,
		facts: () => ({
			protocol,
			worker: number,
			host: "bench",
			pid: process.pid,
			capacity,
			inFlight: 0,
			filesPerSecond: rate,
			held,
		}),
		onArrival() {},
	});
	await reporter.tell();
	setInterval(() => void reporter.tell(), 1000);
	const source = openBatchSource({ run, redis, number });
	const label = { model: "async", number: 1 } as const;
	const started = performance.now();
	for (let count = 0; ; ) {
		const batch = await source.take();
		if (!batch) continue;
		held = [batch.name];
		for (const { hand, task } of readBatch(seal.open(batch.content)).tasks) {
			count++;
			reporter.result(hand, {
				kind: "saved",
				id: task.id,
				file: `file-${hand}.jpg`,
				bytes: 10_240,
				httpStatus: 200,
				worker: label,
				kept: false,
				intents: 0,
			});
		}
		held = [];
		rate = (count * 1000) / (performance.now() - started);
		void batch.finish().catch(() => {});
	}
}
