/** Holds bytes a second to a limit, fairly among the downloads that share it. Time is passed in. */
import type { Demand } from "./rate-shares.ts";
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
	/** Bytes a second; may be changed at any time: a worker's share of the run's. What is owed is paid at the new rate. */
	limit(bytesPerSecond: number, nowMs: number): void;
	/** A download begins. */
	open(): Flow;
	/** It is over. */
	close(flow: Flow): void;
	/**
	 * Takes the bytes that a download is about to read, or has read; fewer than none give back what was taken in vain.
	 * @returns Milliseconds until it may read on.
	 */
	take(flow: Flow, bytes: number, nowMs: number): number;
	/** Milliseconds until it may read on, when the rate has changed meanwhile. */
	delayOf(flow: Flow, nowMs: number): number;
	/** Milliseconds until another download may begin. */
	wait(nowMs: number): number;
	/** What a run divides its rate by; the bytes are those since the last call. */
	demand(nowMs: number): Demand;
	/** Nobody uses it, and nothing is owed. */
	isIdle(nowMs: number): boolean;
};

/** How often the rate is divided anew among the downloads. */
const divideMs = 100;
/** What one that was held back by others than us may make up for, and what all together may. */
const burstMs = 250;
const wholeBurstMs = 150;
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
		limit(rate, atMs) {
			const slower = (perMs * 1000) / rate;
			if (slower === 1) return;
			const rescaled = (ms: number): number => (ms > atMs ? atMs + (ms - atMs) * slower : ms);
			perMs = rate / 1000;
			untilMs = rescaled(untilMs);
			for (const flow of flows) {
				flow.perMs /= slower;
				flow.untilMs = rescaled(flow.untilMs);
				flow.heldUntilMs = rescaled(flow.heldUntilMs);
			}
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
			untilMs = Math.max(untilMs, atMs - wholeBurstMs) + bytes / perMs;
			flow.untilMs = Math.max(flow.untilMs, atMs - burstMs) + bytes / flow.perMs;
			const delayMs = Math.max(0, untilMs - slackMs - atMs, flow.untilMs - atMs);
			flow.heldUntilMs = delayMs > 0 ? atMs + delayMs : Number.NEGATIVE_INFINITY;
			return delayMs;
		},
		delayOf: ({ heldUntilMs }, atMs) => Math.max(0, heldUntilMs - atMs),
		wait: (atMs) => Math.max(0, untilMs - slackMs - atMs),
		demand(atMs) {
			divide(atMs);
			let held = 0;
			let freePerMs = 0;
			for (const flow of flows) {
				if (flow.heldUntilMs > atMs - justNowMs) held++;
				else freePerMs += flow.usedPerMs;
			}
			// What was given back after it had been told is less to be told next time.
			const bytes = Math.max(0, demanded);
			demanded -= bytes;
			return { held, free: flows.size - held, freePerSecond: freePerMs * 1000, bytes };
		},
		isIdle: (atMs) => flows.size === 0 && demanded < 1 && untilMs <= atMs,
	};
}
