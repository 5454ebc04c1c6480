/** The time that an entry has for all its attempts and waits together (--timeout). */
import type { RunOptions } from "../core/options.ts";
import type { Pending } from "./pending.ts";

/** A timer may end a little before the clock says so: what is left then is no time for another attempt. */
const earlyMs = 2;

export function timeLeftOf({ timeoutMs }: RunOptions, { startedMs }: Pending): number {
	if (timeoutMs === undefined || startedMs === undefined) return Number.POSITIVE_INFINITY;
	return timeoutMs - (performance.now() - startedMs);
}

/** Whether another attempt may begin after such a wait. */
export function hasTime(options: RunOptions, pending: Pending, waitMs: number): boolean {
	return timeLeftOf(options, pending) > waitMs + earlyMs;
}
