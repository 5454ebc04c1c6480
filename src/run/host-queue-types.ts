/** What the queue of a run is for those who use it. */
import type { ForbiddenState } from "../control/forbidden.ts";
import type { HostLevel } from "../control/host-level.ts";
import type { RefusalKind } from "../control/refusal-state.ts";
import type { LevelMemory } from "../core/level-memory.ts";
import type { QueueLimits } from "./queue-limits.ts";
import type { Vigil } from "./unanswered.ts";

/** What waits in the queue. */
export type Queued = {
	readonly id: number;
	/** Which request of its host this is: set when it is taken. */
	turn: number;
	/** Refusals that it was not to blame for, and what the host had served at the last of them. */
	forgiven: number;
	servedThen: number;
	/** Whether it met a 403. */
	wasForbidden: boolean;
	/** Present while an attempt is under way whose host has answered nobody. */
	vigil: Vigil | undefined;
};

export type HostQueue<T extends Queued> = {
	/** Items that wait for a turn. */
	readonly size: number;
	readonly inFlight: number;
	/** Most in flight at once, now. */
	readonly level: number;
	/** Whether `take` would give something now, if there were room. */
	hasReady(): boolean;
	/** Whether the next free slot is for an item of another host: none that waits here may have it. */
	hasRoom(): boolean;
	push(host: string, item: T): void;
	/** Puts an item before the others of its host: it has waited for its turn once. */
	pushFirst(host: string, item: T): void;
	/** The next item of the host whose turn it is; the host has one more in flight until it ends. */
	take(): T | undefined;
	/** It brought its file, or all of its bytes: the slot is free. */
	succeed(host: string, item: T): void;
	/** The bytes of what succeeded; how long the first one took, where that is known. */
	bring(host: string, bytes: number, firstByteMs?: number): void;
	/** Bytes of a download that goes on. */
	advance(host: string, bytes: number): void;
	/** It did not succeed, and says nothing of the level. */
	fail(host: string, item: T, ranOutOfTime?: boolean): void;
	/** It ran out of time, or broke off. */
	timeOut(host: string, item: T, ranOutOfTime?: boolean): void;
	/** It was refused. @returns Whether that is forgiven: the host is asked too much, and serves others. */
	refuse(host: string, item: T, kind: RefusalKind): boolean;
	/** Takes a slot of a host for a download that has one, where no entry wants it. @returns Whether there was one. */
	lend(host: string): boolean;
	takeBack(host: string, slots: number): void;
	/** How many entries wait only for a slot that may be lent, now that so many are to be had in all. */
	lacking(host: string, slots: number): number;
	/** What a host's 403s are about. */
	forbiddenState(host: string): ForbiddenState;
	/** What becomes of an entry that met a 403 so many milliseconds ago, and waits to hear what that was about. */
	afterForbidden(host: string, waitedMs: number): "ask" | "wait" | "fail";
	/** The host says how many requests a second it allows. */
	allow(host: string, perSecond: number): void;
	/** Requests beyond the first that an attempt took: redirects. */
	charge(host: string, requests: number): void;
	/** Starts nothing of the host for so long; a pause that ends later holds. */
	pause(host: string, forMs: number): void;
	/** Takes out all that waits for a host. */
	drain(host: string): T[];
	/** Looks at the host again: its `mostOf` has changed. */
	recheck(host: string): void;
	/** The level of a host; undefined where nothing is known of it. */
	levelOf(host: string): number | undefined;
	/** In flight to a host; undefined where nothing is asked of it. */
	inFlightOf(host: string): number | undefined;
	/** The list has been read: nothing moves where less is left than would tell anything. */
	endIsNear(): void;
	/** Empties the queue and stops its timers. */
	clear(): T[];
};

/** Time, real or simulated. */
export type Time = {
	/** Milliseconds; never goes back. */
	readonly clock: () => number;
	/** @returns What cancels it. */
	readonly after: (ms: number, act: () => void) => () => void;
};

export type HostQueueOptions = {
	readonly limits: QueueLimits;
	/** How many may be in flight now whatever the levels are; `limits.most` where it is not given. */
	readonly room?: () => number;
	readonly time: Time;
	/** Whether this process is what limits. */
	readonly isBusy?: () => boolean;
	/** Most in flight to a host whatever else is allowed, 0 to start nothing; undefined where nobody has said so. */
	readonly mostOf?: (host: string) => number | undefined;
	/** Called when a pause ends and something may be ready. */
	readonly onReady: () => void;
	/** A level was moved: of a host, or over all. */
	readonly onMove?: (move: Move) => void;
	/** What was learned of a host before, if anything. */
	readonly recall?: (host: string) => HostLevel | undefined;
	readonly remember?: (host: string, level: HostLevel) => void;
	/** What an earlier run has learned of a host. */
	readonly memoryOf?: (host: string) => LevelMemory | undefined;
};

export type Move = { readonly host: string | null; readonly level: number; readonly why: string };
