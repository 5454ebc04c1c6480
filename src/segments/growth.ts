/** How many connections one large file should have: a second first, more while each adds something. Pure: time is passed in. */
import { createPulse, feel, type Pulse } from "./pulse.ts";

export type Growth = {
	/** Connections that are wanted now. */
	target: number;
	/** Most that it may come to; what is given by the user is not searched for. */
	readonly most: number;
	readonly isGiven: boolean;
	/** What one connection brings alone, in bytes a millisecond. */
	first: number;
	/** What the connections brought before the last step, and how many they were. */
	before: (Measured & { readonly connections: number }) | undefined;
	/** When the last step was made. */
	steppedMs: number;
	/** From when on nothing is measured yet, as what has just begun is slower, or faster for a moment. */
	window: { readonly fromMs: number; readonly bytes: number | undefined } | undefined;
	/** How all bytes come together, and how many there were when they came last. */
	readonly pulse: Pulse;
	bytes: number;
	/** Least that a window is long. */
	windowMs: number;
	/** No step before. */
	restUntilMs: number;
	restMs: number;
};

/** In bytes a millisecond, over so long. */
type Measured = { readonly perMs: number; readonly spanMs: number };

export type GrowthFacts = {
	readonly nowMs: number;
	/** Bytes that came so far, from all connections. */
	readonly bytes: number;
	/** Connections that have brought something, and all of them. */
	readonly active: number;
	readonly all: number;
	/** Most connections that there is room for now. */
	readonly allowed: number;
	readonly leftBytes: number;
	/** From a request to its first byte. */
	readonly firstByteMs: number;
	/** Usual time between bytes of one connection and its next ones. */
	readonly gapMs: number;
};

/** Most connections that are found for one file. */
const mostFound = 32;
/** A connection must add this share of what the first brought alone. */
const worthwhile = 0.1;
/** Each of the last step brought nearly as much as the first alone: the limit is far. */
const full = 0.7;
/** What ends sooner with the connections that there are needs no more of them. */
const leastLeftMs = 1000;
const leastLeftToGrowMs = 300;
const skipMs = 25;
const windowMs = 100;
const firstByteTimes = 2;
/** Where bytes come in bursts, a window holds so many of each connection's: what it holds is else a matter of luck. */
const gapTimes = 2;
/** New connections that bring nothing for so long are not waited for; and where none of them does, there is no room for them. */
const patienceMs = 1500;
const longestPatienceMs = 5000;
const firstRestMs = 5000;
const longestRestMs = 60_000;

export function createGrowth(limit: number | "auto"): Growth {
	return {
		target: limit === "auto" ? 1 : limit,
		most: limit === "auto" ? mostFound : limit,
		isGiven: limit !== "auto",
		first: 0,
		before: undefined,
		steppedMs: 0,
		window: undefined,
		pulse: createPulse(),
		bytes: 0,
		windowMs,
		restUntilMs: 0,
		restMs: firstRestMs,
	};
}

/** Looks, some times a second, at what came; `target` may be another one afterwards. */
export function look(growth: Growth, facts: GrowthFacts): void {
	const { nowMs } = facts;
	if (growth.isGiven) {
		if (nowMs >= growth.restUntilMs) growth.target = growth.most;
		return;
	}
	const hasCome = facts.bytes > growth.bytes;
	if (facts.bytes > 0) feel(growth.pulse, nowMs, hasCome);
	growth.bytes = facts.bytes;
	if (facts.bytes === 0 || nowMs < growth.restUntilMs) return;
	const isSettling = growth.before !== undefined && growth.target > growth.before.connections;
	if (isSettling && isWaitedFor(growth, facts)) return;
	const measured = measure(growth, facts, hasCome);
	if (!measured) return;
	if (!isSettling || !growth.before) return begin(growth, facts, measured);
	const gapMs = longestGap(growth, facts);
	// What came before was measured within a burst, or between two.
	if (gapMs > growth.before.spanMs) return measureAnew(growth, gapTimes * gapMs);
	const { perMs } = measured;
	const added = facts.active - growth.before.connections;
	const gain = (perMs - growth.before.perMs) / (growth.first * added);
	if (gain >= worthwhile) {
		growth.before = { ...measured, connections: facts.active };
		// The rest of the last step is still to be had.
		if (facts.active >= growth.target) stepUp(growth, facts, { perMs, factor: gain >= full ? 4 : 2 });
		return;
	}
	takeBack(growth, nowMs);
}

