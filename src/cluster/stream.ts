/** What workers tell a coordinator, in order: a stream in Redis for each run, emptied as it is read. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { unlessAborted } from "../core/unless-aborted.ts";

const mostAtOnce = 200;
/** Longest wait for a message in one call, in milliseconds. */
const blockMs = 1000;
const retryMs = 100;

/**
 * Makes the stream where it is not there: it may have gone with a Redis that lost its data.
 * @returns Whether it was not there.
 */
export async function makeStream(redis: Redis, key: string): Promise<boolean> {
	try {
		// The group is only the way to make an empty stream.
		await redis.xgroup("CREATE", key, "made", "$", "MKSTREAM");
		return true;
	} catch (error) {
		if (!(error instanceof Error && error.message.includes("BUSYGROUP"))) throw error;
		return false;
	}
}

/** @returns Whether the stream was there to take it. */
export async function send(redis: Redis, key: string, text: string): Promise<boolean> {
	// A run that is over must not come back by what is told of it.
	return (await redis.xadd(key, "NOMKSTREAM", "*", "m", text)) !== null;
}

export type Reading = {
	/** A connection of its own: it waits for messages. */
	readonly redis: Redis;
	readonly key: string;
	readonly signal: AbortSignal;
	readonly onMessage: (text: string) => void;
	/** Called after each answer, whether there was something or not. */
	readonly onRead: () => void;
};

/** Reads until it is told to stop. From the start each time: what was read is removed. */
export async function readStream({ redis, key, signal, onMessage, onRead }: Reading): Promise<void> {
	let read: string[] = [];
	/** Read before, and still there: the server takes no changes. */
	let kept: ReadonlySet<string> = new Set();
	let most = mostAtOnce;
	while (!signal.aborted) {
		const told = read;
		if (told.length > 0) {
			redis.xdel(key, ...told).catch(() => {
				kept = new Set(told);
			});
		}
		read = [];
		const asked = redis.xread("COUNT", most, "BLOCK", blockMs, "STREAMS", key, "0");
		// A connection that is lost within fails the call, and the next one waits for it to come back.
		const answer = await unlessAborted(
			asked.then(
				(streams) => ({ streams }),
				() => sleep(retryMs, undefined),
			),
			signal,
		);
		if (!answer) {
			// Some servers hang up where an answer is too large for them.
			most = 1;
			continue;
		}
		most = Math.min(mostAtOnce, 2 * most);
		for (const [, messages] of answer.streams ?? []) {
			for (const [id, fields] of messages) {
				read.push(id);
				if (fields[1] !== undefined && !kept.has(id)) onMessage(fields[1]);
			}
		}
		onRead();
		if (kept.size === 0) continue;
		kept = new Set();
		await unlessAborted(sleep(retryMs), signal);
	}
}
