/** Holds bytes a second to a limit, fairly among the downloads that share it. Time is passed in. */
import { shareFairly } from "./share-fairly.ts";

/** One download, as the shaper knows it. */
export type Flow = {
	/** Until when its own share is used up. */
	untilMs: number;
	/** Bytes since the last division, and the share that it gave. */
	bytes: number;
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
/** Who used less than this of its share wants no more than half as much again. */
const satisfied = 0.9;
const headroom = 1.5;

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
		const wanted = all.map(({ bytes, perMs: share }) =>
			bytes < share * spanMs * satisfied ? (bytes / spanMs) * headroom : Number.POSITIVE_INFINITY,
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
			const flow: Flow = { untilMs: Number.NEGATIVE_INFINITY, bytes: 0, perMs: perMs / (flows.size + 1) };
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
			return Math.max(0, untilMs - atMs, flow.untilMs - atMs);
		},
		demand(atMs) {
			const rate = (demanded * 1000) / Math.max(1, atMs - demandedSinceMs);
			demanded = 0;
			demandedSinceMs = atMs;
			return rate;
		},
	};
}
