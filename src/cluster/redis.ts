/** Connections to Redis, and whether that server can carry a cluster. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { ClusterError, messageOf } from "./cluster-error.ts";
import { controlChannel, probeKey } from "./keys.ts";
import { askTrouble, explain, isRefusal } from "./redis-trouble.ts";
import { redisPatienceMs } from "./timing.ts";

/** Longest wait for an answer before a connection counts as dead, in milliseconds. */
const silentSocketMs = 10_000;
const connectMs = 5000;
const longestRetryMs = 1000;
/** A server that is not there for so long is worth a word, in milliseconds. */
const quietMs = 3000;
/** For XADD with NOMKSTREAM. */
const leastVersion = [6, 2] as const;

export type RedisSource = {
	readonly url: string;
	readonly env: Readonly<Record<string, string | undefined>>;
};

/** A connection that connects when it is first used, and again whenever it is lost. */
export function openRedis({ url: text, env }: RedisSource): Redis {
	const url = new URL(text);
	const username = decodeURIComponent(url.username);
	const password = url.password === "" ? passwordOf(env) : decodeURIComponent(url.password);
	// A user who is named there without a password would have the empty one, whatever the options say.
	url.username = "";
	url.password = "";
	const redis = new Redis(url.href, {
		lazyConnect: true,
		connectTimeout: connectMs,
		socketTimeout: silentSocketMs,
		// It asks again when the server expects to be ready, and that may be long after it is.
		maxLoadingRetryTime: longestRetryMs,
		maxRetriesPerRequest: null,
		retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), longestRetryMs),
		connectionName: "downspout",
		...(username === "" ? {} : { username }),
		...(password === undefined ? {} : { password }),
	});
	// Without a listener each lost connection would be told on standard error.
	redis.on("error", () => {});
	return redis;
}

/** How a server that is not there yet is waited for. */
export type Waiting = {
	readonly signal: AbortSignal;
	/** Told why, once for each reason. */
	readonly log: (message: string) => void;
};

/**
 * Connects, and makes sure that the server can be used.
 * @param waits - A server that is not there yet is waited for; without it, only one that is loading its data.
 * @returns What the user should be warned of.
 * @throws {ClusterError} it cannot; the connection is closed then.
 */
export async function connectRedis(redis: Redis, url: string, waits?: Waiting): Promise<readonly string[]> {
	try {
		await (waits ? untilThere(redis, url, waits) : untilLoaded(redis));
		return await checkServer(redis);
	} catch (cause) {
		redis.disconnect();
		throw redisFailure(url, cause);
	}
}

/** All kinds of what a cluster asks Redis to do, which the rules of a user may allow or not. */
const probe = `for _, name in ipairs({"GET", "SMEMBERS"}) do redis.call(name, KEYS[1]) end
redis.call("HGET", KEYS[1], "field")
redis.call("LRANGE", KEYS[1], "0", "-1")
redis.call("XADD", KEYS[1], "*", "field", "1")
redis.call("XREAD", "STREAMS", KEYS[1], "0")
redis.call("DEL", KEYS[1])
redis.call("SET", KEYS[1], "1", "PX", "1000")
return redis.call("DEL", KEYS[1])`;
/** In seconds: the shortest wait, of the kind in which workers wait for batches. */
const probeWait = 0.01;

/**
 * Makes sure that the user may do what a run or a worker needs: what is refused later would be tried again without end.
 * @throws {ClusterError} it may not; the connection is closed then.
 */
export async function expectPermissions(redis: Redis, url: string): Promise<void> {
	try {
		await redis.eval(probe, 1, probeKey);
		await redis.bzpopmin(probeKey, probeWait);
		await redis.time();
		await redis.publish(controlChannel, "");
	} catch (cause) {
		redis.disconnect();
		throw redisFailure(url, cause);
	}
}

/** Twice as long as a run waits for Redis: leftovers of killed runs are waited for within. */
const startPatience = 2;

/**
 * Bounds what is asked at a start: a server that takes connections and then says no more would be asked again without end.
 * @throws {ClusterError} it took too long; the connection is closed then.
 */
