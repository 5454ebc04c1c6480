/** The command `worker`: joins this machine to cluster runs until a signal ends it. */
import { availableParallelism } from "node:os";
import type { HealthSource } from "../cluster/health.ts";
import { choice, integer, seconds } from "../core/option-kinds.ts";
import { type OptionSpec, optionTable } from "../core/option-table.ts";
import type { Method } from "../core/outcome.ts";
import { flagOf, readOption } from "../core/read-option.ts";
import { checkRedisUrl, readBucket } from "../core/resolve-sink.ts";
import { UsageError } from "../core/usage-error.ts";
import { checkOutsideState } from "../run/check-place.ts";
import { tuneEngine } from "./engine.ts";
import { exitCodes } from "./exit-codes.ts";
import { type CommandShape, parse } from "./flags.ts";
import { listenForStop } from "./stop.ts";
import { complain } from "./terminal.ts";

const group = "Worker:";
/** Methods that a worker's own downloads can run on. */
const innerMethods = ["async", "threads", "processes", "mix", "auto"] as const;
const drainSeconds = 30;
const usualConcurrency = 32;

type WorkerTable = { readonly [K in "redis" | "sink" | "method" | "health"]: OptionSpec<string> } & {
	readonly [K in "concurrency" | "workers" | "drain"]: OptionSpec<number>;
} & { readonly denyPrivate: OptionSpec<boolean> };

// biome-ignore format: one option a line reads as the table that it is
export const workerTable: WorkerTable = {
	redis: { ...optionTable.redis, group, help: "the Redis server, redis:// or rediss://; the password better from DOWNSPOUT_REDIS_PASSWORD" },
	sink: { name: "sink", group, kind: optionTable.sink.kind, help: "where the files go: the same directory or s3://bucket/prefix as that of the runs" },
	method: { name: "method", short: "m", group, kind: choice("M", innerMethods), fallback: "async", help: `what the downloads run on here: ${innerMethods.join(", ")}` },
	concurrency: { name: "concurrency", short: "c", group, kind: integer(1, 10_000), fallback: String(usualConcurrency), help: "downloads in flight at once, over all runs" },
	workers: { name: "workers", short: "w", group, kind: integer(1, 1024), fallback: "cores", help: "threads or processes, for the methods that have them" },
	drain: { name: "drain", group, kind: seconds, fallback: String(drainSeconds), help: "longest time, in seconds, that what is in flight may take after the first signal" },
	denyPrivate: { ...optionTable.denyPrivate, group, help: "refuse addresses that are not public, whatever a run allows, and runs that go through a proxy" },
	health: { ...optionTable.health, group, help: "/health, and Prometheus metrics at /metrics, on 127.0.0.1 unless HOST:PORT is given" },
};

export const workerShape: CommandShape = {
	name: "downspout worker",
	summary: "Joins this machine to cluster runs: downloads what coordinators hand out, until a signal ends it.",
	options: workerTable,
	epilogue:
		"The first SIGTERM or SIGINT ends it in order (exit code 0), the second at once.\n" +
		"DOWNSPOUT_REDIS_PASSWORD (or _FILE) and DOWNSPOUT_CLUSTER_KEY are read from the environment.",
};

/**
 * Runs the command; gives its exit code.
 * @throws {UsageError} an option is wrong or missing. @throws {ClusterError} Redis or the sink cannot be used.
 */
export async function runWorker(args: readonly string[]): Promise<number> {
	const parsed = parse(workerShape, args);
	if (parsed === undefined) return exitCodes.done;
	const options = resolveWorker(parsed.values);
	if (!readBucket(options.sink)) await checkOutsideState(flagOf(workerTable.sink), options.sink);
	tuneEngine();
	using stop = listenForStop(Number.POSITIVE_INFINITY);
	const [{ startWorkerService }, { startHealth }] = await Promise.all([
		import("../cluster/worker-service.ts"),
		import("../cluster/health.ts"),
	]);
	let source: HealthSource = { isWell: () => false, gauges: () => ({}) };
	await using _health = await startHealth(options.health, {
		isWell: () => source.isWell(),
		gauges: () => source.gauges(),
	});
	const service = await startWorkerService({ ...options, signal: stop.signal, log: complain }).catch(
		(error: unknown) => {
			if (stop.signal.aborted) return undefined;
			throw error;
		},
	);
	if (!service) return exitCodes.done;
	source = {
		isWell: () => service.figures().isConnected,
		gauges: () => {
			const { inFlight, filesPerSecond, runs } = service.figures();
			return { in_flight: inFlight, files_per_second: filesPerSecond, runs: runs.length };
		},
	};
	await service.done;
	return exitCodes.done;
}

function resolveWorker(values: Readonly<Record<string, unknown>>) {
	const redis = readOption(values.redis, workerTable.redis);
	const sink = readOption(values.sink, workerTable.sink);
	if (redis === undefined) throw new UsageError(`${flagOf(workerTable.redis)} must be given`);
	if (sink === undefined) throw new UsageError(`${flagOf(workerTable.sink)} must be given`);
	const concurrency = readOption(values.concurrency, workerTable.concurrency) ?? usualConcurrency;
	const method = readOption(values.method, workerTable.method);
	return {
		redis: checkRedisUrl(redis),
		sink,
		method: innerMethods.find((one): one is Exclude<Method, "cluster"> => one === method) ?? "async",
		concurrency,
		workers:
			readOption(values.workers, workerTable.workers) ?? Math.max(1, Math.min(availableParallelism(), concurrency)),
		denyPrivate: readOption(values.denyPrivate, workerTable.denyPrivate) ?? false,
		drainMs: 1000 * (readOption(values.drain, workerTable.drain) ?? drainSeconds),
		health: readOption(values.health, workerTable.health),
	};
}
