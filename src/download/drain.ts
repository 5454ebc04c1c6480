/** Reads a body that nobody wants to its end, within reason: its connection can then be used again. */
import type { ResponseHead } from "../http/response-head.ts";
import type { Attempt } from "./attempt-state.ts";

/** Largest body that is worth it, in bytes. */
const mostBytes = 64 * 1024;
/** Longest time, in turns of the idle watch: a body that trickles must not hold its slot. */
const mostTurns = 8;

/** @param then - What follows, once the body has been read or given up. */
export function drain(attempt: Attempt, head: ResponseHead, then: () => void): void {
	attempt.phase = "drain";
	attempt.drain = { bytes: 0, turns: 0, then };
	// After HEAD it is the length of what does not follow.
	if (attempt.method === "GET" && (head.contentLength ?? 0) > mostBytes) giveUp(attempt);
}

export function drainData(attempt: Attempt, bytes: number): void {
	if (!attempt.drain) return;
	attempt.drain.bytes += bytes;
	if (attempt.drain.bytes > mostBytes) giveUp(attempt);
}

/** Called at every turn of the idle watch. */
export function drainTurn(attempt: Attempt): void {
	if (attempt.drain && ++attempt.drain.turns > mostTurns) giveUp(attempt);
}

/** Goes on with what was to follow. */
export function endDrain(attempt: Attempt): void {
	const then = attempt.drain?.then;
	attempt.drain = undefined;
	then?.();
}

function giveUp(attempt: Attempt): void {
	attempt.exchange?.abort();
	endDrain(attempt);
}
