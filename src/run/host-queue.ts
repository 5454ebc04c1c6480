/** The host governor: what is next, so that no host has more than its share and a host that asked for a pause gets it. */
import { onServedAfterAll } from "../control/asked-again.ts";
import { afterForbidden } from "../control/forbidden.ts";
import { type Ended, fail, pause, refuse, resume, slowDown, succeed, timeOut } from "../control/host-level.ts";
import { takeTurn } from "../control/pacer.ts";
import { restartAt } from "../control/seek-start.ts";
import type { HostQueue, HostQueueOptions, Queued } from "./host-queue-types.ts";
import { createHost, endOf, type Host, levelBeside, levelForNew, paceHost, takeAll } from "./host-state.ts";
import { createLentSlots } from "./lent-slots.ts";
import { nearlyAll, startOverall } from "./queue-limits.ts";
import { createRing } from "./ring.ts";
import { createUnanswered } from "./unanswered.ts";
import { createWarmUp } from "./warm-up.ts";
import { createWhole, type Pressure } from "./whole.ts";
import { createYield } from "./yield.ts";

/** Made once, and not for each file. */
const tellSuccess = (host: Host<unknown>, ended: Ended): void => succeed(host.level, ended);

/** Hosts take turns; one stands in the ring while it has items, a free slot and no pause. */
export function createHostQueue<T extends Queued>(options: HostQueueOptions): HostQueue<T> {
	const { limits, time, onReady, isBusy = () => false, room = () => limits.most } = options;
	const context = { clock: time.clock, isBusy };
	const hosts = new Map<string, Host<T>>();
	const unanswered = createUnanswered<T>({
		...{ limits, time },
		room,
		slots: () => Math.min(most(), room()),
		isRead: () => isEnding || size > nearlyAll,
		hosts: () => hosts.size,
		onFree: onReady,
	});
	const ring = createRing<Host<T>>({ mayStart, isBelowShare, ...unanswered });
	const tellMove = (host: string | null, level: number, why: string): void => options.onMove?.({ host, level, why });
	const onMoveInAll = (level: number, why: string): void => tellMove(null, level, why);
	const whole = createWhole({ limits, time, context, apart: unanswered.apart, onReady, onMove: onMoveInAll });
	/** Asked for last: lists name a host many times in a row. */
	let last: Host<T> | undefined;
	/** The first host of all; another one came after it. */
	let first: string | undefined;
	let hasMany = false;
	let size = 0;
	let isEnding = false;
	const onHigher = (host: Host<T>): void => {
		settle(host);
		onReady();
	};
	const warmUp = createWarmUp<T>({ limits, time, isBusy, hasMany: () => hasMany, onHigher });

	function most(): number {
		return whole.levelWith(hosts.size);
	}

	function isBelowShare(host: Host<T>): boolean {
		return host.inFlight < (hosts.size <= 1 ? limits.most : Math.max(1, Math.floor(most() / hosts.size)));
	}

	function levelFor(host: Host<T>): number {
		const level = levelBeside(host, {
			limits,
			hosts: hosts.size,
			most: most(),
			standing: unanswered.standing(host),
		});
		return Math.min(level, options.mostOf?.(host.name) ?? level);
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
		first ??= name;
		hasMany ||= first !== name;
		const onMove = (level: number, why: string): void => tellMove(name, level, why);
		const known = options.recall?.(name);
		if (known) resume(known);
		const level =
			known ?? levelForNew(name, { context, limits, isOnly: !hasMany, memory: options.memoryOf?.(name), onMove });
		const host = createHost<T>(name, level);
		hosts.set(name, host);
		unanswered.add(host);
		if (hosts.size === 2) whole.share();
		if (!warmUp.hasBegun) warmUp.begin(host);
		return host;
	};

	const settle = (host: Host<T>): void => {
		if (host.place === "none" && mayStart(host)) ring.push(host);
		if (host.items.size === 0 && host.inFlight === 0 && host.wake === undefined) forget(host);
	};

	const forget = (host: Host<T>): void => {
		if (!hosts.delete(host.name)) return;
		unanswered.remove(host);
		host.level.turns = host.turns;
		options.remember?.(host.name, host.level);
		if (last === host) last = undefined;
		// The one that is left may have more than with others.
		if (hosts.size === 1) for (const left of hosts.values()) beAlone(left);
	};

	/** As if the list had shown this host alone: the others were given up, or are done. */
	const beAlone = (host: Host<T>): void => {
		first = host.name;
		hasMany = false;
		const { limits: own, seeker } = host.level;
		if (own.seeks && seeker.phase === "start" && seeker.level < Math.min(startOverall, own.most)) {
			restartAt(seeker, startOverall);
			warmUp.begin(host);
		}
		settle(host);
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
		if (host.wake && untilMs <= host.untilMs) return;
		host.untilMs = untilMs;
		host.wake?.();
		host.wake = time.after(Math.max(0, untilMs - time.clock()), () => {
			host.wake = undefined;
			// What was in flight when the pause began has come meanwhile.
			if (host.isPaused) slowDown(host.level);
			host.isPaused = false;
			settle(host);
			onReady();
		});
	};

	const pace = (host: Host<T>): void => {
		const nextMs = paceHost(host);
		if (nextMs !== undefined) hold(host, nextMs);
	};

	/** Nothing is learned from what is left at the end of a list. */
	const isTail = (inFlight: number): boolean => isEnding && size < 2 * inFlight;
	const press = (): Pressure => ({ isHeldBack: ring.size > 0, isEnding: isTail(whole.inFlight) });
	const end = (name: string, item: T, succeeded: boolean, tell: (host: Host<T>, ended: Ended) => void): void => {
		const host = open(name);
		whole.end(hosts.size, succeeded, press());
		unanswered.before(host);
		unanswered.end(host, item);
		tell(host, endOf(host, item.turn, levelFor(host), isTail(host.inFlight)));
		judge(host);
	};

	/** What it is counted as may have changed. */
	const judge = (host: Host<T>): void => {
		unanswered.after(host);
		// It has its turn among others now.
		if (host.place !== unanswered.standing(host)) host.place = "none";
		settle(host);
	};

	const levelKnown = (name: string) => hosts.get(name)?.level ?? options.recall?.(name);

	return {
		get size() {
			return size;
		},
		get inFlight() {
			return whole.inFlight;
		},
		get level() {
			const [host] = hosts.size === 1 ? hosts.values() : [];
			return host ? Math.min(levelFor(host), most()) : whole.levelWith(2);
		},
		hasReady: () => ring.head() !== undefined,
		// What waits may be of hosts that have all they may have: others are short of entries then, whatever is in flight.
		hasRoom: () => ring.head() === undefined && (hosts.size > 1 || whole.inFlight < most()),
		push: (name, item) => put(name, item, false),
		pushFirst: (name, item) => put(name, item, true),
		take() {
			if (whole.inFlight >= room() || whole.isPaced()) return undefined;
			const host = ring.take(whole.counted >= most());
			const item = host?.items.shift();
			if (!host || item === undefined) return undefined;
			size--;
			whole.take();
			unanswered.before(host);
			host.inFlight++;
			unanswered.begin(host, item);
			unanswered.after(host);
			host.freed = 0;
			host.levelThen = levelFor(host);
			item.turn = ++host.turns;
			pace(host);
			settle(host);
			return item;
		},
		succeed(name, item) {
			if (item.wasForbidden) onServedAfterAll(open(name).level.refusals);
			end(name, item, true, tellSuccess);
		},
		fail: (name, item, isLate) => end(name, item, false, (host, ended) => fail(host.level, ended, isLate)),
		timeOut: (name, item, isLate) => end(name, item, false, (host, ended) => timeOut(host.level, ended, isLate)),
		refuse(name, item, kind) {
			let isForgiven = false;
			end(name, item, false, (host, ended) => {
				isForgiven = refuse(host.level, { item, kind }, ended);
			});
			return isForgiven;
		},
		forbiddenState: (name) => levelKnown(name)?.refusals.forbidden ?? "unknown",
		afterForbidden(name, waitedMs) {
			const host = hosts.get(name);
			const level = levelKnown(name);
			if (!level) return "fail";
			const asked = !host ? "nothing" : host.items.size > 0 ? "more" : "last";
			return afterForbidden(level.refusals, { waitedMs, hasServed: level.served > 0, asked });
		},
		allow(name, perSecond) {
			open(name).level.refusals.allowedPerSecond = perSecond;
		},
		...createYield({
			whole,
			known: (name) => (last?.name === name ? last : hosts.get(name)),
			recall: (name) => options.recall?.(name),
			levelFor,
			hosts: () => hosts.size,
			isTail,
			press,
			before: unanswered.before,
			judge,
			settle,
		}),
		...createLentSlots({
			ring,
			whole,
			open,
			known: (name) => hosts.get(name),
			levelFor,
			most,
			settle,
			pace,
			waiting: () => size,
		}),
		charge(name, requests) {
			whole.charge(requests);
			const own = hosts.get(name)?.level.pacer;
			if (own) takeTurn(own, time.clock(), requests);
		},
		pause(name, forMs) {
			const host = open(name);
			pause(host.level, forMs);
			host.isPaused = true;
			hold(host, time.clock() + forMs);
		},
		drain(name) {
			const host = open(name);
			const items = takeAll(host);
			size -= items.length;
			settle(host);
			return items;
		},
		recheck(name) {
			const host = hosts.get(name);
			if (host) settle(host);
		},
		levelOf(name) {
			const host = hosts.get(name);
			return host && levelFor(host);
		},
		inFlightOf: (name) => hosts.get(name)?.inFlight,
		endIsNear() {
			isEnding = true;
		},
		clear() {
			whole.clear();
			warmUp.cancel();
			unanswered.clear();
			const left: T[] = [];
			for (const host of hosts.values()) {
				host.wake?.();
				left.push(...takeAll(host));
			}
			size = 0;
			return left;
		},
	};
}
