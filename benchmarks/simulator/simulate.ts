/** Downloads a list from models of origins: the same queue and the same controller as in a run, in simulated time. */
import { answered, type Breaker, createBreaker, mayAsk, unanswered } from "../../src/control/breaker.ts";
import { forbiddenLookMs } from "../../src/control/forbidden.ts";
import type { HostLevel } from "../../src/control/host-level.ts";
import { backoff } from "../../src/core/retry.ts";
import { createHostQueue } from "../../src/run/host-queue.ts";
import type { Move } from "../../src/run/host-queue-types.ts";
import type { QueueLimits } from "../../src/run/queue-limits.ts";
import type { Vigil } from "../../src/run/unanswered.ts";
import { createSimulation } from "./events.ts";
import { createOrigin, type OriginModel, type Reply } from "./origin-model.ts";
import { createRandom, type Random } from "./random.ts";

export type Scenario = {
	readonly files: number;
	/** The origins, which the list names in turn. */
	readonly origins: readonly OriginModel[];
	/** How many entries of an origin come in a row. */
	readonly inARow?: number;
	/** Bytes of a file. */
	readonly size?: number | ((random: Random) => number);
	/** Length of a turn of the event loop, in milliseconds: what comes within one ends together. Without it each reply is a turn. */
	readonly turnMs?: number;
	/** Refusals are failures like any other: no level follows from them, and entries pay with their retries. */
	readonly isPlain?: boolean;
};

export type Simulated = {
	readonly ms: number;
	readonly saved: number;
	readonly failed: number;
	/** Requests for entries that are forbidden, beyond one for each. */
	readonly askedAgain: number;
	readonly refusals: number;
	readonly requests: number;
	/** Requests that left while their host had asked for a pause. */
	readonly pausesBroken: number;
	readonly moves: readonly (Move & { readonly atMs: number })[];
	/** A sample each 50 ms: the level and what has been saved. */
	readonly samples: readonly { readonly atMs: number; readonly level: number; readonly saved: number }[];
};

type Item = {
	readonly id: number;
	readonly host: string;
	readonly bytes: number;
	turn: number;
	forgiven: number;
	servedThen: number;
	wasForbidden: boolean;
	vigil: Vigil | undefined;
	made: number;
	readonly isForbidden: boolean;
};

const kinds = { 403: "forbidden", 429: "plain", 503: "maybe" } as const;
const policy = { retries: 3, retryBaseMs: 500, retryMaxWaitMs: 60_000 };
const readAhead = 64;
const mostAhead = 16_384;
const longestMs = 3_600_000;
const sampleMs = 50;

