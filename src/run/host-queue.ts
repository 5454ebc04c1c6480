/** The host governor: what is next, so that no host has more than its share and a host that asked for a pause gets it. */
import type { HostLevel } from "../control/host-level.ts";
import {
	beginHigher,
	bring,
	createHostLevel,
	fail,
	levelOf,
	refuse,
	slowDown,
	succeed,
	timeOut,
} from "../control/host-level.ts";
import { createPacer, takeTurn, waitOf } from "../control/pacer.ts";
import { isPrivateHost } from "../control/private-host.ts";
import type { RefusalKind } from "../control/refusals.ts";
import { createSeeker, credit, finishOne, moveTo } from "../control/seeker.ts";
import { createFifo, type Fifo } from "./fifo.ts";
import { hostLimitsOf, type QueueLimits, startOverall } from "./queue-limits.ts";
import { createRing } from "./ring.ts";

/** What waits in the queue. */
export type Queued = {
	readonly id: number;
	/** Which request of its host this is: set when it is taken. */
	turn: number;
	/** Refusals that it was not to blame for, and what the host had served at the last of them. */
	forgiven: number;
	servedThen: number;
};

export type HostQueue<T extends Queued> = {
	/** Items that wait for a turn. */
	readonly size: number;
	readonly inFlight: number;
	/** Most in flight at once, now. */
	readonly level: number;
	/** Whether `take` would give something now, if there were room. */
	hasReady(): boolean;
	/** Whether there is room for items of other hosts. */
	hasRoom(): boolean;
	push(host: string, item: T): void;
	/** Puts an item before the others of its host: it has waited for its turn once. */
	pushFirst(host: string, item: T): void;
	/** The next item of the host whose turn it is; the host has one more in flight until it ends. */
	take(): T | undefined;
	/** It brought its file, or all of its bytes: the slot is free. */
	succeed(host: string, item: T): void;
	/** Bytes that came, as they come; how long the first one took, where that is known. */
	bring(host: string, bytes: number, files: number, firstByteMs?: number): void;
	/** It did not succeed, and says nothing of the level. */
	fail(host: string, item: T): void;
	/** It ran out of time, or broke off. */
	timeOut(host: string, item: T): void;
	/** It was refused. @returns Whether that is forgiven: the host is asked too much, and serves others. */
	refuse(host: string, item: T, kind: RefusalKind): boolean;
	/** Requests beyond the first that an attempt took: redirects. */
	charge(host: string, requests: number): void;
	/** Starts nothing of the host for so long; a pause that ends later holds. */
	pause(host: string, forMs: number): void;
	/** Takes out all that waits for a host. */
	drain(host: string): T[];
	/** The level of a host; undefined where nothing is known of it. */
	levelOf(host: string): number | undefined;
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
	readonly time: Time;
	/** Whether this process is what limits. */
	readonly isBusy?: () => boolean;
	/** Called when a pause ends and something may be ready. */
	readonly onReady: () => void;
	/** A level was moved: of a host, or over all. */
	readonly onMove?: (move: Move) => void;
	/** What was learned of a host before, if anything. */
	readonly recall?: (host: string) => HostLevel | undefined;
	readonly remember?: (host: string, level: HostLevel) => void;
};

export type Move = { readonly host: string | null; readonly level: number; readonly why: string };

type Host<T> = {
	readonly name: string;
	readonly items: Fifo<T>;
	readonly level: HostLevel;
	inFlight: number;
	turns: number;
	/** Whether the host stands in a ring of those that have a turn. */
	isReady: boolean;
	untilMs: number;
	/** Cancels the end of the pause; present while the host is paused. */
	wake: (() => void) | undefined;
	/** Bytes that came since the last whole piece. */
	pieceBytes: number;
};

/** How often more is sent to a host that has not answered yet, and up to how many. */
const warmUpMs = 50;
const mostUnanswered = 256;
/** A large file counts as many of this size. */
const pieceBytes = 4 * 1024 ** 2;
/** Work of so many bytes counts as much as that of a file by itself. */
const bytesPerWork = 64 * 1024;

