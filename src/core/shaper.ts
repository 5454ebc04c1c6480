/** Holds bytes a second to a limit, fairly among the downloads that share it. Time is passed in. */
import { shareFairly } from "./share-fairly.ts";

/** One download, as the shaper knows it. */
export type Flow = {
	/** Until when its own share is used up, and until when it was told to wait. */
	untilMs: number;
	heldUntilMs: number;
	/** Bytes since the last division, what it has used of late, and its share, in bytes a millisecond. */
	bytes: number;
	usedPerMs: number;
	perMs: number;
};

export type Shaper = {
	/** Bytes a second; may be changed at any time: a worker's share of the run's. */
	limit(bytesPerSecond: number): void;
	/** A download begins. */
	open(): Flow;
	/** It is over. */
	close(flow: Flow): void;
	/** Takes the bytes that a download is about to read, or has read. @returns Milliseconds until it may read on. */
	take(flow: Flow, bytes: number, nowMs: number): number;
	/** What was taken since the last call, in bytes a second: what a run divides its rate by. */
	demand(nowMs: number): number;
};

/** How often the rate is divided anew among the downloads. */
const divideMs = 100;
/** What one that was held back by others than us may make up for. */
const burstMs = 250;
/** Who has not been held back wants no more than half as much again as it uses. */
const headroom = 1.5;
const memory = 0.8;
/** Who waited until now, or nearly so, was held back. */
const justNowMs = 20;
/** How far all together may run ahead: who reads little at a time need not stand behind those who read much. */
const slackMs = 100;

export function createShaper(bytesPerSecond: number, nowMs: number): Shaper {
	const flows = new Set<Flow>();
	let perMs = bytesPerSecond / 1000;
	let untilMs = nowMs;
	let dividedMs = nowMs;
	let demanded = 0;
	let demandedSinceMs = nowMs;

	const divide = (atMs: number): void => {
		const spanMs = atMs - dividedMs;
		if (spanMs < divideMs) return;
		const all = [...flows];
		for (const flow of all) flow.usedPerMs = flow.usedPerMs * memory + (flow.bytes / spanMs) * (1 - memory);
		const wanted = all.map(({ heldUntilMs, usedPerMs }) =>
			heldUntilMs > atMs - justNowMs ? Number.POSITIVE_INFINITY : usedPerMs * headroom,
		);
		const shares = shareFairly(perMs, wanted);
		// Who took little now may want more at any moment: nobody starts from nothing.
		const least = perMs / Math.max(1, all.length) / 4;
		for (const [index, flow] of all.entries()) {
			flow.perMs = Math.max(least, shares[index] ?? 0);
			flow.bytes = 0;
		}
		dividedMs = atMs;
	};

	return {
		limit(rate) {
			perMs = rate / 1000;
		},
		open() {
			const share = perMs / (flows.size + 1);
			const never = Number.NEGATIVE_INFINITY;
			const flow: Flow = { untilMs: never, heldUntilMs: never, bytes: 0, usedPerMs: share, perMs: share };
			flows.add(flow);
			return flow;
		},
		close: (flow) => void flows.delete(flow),
		take(flow, bytes, atMs) {
			divide(atMs);
			flow.bytes += bytes;
			demanded += bytes;
			untilMs = Math.max(untilMs, atMs - burstMs) + bytes / perMs;
			flow.untilMs = Math.max(flow.untilMs, atMs - burstMs) + bytes / flow.perMs;
			const delayMs = Math.max(0, untilMs - slackMs - atMs, flow.untilMs - atMs);
			flow.heldUntilMs = delayMs > 0 ? atMs + delayMs : Number.NEGATIVE_INFINITY;
			return delayMs;
		},
		demand(atMs) {
			const rate = (demanded * 1000) / Math.max(1, atMs - demandedSinceMs);
			demanded = 0;
			demandedSinceMs = atMs;
			return rate;
		},
	};
}
