/** The bytes a second of a run (`--limit-rate`, `--limit-rate-per-host`), divided again and again among its workers. */
import { createRateDivision } from "../core/rate-division.ts";
import type { RateDemand } from "../core/rate-shares.ts";
import type { Runner } from "../runners/runner.ts";

export type RunRates = Disposable & {
	onDemand(worker: string, demand: RateDemand): void;
	/** From now on it is told. */
	share(runner: Pick<Runner, "shareRates">): void;
};

export type RunRateOptions = {
	readonly limitRate?: number;
	readonly limitRatePerHost?: number;
	readonly workers: number;
};

/** What several workers tell within this time is answered together, in milliseconds. */
const gatherMs = 10;

export function createRunRates({ limitRate, limitRatePerHost, workers }: RunRateOptions): RunRates {
	const division = createRateDivision({ all: limitRate, perHost: limitRatePerHost }, workers, performance.now());
	let shared: Pick<Runner, "shareRates"> | undefined;
	let timer: NodeJS.Timeout | undefined;
	const divide = (): void => {
		timer = undefined;
		shared?.shareRates(division.shares(performance.now()));
	};
	return {
		onDemand(worker, demand) {
			division.hear(worker, demand, performance.now());
			timer ??= setTimeout(divide, gatherMs).unref();
		},
		share(runner) {
			shared = runner;
		},
		[Symbol.dispose]: () => clearTimeout(timer),
	};
}
