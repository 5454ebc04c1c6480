/** A worker of clusters: looks for runs that save where it saves, joins them, and leaves as it was asked to. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Method } from "../core/outcome.ts";
import { unlessAborted } from "../core/unless-aborted.ts";
import { type ClusterError, messageOf } from "./cluster-error.ts";
import { watchConnections } from "./connection-watch.ts";
import { type Control, parseControl } from "./control.ts";
import { controlChannel, runKeys } from "./keys.ts";
import { readRuns } from "./leftovers.ts";
import { type RunInfo, readSetup } from "./messages.ts";
import { expireQueue } from "./queue.ts";
import { connectRedis, expectPermissions, openRedis, redisFailure } from "./redis.ts";
import { register, unregister } from "./registry.ts";
import { createRoom } from "./room.ts";
import { createSeal } from "./seal.ts";
import { type Session, startSession } from "./session.ts";
import { knownSinkIdentity } from "./sink-identity.ts";
import { beatMs, coordinatorGoneMs, redisPatienceMs, silenceMs } from "./timing.ts";
import { openWorkerSink, ownOptions } from "./worker-sink.ts";

/** Longest wait for Redis to hear that the worker leaves, in milliseconds. */
const farewellMs = 1000;

export type WorkerServiceOptions = {
	readonly redis: string;
	readonly sink: string;
	readonly method: Method;
	readonly concurrency: number;
	readonly workers: number;
	/** Whether addresses that are not public are refused, whatever a run allows. */
	readonly denyPrivate: boolean;
	/** Longest time that what is in flight may take after the first signal, in milliseconds. */
	readonly drainMs: number;
	/** Drains, and then leaves. */
	readonly signal: AbortSignal;
	readonly log: (message: string) => void;
};

/** What the worker does now. */
export type WorkerFigures = {
	readonly inFlight: number;
	readonly filesPerSecond: number;
	readonly runs: readonly string[];
	readonly isConnected: boolean;
};

export type WorkerService = {
	figures(): WorkerFigures;
	/** Resolves when the worker has left. */
	readonly done: Promise<void>;
};

