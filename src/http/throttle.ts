/** Holds the bytes of answers to rates: reading stops while there is too much, and requests wait until their answers fit in. */
import type { RateDemand, RateLimits, RateShare } from "../core/rate-shares.ts";
import { createShaper, type Flow, type Shaper } from "../core/shaper.ts";
import type { Exchange, Meter } from "./exchange.ts";

export type Throttle = {
	/** Sends the request as soon as its answer fits in. */
	admit(exchange: Exchange): void;
	/** What this worker may use of the rates, from now on. */
	share(share: RateShare): void;
	close(): void;
};

export type ThrottleOptions = {
	/** What this worker may use until it is told. */
	readonly limits: RateLimits;
	/** Most bytes of one read. */
	readonly readBytes: number;
	/** Told a few times a second, while something is asked for, what could be used. */
	readonly onDemand: (demand: RateDemand) => void;
};

/** What an exchange has of one rate. */
type Lane = { readonly shaper: Shaper; readonly flow: Flow };

type Metered = Meter & {
	readonly exchange: Exchange;
	/** Of the host, and of all; none while it waits for its turn. */
	lanes: readonly Lane[];
	/** Bytes that were taken before they came. */
	prepaid: number;
	/** Of the body, so far. */
	bytes: number;
	hasLeft: boolean;
	/** Until when it is held. */
	dueMs: number;
	timer: NodeJS.Timeout | undefined;
};

const tellMs = 200;
/** What begins is told sooner: the share of a worker that had nothing to do is small. */
const tellSoonMs = 10;
/** A shorter wait is none: reads are held back a little later instead. */
const leastHoldMs = 1;
const longestTimerMs = 60_000;
/** Weight of the newest answer in what the next one is expected to bring. */
const newest = 0.2;

/** So large may one read be where rates are as low as these: each download has one paid in advance. */
export function readBytesFor({ all, perHost }: RateLimits, most: number): number {
	const perSecond = Math.min(all ?? Number.POSITIVE_INFINITY, perHost ?? Number.POSITIVE_INFINITY);
	return Math.max(128, Math.min(most, Math.floor(perSecond / 32)));
}

