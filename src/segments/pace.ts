/** How many connections a file has now, and which of them is to be opened anew: what is seen of those that there are. */
import type { Failure } from "../core/failure.ts";
import { type Carrier, findLame, measureSpeed } from "./carrier.ts";
import { createGrowth, look, refused } from "./growth.ts";
import { usualGap } from "./pulse.ts";
import { createSetbacks } from "./setbacks.ts";

export type Pace = {
	/** Connections that are wanted. */
	readonly target: number;
	/** From a request to its first byte. */
	readonly beginMs: number;
	/** Whether no further connection is to be tried yet. */
	readonly isPause: boolean;
	/** Usual time between bytes of a connection and its next ones. */
	gapMs(carriers: Iterable<Carrier>): number;
	/** Looks, some times a second. */
	look(carriers: Iterable<Carrier>, facts: PaceFacts): void;
	/** One that is to be opened anew. */
	findLame(carriers: Iterable<Carrier>): Carrier | undefined;
	onHead(carrier: Carrier): void;
	onBytes(): void;
	/** @param working - Connections beside that one. */
	onFailure(carrier: Carrier, failure: Failure, working: number): void;
	/** There is no room for more than those that work. */
	onRefusal(working: number): void;
};

export type PaceFacts = {
	/** Whether only the attempt's own connection is at work, without a carrier. */
	readonly isSingle: boolean;
	readonly bytes: number;
	readonly leftBytes: number;
	/** Most connections that there is room for. */
	readonly allowed: number;
};

/** @param firstByteMs - Of the answer that the attempt began with. */
export function createPace(limit: number | "auto", firstByteMs: number): Pace {
	const growth = createGrowth(limit);
	const setbacks = createSetbacks();
	let beginMs = firstByteMs;
	let replacedMs = performance.now();

	const gapOf = (all: readonly Carrier[]): number =>
		all.length > 0 ? usualGap(all.map(({ pulse }) => pulse)) : growth.pulse.gapMs;
	const onRefusal = (working: number): void => refused(growth, working, performance.now());
	return {
		get target() {
			return growth.target;
		},
		get beginMs() {
			return beginMs;
		},
		get isPause() {
			return setbacks.isPause(performance.now());
		},
		gapMs: (carriers) => gapOf([...carriers]),
		look(carriers, { isSingle, bytes, leftBytes, allowed }) {
			const all = [...carriers];
			const nowMs = performance.now();
			const gapMs = gapOf(all);
			for (const carrier of all) measureSpeed(carrier, nowMs, gapMs);
			const active = isSingle ? 1 : all.filter(({ firstMs }) => firstMs !== undefined).length;
			const connections = { active, all: Math.max(1, all.length), allowed };
			look(growth, { nowMs, bytes, leftBytes, ...connections, firstByteMs: beginMs, gapMs });
		},
		findLame(carriers) {
			const nowMs = performance.now();
			// What a rate holds back, or has no connection yet, the server is not to blame for.
			const asked = [...carriers].filter(({ exchange }) => exchange?.connected);
			const lame = findLame(asked, nowMs, replacedMs);
			if (lame) replacedMs = nowMs;
			return lame;
		},
		onHead({ exchange }) {
			setbacks.onAnswer();
			beginMs = (beginMs + (exchange?.firstByteMs ?? beginMs)) / 2;
		},
		onBytes: setbacks.onBytes,
		onFailure(carrier, failure, working) {
			const isAnswered = carrier.isFirst || carrier.exchange?.answered === true;
			const isRefusal = setbacks.onFailure(performance.now(), isAnswered);
			if (isRefusal || failure.code === "connect") onRefusal(working);
		},
		onRefusal,
	};
}