/** A connection was refused: no more than those that work, for a while. Others of the same step say nothing new. */
export function refused(growth: Growth, working: number, nowMs: number): void {
	growth.target = Math.max(1, Math.min(growth.target, working));
	if (nowMs >= growth.restUntilMs) rest(growth, nowMs);
}

/** The last step brought too little. */
function takeBack(growth: Growth, nowMs: number): void {
	if (growth.before) growth.target = growth.before.connections;
	rest(growth, nowMs);
}

/** From the connections before the last step on, and over a longer time. */
function measureAnew(growth: Growth, windowMs: number): void {
	if (growth.before) growth.target = growth.before.connections;
	growth.before = undefined;
	growth.first = 0;
	growth.windowMs = windowMs;
}

function rest(growth: Growth, nowMs: number): void {
	growth.before = undefined;
	growth.window = undefined;
	growth.restUntilMs = nowMs + growth.restMs;
	growth.restMs = Math.min(longestRestMs, growth.restMs * 2);
}

/** Those of the last step have not all begun, or there is no room for one of them. */
function isWaitedFor(growth: Growth, { nowMs, active, all, allowed }: GrowthFacts): boolean {
	const { before, target, steppedMs } = growth;
	if (!before || Math.min(all, allowed) <= before.connections) return true;
	if (active >= Math.min(target, allowed)) return false;
	const waitedMs = nowMs - steppedMs;
	if (active > before.connections) return waitedMs < patienceMs;
	if (waitedMs > longestPatienceMs) takeBack(growth, nowMs);
	return true;
}

/** @returns What came in a window, once one is over. It begins and ends with bytes: so it holds whole bursts. */
function measure(growth: Growth, facts: GrowthFacts, hasCome: boolean): Measured | undefined {
	const { nowMs, bytes, firstByteMs } = facts;
	growth.window ??= { fromMs: nowMs + skipMs, bytes: undefined };
	const { fromMs } = growth.window;
	if (nowMs < fromMs || !hasCome) return undefined;
	if (growth.window.bytes === undefined) {
		growth.window = { fromMs: nowMs, bytes };
		return undefined;
	}
	const spanMs = nowMs - fromMs;
	const leastMs = Math.max(growth.windowMs, firstByteTimes * firstByteMs, gapTimes * longestGap(growth, facts));
	if (spanMs < leastMs) return undefined;
	const perMs = (bytes - growth.window.bytes) / spanMs;
	growth.window = undefined;
	return { perMs, spanMs };
}

/** That of one connection: together they hide it, and what one is alone is known before there are others. */
function longestGap({ pulse }: Growth, { gapMs }: GrowthFacts): number {
	return Math.max(pulse.gapMs, gapMs);
}

function begin(growth: Growth, facts: GrowthFacts, measured: Measured): void {
	const { active, leftBytes } = facts;
	const { perMs } = measured;
	if (growth.first === 0 || active === 1) growth.first = perMs / Math.max(1, active);
	if (leftBytes < perMs * leastLeftMs) return;
	growth.before = { ...measured, connections: active };
	stepUp(growth, facts, { perMs, factor: 2 });
}

function stepUp(
	growth: Growth,
	{ active, leftBytes, nowMs }: GrowthFacts,
	{ perMs, factor }: { readonly perMs: number; readonly factor: number },
): void {
	if (leftBytes < perMs * leastLeftToGrowMs) return;
	growth.target = Math.min(growth.most, active * factor);
	growth.steppedMs = nowMs;
}
