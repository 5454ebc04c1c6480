/** Divides the rates of a run among its workers, by what each could use: fair among downloads, wherever they run. Time is passed in. */
import { type Demand, isIdle, noDemand, type RateDemand, type RateLimits, type RateShare } from "./rate-shares.ts";
import { shareFairly } from "./share-fairly.ts";

export type RateDivision = {
	/** What may be used in all; a worker of a cluster is told so again and again. */
	limit(share: RateShare): void;
	hear(worker: string, demand: RateDemand, nowMs: number): void;
	/** What each worker may use. */
	shares(nowMs: number): Map<string, RateShare>;
	/** What all of them want, since the last call: for whoever divides above this one. */
	demand(nowMs: number): RateDemand;
};

type Claim = Demand & { readonly ms: number; readonly atMs: number };

/** One rate and those that share it. */
type Pot = { perSecond: number; creditBytes: number; countedMs: number; usedBytes: number; claims: Map<string, Claim> };

/** Who has not been held back wants no more than half as much again as it uses. */
const headroom = 1.5;
/** What all others together get who want nothing, so that none of them begins from nothing. */
const reserve = 0.04;
/** What was not used, or used too much, is made up for within a second, and no more than so much of it, in seconds. */
const mostCreditSeconds = 0.1;
/** A worker that is silent for so long has died, in milliseconds. */
const silentMs = 4000;

/** @param workers - How many there may be: what those begin with that have not been heard of. */
export function createRateDivision(limits: RateLimits, workers: number, startMs: number): RateDivision {
	let perHost = limits.perHost;
	const createPot = (perSecond: number, nowMs: number): Pot => ({
		perSecond,
		creditBytes: 0,
		countedMs: nowMs,
		usedBytes: 0,
		claims: new Map(),
	});
	const all = limits.all === undefined ? undefined : createPot(limits.all, startMs);
	const hosts = new Map<string, Pot>();
	/** All that were heard, and when. */
	const heard = new Map<string, number>();
	let demandedMs = startMs;

	const potOf = (host: string, nowMs: number): Pot | undefined => {
		if (perHost === undefined) return undefined;
		let pot = hosts.get(host);
		if (!pot) {
			pot = createPot(perHost, nowMs);
			hosts.set(host, pot);
		}
		return pot;
	};
	const forgetSilent = (nowMs: number): void => {
		for (const [worker, atMs] of heard) if (nowMs - atMs > silentMs) heard.delete(worker);
		for (const pot of [...hosts.values(), ...(all ? [all] : [])])
			for (const [worker, { atMs }] of pot.claims) if (nowMs - atMs > silentMs) pot.claims.delete(worker);
		for (const [host, { claims, usedBytes }] of hosts) if (claims.size === 0 && usedBytes === 0) hosts.delete(host);
	};

	return {
		limit(share) {
			if (all && share.all !== undefined) all.perSecond = share.all;
			perHost = share.others ?? perHost;
			for (const [host, perSecond] of share.hosts) {
				const pot = hosts.get(host);
				if (pot) pot.perSecond = perSecond;
			}
		},
		hear(worker, demand, nowMs) {
			heard.set(worker, nowMs);
			if (all && demand.all) claim(all, worker, { ...demand.all, ms: demand.ms, atMs: nowMs });
			for (const [host, wanted] of demand.hosts) {
				const pot = potOf(host, nowMs);
				if (pot) claim(pot, worker, { ...wanted, ms: demand.ms, atMs: nowMs });
			}
		},
		shares(nowMs) {
			forgetSilent(nowMs);
			const names = [...heard.keys()];
			const overall = all && divide(all, names, nowMs);
			const byHost = [...hosts].map(([host, pot]) => ({ host, pot, parts: divide(pot, names, nowMs) }));
			const others = perHost === undefined ? undefined : perHost / Math.max(workers, names.length);
			return new Map(
				names.map((name) => {
					const own = byHost.filter(({ pot }) => pot.claims.has(name));
					return [
						name,
						{ all: overall?.get(name), hosts: own.map(({ host, parts }) => [host, parts.get(name) ?? 0]), others },
					];
				}),
			);
		},
		demand(nowMs) {
			const ms = nowMs - demandedMs;
			demandedMs = nowMs;
			return { ms, all: all && sumOf(all), hosts: [...hosts].map(([host, pot]) => [host, sumOf(pot)]) };
		},
	};
}

function claim(pot: Pot, worker: string, one: Claim): void {
	pot.creditBytes -= one.bytes;
	pot.usedBytes += one.bytes;
	if (isIdle(one)) pot.claims.delete(worker);
	else pot.claims.set(worker, one);
}

function divide(pot: Pot, workers: readonly string[], nowMs: number): Map<string, number> {
	const { perSecond, claims } = pot;
	const most = perSecond * mostCreditSeconds;
	const grown = pot.creditBytes + (perSecond * (nowMs - pot.countedMs)) / 1000;
	pot.creditBytes = Math.max(-most, Math.min(most, grown));
	pot.countedMs = nowMs;
	const idle = workers.filter((worker) => !claims.has(worker));
	const kept = (idle.length * perSecond * reserve) / Math.max(1, workers.length);
	const users = [...claims];
	const wants = users.flatMap(([, one]) => [one.held > 0 ? Number.POSITIVE_INFINITY : 0, headroom * usedFreely(one)]);
	const weights = users.flatMap(([, { held, free }]) => [Math.max(held, 1), Math.max(free, 1)]);
	const total = perSecond + pot.creditBytes - kept;
	const parts = shareFairly(total, wants, weights);
	const left = Math.max(0, total - parts.reduce((sum, part) => sum + part, 0)) / Math.max(1, users.length);
	const shares = new Map(users.map(([worker], n) => [worker, (parts[2 * n] ?? 0) + (parts[2 * n + 1] ?? 0) + left]));
	for (const worker of idle) shares.set(worker, kept / idle.length);
	return shares;
}

/** In bytes a second. Small files come and go between two reports. */
function usedFreely({ held, free, freePerSecond, bytes, ms }: Claim): number {
	return held + free > 0 ? freePerSecond : (bytes * 1000) / Math.max(1, ms);
}

function sumOf(pot: Pot): Demand {
	let { held, free, freePerSecond } = noDemand;
	for (const one of pot.claims.values()) {
		held += one.held;
		free += one.free;
		freePerSecond += one.freePerSecond;
	}
	const { usedBytes: bytes } = pot;
	pot.usedBytes = 0;
	return { held, free, freePerSecond, bytes };
}