/** Hosts take turns; one stands in the ring while it has items, a free slot and no pause. */
export function createHostQueue<T extends Queued>(options: HostQueueOptions): HostQueue<T> {
	const { limits, time, onReady, onMove } = options;
	const context = { clock: time.clock, isBusy: options.isBusy ?? (() => false) };
	const hosts = new Map<string, Host<T>>();
	const ring = createRing<Host<T>>(mayStart, (host) => host.inFlight < fairShare());
	const overall = createSeeker(context, {
		level: limits.concurrency === "auto" ? startOverall : limits.concurrency,
		most: limits.most,
		probes: limits.concurrency === "auto",
	});
	let overallTold = overall.level;
	const pacer = limits.rate === undefined ? undefined : createPacer(limits.rate, time.clock());
	let wakePacer: (() => void) | undefined;
	/** Asked for last: lists name a host many times in a row. */
	let last: Host<T> | undefined;
	/** The first host of all, until another one comes. */
	let only: string | undefined;
	let hasMany = false;
	let size = 0;
	let inFlight = 0;
	let isEnding = false;
	let cancelWarmUp: (() => void) | undefined;

	/** One host alone is limited by its own level. */
	function overallLevel(): number {
		return limits.concurrency === "auto" && hosts.size <= 1 ? limits.most : overall.level;
	}

	function fairShare(): number {
		return hosts.size <= 1 ? limits.most : Math.max(1, Math.floor(overallLevel() / hosts.size));
	}

	/** With a number of downloads given, one host may have them all while no other has work. */
	function levelFor({ level }: Host<T>): number {
		const isAlone = hosts.size <= 1 && limits.concurrency !== "auto" && limits.perHost === "auto";
		if (isAlone && level.refusals.refused === Number.POSITIVE_INFINITY && level.ramp >= level.seeker.level) {
			return overall.level;
		}
		if (limits.perHost !== "auto" || hosts.size <= 1) return levelOf(level);
		return Math.min(levelOf(level), Math.max(1, overallLevel() - 1));
	}

	function mayStart(host: Host<T>): boolean {
		return host.items.size > 0 && host.wake === undefined && host.inFlight < levelFor(host);
	}

	const open = (name: string): Host<T> => {
		if (last?.name === name) return last;
		last = hosts.get(name) ?? add(name);
		return last;
	};

	const add = (name: string): Host<T> => {
		if (only === undefined) only = name;
		else if (only !== name) hasMany = true;
		const level = options.recall?.(name) ?? createLevel(name);
		const host: Host<T> = {
			name,
			items: createFifo(),
			level,
			inFlight: 0,
			turns: level.refusals.reactedTurn,
			isReady: false,
			untilMs: 0,
			wake: undefined,
			pieceBytes: 0,
		};
		hosts.set(name, host);
		if (!cancelWarmUp) warmUp(host);
		// What one host had alone is now shared.
		if (hosts.size === 2 && limits.concurrency === "auto" && inFlight > overall.level) {
			moveTo(overall, Math.min(limits.most, inFlight), "another host has work");
		}
		return host;
	};

	/** While nothing has come back from the one host of a list, the way is longer than that: more is sent. */
	const warmUp = (host: Host<T>): void => {
		if (hasMany || limits.concurrency !== "auto" || limits.perHost !== "auto" || !isPrivateHost(host.name)) return;
		const isOver = (): boolean => host.wake !== undefined || hasMany || hosts.get(host.name) !== host;
		const step = (): void => {
			if (isOver() || host.items.size === 0 || host.level.seeker.level >= mostUnanswered) return;
			if (!beginHigher(host.level, host.level.seeker.level + startOverall)) return;
			settle(host);
			onReady();
			cancelWarmUp = time.after(warmUpMs, step);
		};
		cancelWarmUp = time.after(warmUpMs, step);
	};

	const createLevel = (name: string): HostLevel => {
		const level = createHostLevel(context, hostLimitsOf(limits, name, !hasMany), (moved, why) =>
			onMove?.({ host: name, level: moved.seeker.base, why }),
		);
		if (limits.ratePerHost !== undefined) level.pacer = createPacer(limits.ratePerHost, time.clock());
		return level;
	};

	const settle = (host: Host<T>): void => {
		if (!host.isReady && mayStart(host)) ring.push(host);
		if (host.items.size === 0 && host.inFlight === 0 && host.wake === undefined) forget(host);
	};

	const forget = (host: Host<T>): void => {
		options.remember?.(host.name, host.level);
		hosts.delete(host.name);
		if (last === host) last = undefined;
		// The one that is left may have more than with others.
		if (hosts.size === 1) for (const left of hosts.values()) settle(left);
	};

	const put = (name: string, item: T, isFirst: boolean): void => {
		const host = open(name);
		if (isFirst) host.items.unshift(item);
		else host.items.push(item);
		size++;
		settle(host);
	};

	/** Nothing of the host starts before. */
	const hold = (host: Host<T>, untilMs: number): void => {
		if (untilMs <= host.untilMs && host.wake) return;
		host.untilMs = untilMs;
		host.wake?.();
		host.wake = time.after(Math.max(0, untilMs - time.clock()), () => {
			host.wake = undefined;
			settle(host);
			onReady();
		});
	};

	const isPaced = (): boolean => {
		if (!pacer) return false;
		if (wakePacer) return true;
		const waitMs = waitOf(pacer, time.clock());
		if (waitMs <= 0) return false;
		wakePacer = time.after(waitMs, () => {
			wakePacer = undefined;
			onReady();
		});
		return true;
	};

	const paceHost = (host: Host<T>): void => {
		const { pacer: own } = host.level;
		if (!own) return;
		const nowMs = time.clock();
		takeTurn(own, nowMs);
		if (waitOf(own, nowMs) > 0) hold(host, own.nextMs);
	};

	/** What is told when one ends; its slot is free afterwards. */
	const end = (
		host: Host<T>,
		{ turn }: T,
	): { turn: number; inFlight: number; newestTurn: number; isLimited: boolean } => {
		const isTail = isEnding && size < 2 * host.inFlight;
		const isLimited = !isTail && host.items.size > 0 && (host.inFlight >= levelFor(host) || host.wake !== undefined);
		const ended = { turn, inFlight: host.inFlight, newestTurn: host.turns, isLimited };
		host.inFlight--;
		return ended;
	};

	/** @param succeeded - Whether it brought something. */
	const endOverall = (succeeded: boolean): void => {
		if (limits.concurrency === "auto" && hosts.size > 1) {
			const isTail = isEnding && size < 2 * inFlight;
			const isLimited = !isTail && inFlight >= overall.level && ring.size > 0;
			finishOne(overall, { succeeded, isLimited, inFlight });
			if (overall.phase !== "start" && overall.base !== overallTold) {
				overallTold = overall.base;
				onMove?.({ host: null, level: overall.base, why: overall.why });
			}
		}
		inFlight--;
	};

	return {
		get size() {
			return size;
		},
		get inFlight() {
			return inFlight;
		},
		get level() {
			const [host] = hosts.size === 1 ? hosts.values() : [];
			return host ? Math.min(levelFor(host), overallLevel()) : overall.level;
		},
		hasReady: () => ring.head() !== undefined,
		hasRoom: () => inFlight < overallLevel() && ring.head() === undefined,
		push: (name, item) => put(name, item, false),
		pushFirst: (name, item) => put(name, item, true),
		take() {
			if (inFlight >= overallLevel() || isPaced()) return undefined;
			const host = ring.take();
			const item = host?.items.shift();
			if (!host || item === undefined) return undefined;
			size--;
			inFlight++;
			host.inFlight++;
			item.turn = ++host.turns;
			if (pacer) takeTurn(pacer, time.clock());
			paceHost(host);
			settle(host);
			return item;
		},
		succeed(name, item) {
			const host = open(name);
			endOverall(true);
			succeed(host.level, end(host, item));
			settle(host);
		},
		bring(name, bytes, files, firstByteMs) {
			const host = hosts.get(name);
			const work = files + bytes / bytesPerWork;
			credit(overall, work, undefined);
			if (!host) return;
			bring(host.level, work, firstByteMs);
			if (files > 0) return;
			host.pieceBytes += bytes;
			for (; host.pieceBytes >= pieceBytes; host.pieceBytes -= pieceBytes) {
				const isLimited = host.items.size > 0 && host.inFlight >= levelFor(host);
				finishOne(host.level.seeker, { succeeded: true, isLimited: isLimited && !isEnding, inFlight: host.inFlight });
				if (hosts.size <= 1) continue;
				const isFull = !isEnding && inFlight >= overall.level && ring.size > 0;
				finishOne(overall, { succeeded: true, isLimited: isFull, inFlight });
			}
			settle(host);
		},
		fail(name, item) {
			const host = open(name);
			endOverall(false);
			fail(host.level, end(host, item));
			settle(host);
		},
		timeOut(name, item) {
			const host = open(name);
			endOverall(false);
			timeOut(host.level, end(host, item));
			settle(host);
		},
		refuse(name, item, kind) {
			const host = open(name);
			endOverall(false);
			const isForgiven = refuse(host.level, { item, kind }, end(host, item));
			settle(host);
			return isForgiven;
		},
		charge(name, requests) {
			const nowMs = time.clock();
			if (pacer) takeTurn(pacer, nowMs, requests);
			const own = hosts.get(name)?.level.pacer;
			if (own) takeTurn(own, nowMs, requests);
		},
		pause(name, forMs) {
			const host = open(name);
			slowDown(host.level);
			hold(host, time.clock() + forMs);
		},
		drain(name) {
			const host = open(name);
			const items = takeAll(host.items);
			size -= items.length;
			settle(host);
			return items;
		},
		levelOf: (name) => {
			const host = hosts.get(name);
			return host && levelFor(host);
		},
		endIsNear() {
			isEnding = true;
		},
		clear() {
			const left: T[] = [];
			wakePacer?.();
			cancelWarmUp?.();
			for (const host of hosts.values()) {
				host.wake?.();
				left.push(...takeAll(host.items));
			}
			size = 0;
			return left;
		},
	};
}

function takeAll<T>(items: Fifo<T>): T[] {
	const all: T[] = [];
	for (let item = items.shift(); item !== undefined; item = items.shift()) all.push(item);
	return all;
}
