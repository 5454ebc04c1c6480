/** How a worker gets its number in a run. */
import type { Redis } from "ioredis";
import { runKeys } from "./keys.ts";

/** A run whose coordinator is gone gives no numbers any more, and does not come back by being asked for one. */
const script = `if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
local number = redis.call("INCR", KEYS[2])
redis.call("EXPIRE", KEYS[2], 86400)
return number`;

/** @returns The number, from 1; undefined where the run is over. */
export async function joinRun(redis: Redis, run: string): Promise<number | undefined> {
	const keys = runKeys(run);
	const number: unknown = await redis.eval(script, 2, keys.alive, keys.workers);
	return typeof number === "number" && number > 0 ? number : undefined;
}
