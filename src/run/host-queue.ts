/** The host governor: what is next, so that no host has more than its share and a host that asked for a pause gets it. */
import { createFifo, type Fifo } from "./fifo.ts";

export type HostQueue<T> = {
	/** Items that wait for a turn. */
	readonly size: number;
	/** Whether `take` would give something now. */
	hasReady(): boolean;
	push(host: string, item: T): void;
	/** Puts an item before the others of its host: it has waited for its turn once. */
	pushFirst(host: string, item: T): void;
	/** The next item of the host whose turn it is; the host has one more in flight until `release`. */
	take(): T | undefined;
	release(host: string): void;
	/** Starts nothing of the host before the time is up; a pause that ends later holds. */
	pause(host: string, untilMs: number): void;
	/** Looks at the host again: what `allows` says of it has changed. */
	recheck(host: string): void;
	/** Empties the queue and stops its timers. */
	clear(): T[];
};

export type HostQueueOptions = {
	/** Most items in flight to one host. */
	readonly perHost: number;
	/** Whether a host with so many in flight may have one more, besides all else that counts. */
	readonly allows?: (host: string, inFlight: number) => boolean;
	/** Called when a pause ends and something may be ready. */
	readonly onReady: () => void;
};

type Host<T> = {
	readonly name: string;
	readonly items: Fifo<T>;
	inFlight: number;
	/** Whether the host stands in the ring of those that have a turn. */
	isReady: boolean;
	pausedUntilMs: number;
	/** Runs while the host is paused. */
	timer: NodeJS.Timeout | undefined;
};

/** Hosts take turns; one stands in the ring while it has items, a free slot and no pause. */
export function createHostQueue<T>({ perHost, allows, onReady }: HostQueueOptions): HostQueue<T> {
	const hosts = new Map<string, Host<T>>();
	const ring = createFifo<Host<T>>();
	/** Asked for last: lists name a host many times in a row. */
	let last: Host<T> | undefined;
	let size = 0;

	const open = (name: string): Host<T> => {
		if (last?.name === name) return last;
		let host = hosts.get(name);
		if (!host) {
			host = { name, items: createFifo(), inFlight: 0, isReady: false, pausedUntilMs: 0, timer: undefined };
			hosts.set(name, host);
		}
		last = host;
		return host;
	};
	const mayStart = (host: Host<T>): boolean =>
		host.items.size > 0 &&
		host.inFlight < perHost &&
		host.timer === undefined &&
		(allows === undefined || allows(host.name, host.inFlight));
	const settle = (host: Host<T>): void => {
		if (!host.isReady && mayStart(host)) {
			host.isReady = true;
			ring.push(host);
		}
		if (host.items.size === 0 && host.inFlight === 0 && host.timer === undefined) forget(host);
	};
	const forget = (host: Host<T>): void => {
		hosts.delete(host.name);
		if (last === host) last = undefined;
	};
	const add = (name: string, put: (items: Fifo<T>) => void): void => {
		const host = open(name);
		put(host.items);
		size++;
		settle(host);
	};
	/** Hosts that lost their right to a turn while they stood in the ring leave it when they reach its head. */
	const head = (): Host<T> | undefined => {
		for (let host = ring.shift(); host; host = ring.shift()) {
			host.isReady = false;
			if (mayStart(host)) return host;
		}
		return undefined;
	};

	return {
		get size() {
			return size;
		},
		hasReady() {
			const host = head();
			if (!host) return false;
			host.isReady = true;
			ring.unshift(host);
			return true;
		},
		push: (name, item) => add(name, (items) => items.push(item)),
		pushFirst: (name, item) => add(name, (items) => items.unshift(item)),
		take() {
			const host = head();
			const item = host?.items.shift();
			if (!host || item === undefined) return undefined;
			size--;
			host.inFlight++;
			settle(host);
			return item;
		},
		release(name) {
			const host = open(name);
			host.inFlight--;
			settle(host);
		},
		pause(name, untilMs) {
			const host = open(name);
			if (untilMs <= host.pausedUntilMs) return;
			host.pausedUntilMs = untilMs;
			clearTimeout(host.timer);
			host.timer = setTimeout(
				() => {
					host.timer = undefined;
					settle(host);
					onReady();
				},
				Math.max(0, untilMs - Date.now()),
			);
		},
		recheck(name) {
			const host = hosts.get(name);
			if (host) settle(host);
		},
		clear() {
			const left: T[] = [];
			for (const host of hosts.values()) {
				clearTimeout(host.timer);
				for (let item = host.items.shift(); item !== undefined; item = host.items.shift()) left.push(item);
			}
			size = 0;
			return left;
		},
	};
}
