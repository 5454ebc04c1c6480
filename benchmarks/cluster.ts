/** What workers bring: one and four of a fixed concurrency where the server is slow, and one beside the coordinator against `processes`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { formatNumber } from "../src/bench/format.ts";
import { startOrigin } from "../src/origin/origin.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";
import { builtProgram } from "./program.ts";

const { values } = parseArgs({
	options: {
		slow: { type: "string", default: "16000" },
		quick: { type: "string", default: "20000" },
		rounds: { type: "string", default: "3" },
		port: { type: "string", default: "7392" },
	},
});
const url = `redis://127.0.0.1:${values.port}`;
const latencyMs = 50;

await using folder = await freshFolder("cluster-workers");
const redis = spawn("redis-server", ["--port", values.port, "--save", "", "--dir", folder.path], { stdio: "ignore" });
await sleep(500);
const lists = { slow: join(folder.path, "slow"), quick: join(folder.path, "quick") };
const size = { kind: "fixed", sizeBytes: 10_240 } as const;
await using _slow = await startOrigin({ files: Number(values.slow), size, latencyMs, list: lists.slow });
await using _quick = await startOrigin({ files: Number(values.quick), size, list: lists.quick });

let runs = 0;

async function startWorkers(count: number, sink: string, concurrency: number): Promise<readonly ChildProcess[]> {
	const [file, ...before] = builtProgram();
	const args = [...before, "worker", "--redis", url, "--sink", sink, "-c", String(concurrency)];
	return Promise.all(
		Array.from({ length: count }, async () => {
			const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
			if (child.stderr) for await (const line of createInterface(child.stderr)) if (line.includes("ready")) break;
			child.stderr?.resume();
			return child;
		}),
	);
}

/** Files a second. */
async function measure(list: keyof typeof lists, how: readonly string[], sink: string): Promise<number> {
	const dirs = ["--dir", join(folder.path, `dir-${runs}`), "--log-dir", join(folder.path, "logs"), "--sink", sink];
	const end = await measuredGet([lists[list], ...dirs, "--per-host", "1000", ...how], folder.path);
	return Number(values[list]) / end.seconds;
}

async function withWorkers(list: keyof typeof lists, count: number, concurrency: number): Promise<number> {
	const sink = join(folder.path, `sink-${++runs}`);
	const workers = await startWorkers(count, sink, concurrency);
	try {
		return await measure(list, ["--method", "cluster", "--redis", url], sink);
	} finally {
		for (const worker of workers) worker.kill("SIGKILL");
	}
}

const alone = (workers: number): Promise<number> =>
	measure("quick", ["--method", "processes", "-w", String(workers), "-c", "64"], join(folder.path, `sink-${++runs}`));

function tell(round: number, what: string, [first, second]: readonly [number, number]): void {
	const [one, other] = [first, second].map((speed) => formatNumber(Math.round(speed)));
	process.stdout.write(`${round}. ${what}: ${one} and ${other} files/s, ${(second / first).toFixed(2)}\n`);
}

for (let round = 1; round <= Number(values.rounds); round++) {
	const slowly = [await withWorkers("slow", 1, 16), await withWorkers("slow", 4, 16)] as const;
	tell(round, `1 and 4 workers of 16 at ${latencyMs} ms`, slowly);
	const one = await alone(1);
	tell(round, "processes of 1, and a cluster of one worker", [one, await withWorkers("quick", 1, 64)]);
}
redis.kill();
await once(redis, "exit");