/** @param level - `auto`, or the same number in all and to each host. */
export function simulate(scenario: Scenario, level: number | "auto", seed: number): Simulated {
	const simulation = createSimulation();
	const random = createRandom(seed);
	/** The list is the same at each level. */
	const sizes = createRandom(seed + 1_000_003);
	const origins = scenario.origins.map((model) => createOrigin(model, simulation, random));
	const breakers = new Map<string, Breaker>();
	const moves: (Move & { readonly atMs: number })[] = [];
	const samples: { atMs: number; level: number; saved: number }[] = [];
	const most = level === "auto" ? 1024 : level;
	const limits: QueueLimits = { most, concurrency: level, perHost: level };
	const known = new Map<string, HostLevel>();
	const queue = createHostQueue<Item>({
		limits,
		time: simulation,
		onReady: pump,
		onMove: (move) => moves.push({ ...move, atMs: simulation.clock() }),
		recall: (host) => known.get(host),
		remember: (host, level) => known.set(host, level),
	});
	let read = 0;
	let saved = 0;
	let failed = 0;
	let askedAgain = 0;
	let endedMs = 0;
	let pumpIsDue = false;
	let pausesBroken = 0;
	const pausedUntilMs = origins.map(() => 0);

	function pump(): void {
		for (;;) {
			while (read < scenario.files && isHungry()) readOne();
			if (read === scenario.files) queue.endIsNear();
			const item = queue.take();
			if (!item) return;
			if (simulation.clock() < (pausedUntilMs[originOf(item)] ?? 0)) pausesBroken++;
			if (item.isForbidden && item.forgiven > 0) askedAgain++;
			origins[originOf(item)]?.request(item.bytes, (reply) => afterTurn(() => onReply(item, reply)), item.isForbidden);
		}
	}

	function afterTurn(act: () => void): void {
		const { turnMs } = scenario;
		if (turnMs === undefined) act();
		else simulation.after(turnMs - (simulation.clock() % turnMs), act);
	}

	/** As in a run: further on in search of other hosts, while those that were read are busy. */
	function isHungry(): boolean {
		return queue.size < Math.max(readAhead, 2 * queue.inFlight) || (queue.size < mostAhead && queue.hasRoom());
	}

	function originOf(item: Item): number {
		return Number(item.host.slice(item.host.lastIndexOf(".") + 1));
	}

	function readOne(): void {
		const { size = 10_240 } = scenario;
		const bytes = typeof size === "number" ? size : size(sizes);
		const host = `10.0.0.${Math.floor(read / (scenario.inARow ?? 1)) % origins.length}`;
		const id = read++;
		const isForbidden = sizes.next() < (scenario.origins[0]?.forbiddenRate ?? 0);
		enqueue(
			{
				id,
				host,
				bytes,
				isForbidden,
				turn: 0,
				forgiven: 0,
				servedThen: 0,
				wasForbidden: false,
				vigil: undefined,
				made: 0,
			},
			false,
		);
	}

	function breakerOf(host: string): Breaker {
		const breaker = breakers.get(host) ?? createBreaker();
		breakers.set(host, breaker);
		return breaker;
	}

	/** Unless its host is given up. */
	function enqueue(item: Item, isFirst: boolean): void {
		if (!mayAsk(breakerOf(item.host))) failed++;
		else if (isFirst) queue.pushFirst(item.host, item);
		else queue.push(item.host, item);
	}

	function onReply(item: Item, reply: Reply): void {
		endedMs = simulation.clock();
		if (reply.kind !== "hung") answered(breakerOf(item.host));
		if (reply.kind === "ok") {
			saved++;
			queue.succeed(item.host, item);
			queue.bring(item.host, reply.bytes, reply.firstByteMs);
		} else again(item, reply);
		pumpSoon();
	}

	/** What comes at one moment is gone on with together, as in one turn of an event loop. */
	function pumpSoon(): void {
		if (pumpIsDue) return;
		pumpIsDue = true;
		simulation.after(0, () => {
			pumpIsDue = false;
			pump();
		});
	}

	function again(item: Item, reply: Exclude<Reply, { kind: "ok" }>): void {
		const { host } = item;
		if (scenario.isPlain && reply.kind !== "hung") queue.fail(host, item);
		else if (reply.kind === "cut") queue.timeOut(host, item, false);
		else if (reply.kind === "reset") {
			if (queue.refuse(host, item, "maybe")) return askAgain(item);
		} else if (reply.kind === "refused") {
			if (reply.allowedPerSecond !== undefined) queue.allow(host, reply.allowedPerSecond);
			const isForgiven = queue.refuse(host, item, kinds[reply.status]);
			if (reply.retryAfterMs !== undefined) {
				queue.pause(host, reply.retryAfterMs);
				pausedUntilMs[originOf(item)] = simulation.clock() + reply.retryAfterMs;
			}
			if (isForgiven) return askAgain(item);
			if (reply.status === 403) return doubt(item, simulation.clock());
		} else if (breakerOf(host).hasAnswered) queue.timeOut(host, item);
		else silent(item);
		if (++item.made <= policy.retries) return wait(item, backoffOf(item.made - 1));
		failUnlessOthersAreServed(item, reply.kind === "refused" && reply.status === 429);
	}

	/** It does not pay. */
	function askAgain(item: Item): void {
		if (item.forgiven <= 2) queue.pushFirst(item.host, item);
		else wait(item, backoffOf(item.forgiven - 2));
	}

	function wait(item: Item, ms: number): void {
		simulation.after(ms, () => pushAgain(item));
	}

	function silent(item: Item): void {
		const { host } = item;
		queue.fail(host, item, true);
		if (!unanswered(breakerOf(host), "connect", () => true)) return;
		for (const left of queue.drain(host)) enqueue(left, true);
	}

	/** As in a run: whether others are served shows a moment later. */
	function failUnlessOthersAreServed(item: Item, saysTooMuch: boolean): void {
		const savedThen = saved;
		simulation.after(500, () => {
			if (saved > savedThen && saysTooMuch) pushAgain(item);
			else failed++;
		});
	}

	/** As in a run: it waits until it is known what 403s are about. */
	function doubt(item: Item, sinceMs: number): void {
		const { host, forgiven } = item;
		if (queue.forbiddenState(host) === "load") return failUnlessOthersAreServed(item, true);
		if (forgiven > 0 || queue.forbiddenState(host) === "entry") return void failed++;
		simulation.after(forbiddenLookMs, () => {
			const next = queue.afterForbidden(host, simulation.clock() - sinceMs);
			if (next === "wait") return doubt(item, sinceMs);
			if (next === "fail") return void failed++;
			item.forgiven++;
			pushAgain(item);
		});
	}

	function backoffOf(n: number): number {
		return backoff(policy, n, random.next());
	}

	function pushAgain(item: Item): void {
		enqueue(item, true);
		pump();
	}

	const sample = (): void => {
		if (queue.inFlight > 0) samples.push({ atMs: simulation.clock(), level: queue.level, saved });
		if (saved + failed < scenario.files) simulation.after(sampleMs, sample);
	};
	sample();
	pump();
	simulation.run(longestMs);
	const refusals = origins.reduce((sum, origin) => sum + origin.refusals(), 0);
	const requests = origins.reduce((sum, origin) => sum + origin.requests(), 0);
	return { ms: endedMs, saved, failed, askedAgain, refusals, requests, pausesBroken, moves, samples };
}
