/** One host in the queue: what waits for it, what is in flight, and how much it is asked for. */
import { mostInARow } from "../control/breaker.ts";
import { createHostLevel, type Ended, type HostLevel, levelOf } from "../control/host-level.ts";
import { recallLevel } from "../control/level-memory.ts";
import { takeTurn, waitOf } from "../control/pacer.ts";
import type { SeekerContext } from "../control/seeker-state.ts";
import type { LevelMemory } from "../core/level-memory.ts";
import { createFifo, type Fifo } from "./fifo.ts";
import { hostLimitsOf, type QueueLimits } from "./queue-limits.ts";
import type { Place } from "./ring.ts";
import type { Standing } from "./unanswered.ts";

export type Host<T> = {
	readonly name: string;
	readonly items: Fifo<T>;
	readonly level: HostLevel;
	inFlight: number;
	/** Of those, attempts that have waited long for the first answer of the host. */
	late: number;
	/** Slots that became free since the last one was taken: what ends within one turn was all held back alike. */
	freed: number;
	/** The level when the last slot was taken: each success may raise it, and nothing starts before the turn is over. */
	levelThen: number;
	/** Requests so far. */
	turns: number;
	/** Where it stands in the ring of those that have a turn. */
	place: Place;
	/** Whether it asked for a pause; a pace of its own holds it back as well. */
	isPaused: boolean;
	untilMs: number;
	/** Cancels the end of the pause; present while the host is paused. */
	wake: (() => void) | undefined;
	/** Bytes that came since the last whole piece. */
	pieceBytes: number;
};

export function createHost<T>(name: string, level: HostLevel): Host<T> {
	return {
		name,
		items: createFifo(),
		level,
		inFlight: 0,
		late: 0,
		freed: 0,
		levelThen: 0,
		turns: level.turns,
		place: "none",
		isPaused: false,
		untilMs: 0,
		wake: undefined,
		pieceBytes: 0,
	};
}

export type LevelRequest = {
	readonly context: SeekerContext;
	readonly limits: QueueLimits;
	/** Whether the list has shown this host alone. */
	readonly isOnly: boolean;
	/** What an earlier run has learned of it. */
	readonly memory: LevelMemory | undefined;
	readonly onMove: (level: number, why: string) => void;
};

export function levelForNew(name: string, { context, limits, isOnly, memory, onMove }: LevelRequest): HostLevel {
	const level = createHostLevel(context, hostLimitsOf(limits, name, isOnly), (moved, why) =>
		onMove(moved.seeker.base, why),
	);
	if (memory) recallLevel(level, memory);
	return level;
}

/** How much a host may be asked for beside others. */
export type Surroundings = {
	readonly limits: QueueLimits;
	readonly hosts: number;
	readonly most: number;
	/** What is known of it. */
	readonly standing: Standing;
};

/**
 * With a number of downloads given, one host may have them all while no other has work; beside others it never has all, as
 * it may be dead. One that has not answered, where others have, gets no more than its share: the slots of a silent host are
 * lost for long. Those of late ones are limited together, so that one after the other is given up.
 */
export function levelBeside({ level }: Host<unknown>, { limits, hosts, most, standing }: Surroundings): number {
	const own = levelOf(level);
	// As many as it takes until it is given up, at once; unless it was found to be asked too much.
	if (standing === "late")
		return own < level.limits.start ? own : Math.max(own, Math.min(mostInARow, level.limits.most));
	if (hosts > 1 && standing !== "known") return Math.min(own, Math.max(1, Math.floor(most / hosts)));
	if (limits.perHost !== "auto") return own;
	if (hosts > 1) return Math.min(own, Math.max(1, most - 1));
	const isFree = level.refusals.mode === "free" && level.ramp >= level.seeker.level;
	return limits.concurrency !== "auto" && isFree ? most : own;
}

/** Whether its level, and nothing else, keeps more from starting: of all that end in one turn alike. */
export function isAtLevel({ inFlight, freed, levelThen }: Host<unknown>, level: number): boolean {
	return inFlight + freed >= Math.min(level, levelThen);
}

/** What is told when one ends; its slot is free afterwards. */
export function endOf(host: Host<unknown>, turn: number, level: number, isEnding: boolean): Ended {
	const atOnce = host.inFlight + host.freed;
	const isFull = isAtLevel(host, level) || host.wake !== undefined;
	const isLimited = isFull && host.items.size > 0;
	const ended = { turn, level, inFlight: host.inFlight, atOnce, newestTurn: host.turns, isLimited, isEnding };
	host.inFlight--;
	host.freed++;
	return ended;
}

/** Takes a turn of the host's own pace. @returns When the next one may leave, where that is later than now. */
export function paceHost({ level: { pacer, context } }: Host<unknown>): number | undefined {
	if (!pacer) return undefined;
	const nowMs = context.clock();
	takeTurn(pacer, nowMs);
	return waitOf(pacer, nowMs) > 0 ? pacer.nextMs : undefined;
}

/** Takes all that waits for the host. */
export function takeAll<T>({ items }: Host<T>): T[] {
	const all: T[] = [];
	for (let item = items.shift(); item !== undefined; item = items.shift()) all.push(item);
	return all;
}
