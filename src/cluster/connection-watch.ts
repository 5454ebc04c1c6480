/** Whether a worker has its connections to Redis: it waits for those that are lost, says why, and ends where waiting mends nothing. */
import type { Redis } from "ioredis";
import type { ClusterError } from "./cluster-error.ts";
import { publicRedisUrl, redisFailure } from "./redis.ts";
import { askTrouble } from "./redis-trouble.ts";
import { beatMs } from "./timing.ts";

/** Looks in a row that find one missing before that is worth a word. */
const mostMissing = 3;

export type ConnectionWatchOptions = {
	/** All to the same server. */
	readonly connections: readonly [Redis, ...Redis[]];
	readonly url: string;
	/** How long a refusal may last: a password that is being changed, for one. In milliseconds. */
	readonly patienceMs: number;
	readonly log: (message: string) => void;
	readonly onRefused: (error: ClusterError) => void;
};

/** Watches until it is disposed of. */
export function watchConnections({ connections, url, patienceMs, log, onRefused }: ConnectionWatchOptions): Disposable {
	let missing = 0;
	let told: string | undefined;
	let refusedSinceMs: number | undefined;
	let isAsking = false;
	const ask = async (): Promise<void> => {
		const trouble = await askTrouble(connections[0]);
		if (missing === 0) return;
		const message = trouble?.message ?? "it does not answer";
		if (message !== told) log(`waiting for Redis at ${publicRedisUrl(url)}: ${message}`);
		told = message;
		refusedSinceMs = trouble?.kind === "refusal" ? (refusedSinceMs ?? performance.now()) : undefined;
		if (refusedSinceMs !== undefined && performance.now() - refusedSinceMs > patienceMs)
			onRefused(redisFailure(url, new Error(message)));
	};
	const look = (): void => {
		if (connections.every(({ status }) => status === "ready")) {
			if (told !== undefined) log("Redis is there again");
			missing = 0;
			told = undefined;
			refusedSinceMs = undefined;
			return;
		}
		if (++missing < mostMissing || isAsking) return;
		isAsking = true;
		void ask().finally(() => {
			isAsking = false;
		});
	};
	const timer = setInterval(look, beatMs);
	return {
		[Symbol.dispose]: () => clearInterval(timer),
	};
}
