/** A worker's share of the bytes a second of a run, divided among its event loops. */
import { createRateDivision } from "../core/rate-division.ts";
import type { RateDemand, RateLimits, RateShare, RateShares } from "../core/rate-shares.ts";

export type WorkerRates = {
	/** One of its event loops tells what it could use. */
	hear(loop: string, demand: RateDemand): void;
	/** What the whole worker may use, from now on. */
	limit(share: RateShare): void;
	close(): void;
};

export type WorkerRateEnds = {
	readonly tell: (shares: RateShares) => void;
	readonly onDemand: (demand: RateDemand) => void;
};

/** Of a run's rate, what a worker takes until it is told its share. */
const firstShare = 0.1;
/** What is told the coordinator goes through Redis: not for every word of an event loop, in milliseconds. */
const gatherMs = 20;
const pauseMs = 200;

export function createWorkerRates({ all, perHost }: RateLimits, { tell, onDemand }: WorkerRateEnds): WorkerRates {
	const now = (): number => performance.now();
	const limits = { all: all && all * firstShare, perHost: perHost && perHost * firstShare };
	const division = createRateDivision(limits, 1, now());
	let timer: NodeJS.Timeout | undefined;
	let toldMs = Number.NEGATIVE_INFINITY;
	const report = (): void => {
		timer = undefined;
		toldMs = now();
		onDemand(division.demand(toldMs));
	};
	return {
		hear(loop, demand) {
			division.hear(loop, demand, now());
			tell(division.shares(now()));
			timer ??= setTimeout(report, Math.max(gatherMs, toldMs + pauseMs - now())).unref();
		},
		limit(share) {
			division.limit(share);
			tell(division.shares(now()));
		},
		close: () => clearTimeout(timer),
	};
}