export async function withinPatience<T>(redis: Redis, url: string, start: Promise<T>): Promise<T> {
	const ms = startPatience * redisPatienceMs(process.env);
	const over = new AbortController();
	const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
		redis.disconnect();
		throw redisFailure(url, new Error(`it stopped answering: the start took more than ${ms / 1000} s`));
	});
	// The one that loses has nobody to tell.
	late.catch(() => {});
	start.catch(() => {});
	try {
		return await Promise.race([start, late]);
	} finally {
		over.abort();
	}
}

export function redisFailure(url: string, cause: unknown): ClusterError {
	return new ClusterError("cluster_unusable", `Redis at ${publicRedisUrl(url)}: ${explain(messageOf(cause))}`, {
		cause,
	});
}

/** The URL without user name and password. */
export function publicRedisUrl(text: string): string {
	try {
		const url = new URL(text);
		url.username = "";
		url.password = "";
		url.search = "";
		return url.href;
	} catch {
		return "(not a URL)";
	}
}

function passwordOf(env: RedisSource["env"]): string | undefined {
	const file = env.DOWNSPOUT_REDIS_PASSWORD_FILE;
	if (file === undefined || file === "") return env.DOWNSPOUT_REDIS_PASSWORD || undefined;
	try {
		return readFileSync(file, "utf8").replace(/\r?\n$/, "");
	} catch (cause) {
		throw new ClusterError("cluster_unusable", `DOWNSPOUT_REDIS_PASSWORD_FILE: ${messageOf(cause)}`, { cause });
	}
}

/** Loading is waited for as long as a run waits for a Redis that was lost. */
async function untilLoaded(redis: Redis): Promise<void> {
	const untilMs = performance.now() + redisPatienceMs(process.env);
	for (;;) {
		try {
			return await untilReady(redis, connectMs);
		} catch (cause) {
			if (isRefusal(messageOf(cause))) throw cause;
			const trouble = await askTrouble(redis);
			if (trouble?.kind === "loading" && performance.now() < untilMs) continue;
			throw trouble ? new Error(trouble.message, { cause }) : cause;
		}
	}
}

async function untilThere(redis: Redis, url: string, { signal, log }: Waiting): Promise<void> {
	let told: string | undefined;
	for (;;) {
		try {
			return await untilReady(redis, quietMs, signal);
		} catch (cause) {
			if (signal.aborted || isRefusal(messageOf(cause))) throw cause;
			const trouble = await askTrouble(redis, signal);
			if (signal.aborted) throw cause;
			const message = trouble?.message ?? messageOf(cause);
			if (trouble?.kind === "refusal") throw new Error(message, { cause });
			if (message !== told) log(`waiting for Redis at ${publicRedisUrl(url)}: ${message}`);
			told = message;
		}
	}
}

/** @throws what keeps it from being ready: at once where waiting does not mend it, or where nobody waits. */
function untilReady(redis: Redis, mostMs: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const settle = (error?: Error): void => {
			clearTimeout(timer);
			redis.off("ready", onReady).off("error", onError);
			signal?.removeEventListener("abort", onAbort);
			if (error) reject(error);
			else resolve();
		};
		const onReady = (): void => settle();
		const onError = (error: Error): void => {
			if (!signal || isRefusal(error.message)) settle(error);
		};
		const onAbort = (): void => settle(new Error("stopped"));
		const timer = setTimeout(() => settle(new Error(`no answer within ${mostMs / 1000} s`)), mostMs);
		redis.on("error", onError).once("ready", onReady);
		signal?.addEventListener("abort", onAbort, { once: true });
		if (signal?.aborted) onAbort();
		else if (redis.status === "ready") onReady();
		else if (redis.status === "wait") redis.connect().catch(onError);
	});
}

async function checkServer(redis: Redis): Promise<readonly string[]> {
	let info: string;
	try {
		info = await redis.info();
	} catch (error) {
		// A user whose rules do not let it look: the first command that fails will tell.
		return [`Redis does not let this user see INFO (${messageOf(error)}): version and memory policy are not checked`];
	}
	const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
	const version = field("redis_version") ?? "0";
	const [major = 0, minor = 0] = version.split(".").map(Number);
	if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1])) {
		throw new Error(`it is version ${version}, and ${leastVersion.join(".")} or newer is needed`);
	}
	if (field("role") === "slave") throw new Error("it is a read-only replica: name the primary");
	const policy = field("maxmemory_policy") ?? "noeviction";
	if (policy === "noeviction") return [];
	return [`Redis may drop keys when its memory is full (maxmemory-policy ${policy}): set noeviction`];
}