/** Waits for Redis, and then serves until it is told to stop. @throws {ClusterError} Redis or the sink cannot be used. */
export async function startWorkerService(options: WorkerServiceOptions): Promise<WorkerService> {
	const { env } = process;
	const seal = createSeal(env.DOWNSPOUT_CLUSTER_KEY);
	const redis = openRedis({ url: options.redis, env });
	const listener = redis.duplicate();
	listener.on("error", () => {});
	for (const warning of await connectRedis(redis, options.redis, options)) options.log(warning);
	let onRefused: (error: ClusterError) => void = () => {};
	const refusal = new Promise<never>((_resolve, reject) => {
		onRefused = reject;
	});
	refusal.catch(() => {});
	const watch = watchConnections({
		connections: [redis, listener],
		url: options.redis,
		patienceMs: redisPatienceMs(env),
		log: options.log,
		onRefused,
	});
	const prepare = async (): Promise<void> => {
		await expectPermissions(redis, options.redis);
		await listener.subscribe(controlChannel).catch((cause: unknown) => {
			throw redisFailure(options.redis, cause);
		});
	};
	// Calls wait for a connection that is lost meanwhile, or not let in.
	await unlessAborted(Promise.race([prepare(), refusal]), options.signal);
	const id = randomUUID();
	const room = createRoom(options.concurrency);
	const sessions = new Map<string, Session>();
	/** Runs that it is joining now, with what it was told meanwhile. */
	const joining = new Map<string, Control[]>();
	/** Why it has not joined, as it was told. */
	const refused = new Map<string, string>();
	/** Since when a run's coordinator gives no sign of life, in milliseconds of `performance.now()`. */
	const orphans = new Map<string, number>();
	const keepMs = silenceMs(env);

	const look = async (): Promise<void> => {
		const runs = await readRuns(redis, refuse);
		for (const info of runs) {
			if (!sessions.has(info.run) && !joining.has(info.run)) await consider(info);
		}
		await leaveOrphans(new Set(runs.map(({ run }) => run)));
		await register(redis, entry(), keepMs);
	};

	/** Told once. */
	const refuse = (run: string, why: string): void => {
		if (refused.get(run) !== why) options.log(`run ${run}: ${why}`);
		refused.set(run, why);
	};

	const consider = async (info: RunInfo): Promise<void> => {
		if (options.signal.aborted || (await redis.exists(runKeys(info.run).alive)) === 0) return;
		joining.set(info.run, []);
		try {
			const why = await join(info);
			if (why !== undefined) refuse(info.run, why);
		} catch (error) {
			refuse(info.run, `it cannot be joined: ${messageOf(error)}`);
		} finally {
			joining.delete(info.run);
		}
	};

	/** @returns Why it does not join. */
	const join = async (info: RunInfo): Promise<string | undefined> => {
		if (knownSinkIdentity(options.sink) !== info.sinkId) {
			return `it saves to ${info.sink}, and this worker to ${options.sink}: not joined`;
		}
		const setup = await redis.hget(runKeys(info.run).run, "setup");
		if (setup === null) return undefined;
		const { options: asked } = readSetup(seal.open(setup));
		// Behind a proxy only the proxy sees which address it is.
		if (options.denyPrivate && asked.proxies)
			return "it goes through a proxy, and this worker has --deny-private: not joined";
		// The end of the run waits for those that may write in its sink.
		await register(redis, entry(), keepMs);
		const sink = await openWorkerSink(options.sink);
		const session = await startSession({
			...options,
			info,
			redis,
			seal,
			room,
			options: ownOptions(asked, { ...sink.place, denyPrivate: options.denyPrivate }),
		});
		if (!session) {
			await sink.remove();
			return undefined;
		}
		sessions.set(info.run, session);
		refused.delete(info.run);
		options.log(`joined run ${info.run} (${info.list})`);
		void session.done.then((end) => {
			sessions.delete(info.run);
			sink.remove().catch(() => {});
			options.log(end === "again" ? `joining run ${info.run} anew` : `left run ${info.run}`);
			register(redis, entry(), keepMs).catch(() => {});
		});
		for (const control of joining.get(info.run) ?? []) session.onControl(control);
		if (options.signal.aborted) session.drain(0);
		return undefined;
	};

	/** Runs whose coordinator is gone, as far as a Redis that answers knows. */
	const leaveOrphans = async (known: ReadonlySet<string>): Promise<void> => {
		for (const [run, session] of sessions) {
			const isLed = known.has(run) && (await redis.exists(runKeys(run).alive)) === 1;
			if (isLed) {
				orphans.delete(run);
				continue;
			}
			const sinceMs = orphans.get(run) ?? performance.now();
			orphans.set(run, sinceMs);
			// A Redis that lost its data has the announcement again within a moment.
			if (performance.now() - sinceMs < coordinatorGoneMs / 2) continue;
			options.log(`the coordinator of run ${run} is gone`);
			orphans.delete(run);
			// Before it is said to be left: whoever hears that finds nothing that stays for ever.
			await expireQueue(run, redis);
			session.end();
		}
	};

	const entry = () => ({
		id,
		host: hostname(),
		pid: process.pid,
		runs: [...new Set([...sessions.keys(), ...joining.keys()])],
		inFlight: room.used,
		filesPerSecond: Math.round(sum([...sessions.values()].map(({ filesPerSecond }) => filesPerSecond))),
	});

	let isLooking = false;
	const lookOnce = (): void => {
		if (isLooking) return;
		isLooking = true;
		look()
			.catch(() => {})
			.then(() => {
				isLooking = false;
			});
	};
	listener.on("message", (_channel, text) => {
		const control = parseControl(text);
		if (!control) return;
		if (control.type === "look") return lookOnce();
		sessions.get(control.run)?.onControl(control);
		joining.get(control.run)?.push(control);
	});
	options.log(`ready: ${options.concurrency} downloads at once into ${options.sink}`);
	const timer = setInterval(lookOnce, beatMs);
	lookOnce();

	const leave = async (): Promise<void> => {
		clearInterval(timer);
		watch[Symbol.dispose]();
		const leaving = [...sessions.values()];
		if (room.used > 0) options.log(`leaving: ${room.used} downloads may take ${options.drainMs / 1000} s`);
		for (const session of leaving) session.drain(options.drainMs);
		await Promise.all(leaving.map(({ done }) => done));
		// A Redis that does not answer would be waited for without end; what is written there expires by itself.
		const farewell = redis.status === "ready" ? unregister(redis, id).catch(() => {}) : undefined;
		await Promise.race([farewell, new Promise((resolve) => setTimeout(resolve, farewellMs).unref())]);
		listener.disconnect();
		redis.disconnect();
	};
	return {
		figures: () => ({ ...entry(), isConnected: redis.status === "ready" }),
		done: new Promise((resolve, reject) => {
			refusal.catch(reject);
			const onAbort = (): void => void leave().then(resolve, reject);
			if (options.signal.aborted) onAbort();
			else options.signal.addEventListener("abort", onAbort, { once: true });
		}),
	};
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