export function createThrottle({ limits, readBytes, onDemand }: ThrottleOptions): Throttle {
	const now = (): number => performance.now();
	const all = limits.all === undefined ? undefined : createShaper(limits.all, now());
	let { perHost } = limits;
	const hosts = new Map<string, Shaper>();
	const waiting = new Map<string, Metered[]>();
	const held = new Set<Metered>();
	let firstBytes = readBytes;
	let wake: NodeJS.Timeout | undefined;
	let wakesAtMs = 0;
	let toldMs = now();
	let teller: NodeJS.Timeout | undefined;
	let tellsAtMs = 0;

	const shaperOf = (host: string): Shaper | undefined => {
		if (perHost === undefined) return undefined;
		const known = hosts.get(host);
		if (known) return known;
		const shaper = createShaper(perHost, now());
		hosts.set(host, shaper);
		tellWithin(tellSoonMs);
		return shaper;
	};

	const tellWithin = (ms: number): void => {
		const atMs = now() + ms;
		if (teller && tellsAtMs <= atMs) return;
		clearTimeout(teller);
		tellsAtMs = atMs;
		teller = setTimeout(tell, ms).unref();
	};
	const tell = (): void => {
		const nowMs = now();
		const queued = [...waiting.values()].reduce((sum, { length }) => sum + length, 0);
		const sum = all?.demand(nowMs);
		const demand: RateDemand = {
			ms: nowMs - toldMs,
			all: sum && { ...sum, held: sum.held + queued },
			hosts: [...hosts].map(([host, shaper]) => {
				const one = shaper.demand(nowMs);
				return [host, { ...one, held: one.held + (waiting.get(host)?.length ?? 0) }];
			}),
		};
		toldMs = nowMs;
		teller = undefined;
		for (const [host, shaper] of hosts) if (!waiting.has(host) && shaper.isIdle(nowMs)) hosts.delete(host);
		onDemand(demand);
		const isActive = queued > 0 || hosts.size > 0 || (sum && (sum.held + sum.free > 0 || sum.bytes > 0));
		if (isActive) tellWithin(tellMs);
	};

	/** Lets go what fits in now; the first of each host in turn. */
	const admitMore = (): void => {
		wake = undefined;
		let leastMs = Number.POSITIVE_INFINITY;
		for (const [host, queue] of waiting) {
			const waitMs = waitOf(host);
			if (waitMs > 0) {
				leastMs = Math.min(leastMs, waitMs);
				continue;
			}
			const next = queue.shift();
			waiting.delete(host);
			// Behind the others: it is met again in this round.
			if (queue.length > 0) waiting.set(host, queue);
			if (next) begin(next);
		}
		if (waiting.size > 0) wakeIn(leastMs);
	};
	const wakeIn = (ms: number): void => {
		const atMs = now() + Math.min(longestTimerMs, Math.ceil(ms));
		if (wake && wakesAtMs <= atMs) return;
		clearTimeout(wake);
		wakesAtMs = atMs;
		wake = setTimeout(admitMore, atMs - now());
	};
	const waitOf = (host: string): number => {
		const nowMs = now();
		return Math.max(all?.wait(nowMs) ?? 0, shaperOf(host)?.wait(nowMs) ?? 0);
	};

	/** What the answer will bring at once is paid for; then the request leaves. */
	const begin = (one: Metered): void => {
		const { host } = one.exchange.pool;
		const shapers = [shaperOf(host), all].filter((shaper) => shaper !== undefined);
		one.lanes = shapers.map((shaper) => ({ shaper, flow: shaper.open() }));
		one.prepaid = firstBytes;
		takeFrom(one, firstBytes);
		// Its own share is for what follows.
		const waitMs = waitOf(host);
		if (waitMs > leastHoldMs) return hold(one, waitMs);
		leave(one);
	};
	const leave = (one: Metered): void => {
		one.hasLeft = true;
		one.exchange.release();
		one.exchange.pool.sendNow(one.exchange);
	};
	const takeFrom = ({ lanes }: Metered, bytes: number): number => {
		const nowMs = now();
		let delayMs = 0;
		for (const { shaper, flow } of lanes) delayMs = Math.max(delayMs, shaper.take(flow, bytes, nowMs));
		return delayMs;
	};
	const hold = (one: Metered, delayMs: number): void => {
		held.add(one);
		clearTimeout(one.timer);
		one.dueMs = now() + delayMs;
		one.timer = setTimeout(release, Math.min(longestTimerMs, delayMs), one);
		one.exchange.hold();
	};
	const release = (one: Metered): void => {
		const delayMs = one.hasLeft ? delayOf(one) : one.dueMs - now();
		if (delayMs > leastHoldMs) return hold(one, delayMs);
		held.delete(one);
		if (one.hasLeft) one.exchange.release();
		else leave(one);
	};
	const delayOf = ({ lanes }: Metered): number => {
		const nowMs = now();
		return Math.max(...lanes.map(({ shaper, flow }) => shaper.delayOf(flow, nowMs)));
	};
	/** The rate is another one: who waits may wait less, or more. */
	const adapt = (one: Metered): void => {
		if (!one.hasLeft) one.dueMs = Math.min(one.dueMs, now() + waitOf(one.exchange.pool.host));
		release(one);
	};

	const meter = (exchange: Exchange): Metered => {
		const one: Metered = {
			exchange,
			lanes: [],
			prepaid: 0,
			bytes: 0,
			hasLeft: false,
			dueMs: 0,
			timer: undefined,
			took(bytes) {
				one.bytes += bytes;
				one.prepaid -= bytes;
				const delayMs = takeFrom(one, readBytes - one.prepaid);
				one.prepaid = readBytes;
				if (delayMs > leastHoldMs) hold(one, delayMs);
			},
			end() {
				clearTimeout(one.timer);
				held.delete(one);
				if (exchange.connected) firstBytes += (Math.min(one.bytes, readBytes) - firstBytes) * newest;
				leaveQueue(one);
				if (one.prepaid > 0) takeFrom(one, -one.prepaid);
				for (const { shaper, flow } of one.lanes) shaper.close(flow);
			},
		};
		return one;
	};
	const leaveQueue = (one: Metered): void => {
		if (!one.exchange.isHeld) return;
		const { host } = one.exchange.pool;
		const left = waiting.get(host)?.filter((other) => other !== one) ?? [];
		if (left.length > 0) waiting.set(host, left);
		else waiting.delete(host);
	};

	return {
		admit(exchange) {
			const { host } = exchange.pool;
			const one = meter(exchange);
			exchange.meter = one;
			tellWithin(teller ? tellMs : tellSoonMs);
			const queue = waiting.get(host);
			const waitMs = queue ? 0 : waitOf(host);
			if (!queue && waitMs <= 0) return begin(one);
			exchange.isHeld = true;
			if (queue) queue.push(one);
			else waiting.set(host, [one]);
			if (waitMs > 0) wakeIn(waitMs);
		},
		share(share) {
			const nowMs = now();
			if (share.all !== undefined) all?.limit(share.all, nowMs);
			perHost = share.others ?? perHost;
			for (const [host, perSecond] of share.hosts) hosts.get(host)?.limit(perSecond, nowMs);
			for (const one of held) adapt(one);
			clearTimeout(wake);
			admitMore();
		},
		close() {
			clearTimeout(wake);
			clearTimeout(teller);
		},
	};
}
