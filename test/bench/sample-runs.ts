/** Runs as a benchmark would have measured them, for tests of what is made from them. */
import type { BenchRun } from "../../src/bench/results.ts";

/** A run that counts; what is given replaces the rest. */
export function sampleRun(given: Partial<BenchRun>): BenchRun {
	return {
		workload: "small-files",
		method: "async",
		kind: "method",
		run: 1,
		warmup: false,
		seconds: 2,
		saved: 1000,
		failed: 0,
		bytes: 10_240_000,
		filesPerSecond: 500,
		bytesPerSecond: 5_120_000,
		exitCode: 0,
		own: {
			seconds: 1.9,
			retries: 0,
			errors: {},
			fileMs: { p5: 1, p25: 2, median: 3, p75: 5, p95: 20, p99: 30, mean: 4 },
		},
		timeline: { stepMs: 100, counts: new Array<number>(20).fill(50) },
		firstFileSeconds: 0.2,
		lastFileSeconds: 1.95,
		cpuSeconds: 1,
		peakRssBytes: 100 * 1024 ** 2,
		peakPrivateBytes: 60 * 1024 ** 2,
		processes: 1,
		busiestThread: 0.4,
		busiestThreadQueued: 0.01,
		timeslices: 1000,
		machineBusy: 0.5,
		serverCores: 0.3,
		serverBusiestThread: 0.3,
		...given,
	};
}

/** Rounds of a method with these speeds; a speed of 0 is a run that lost a file. */
export function sampleRounds(method: string, speeds: readonly number[], given: Partial<BenchRun> = {}): BenchRun[] {
	return speeds.map((filesPerSecond, index) =>
		sampleRun({
			method,
			run: index + 1,
			filesPerSecond,
			seconds: filesPerSecond === 0 ? 1 : 1000 / filesPerSecond,
			...(filesPerSecond === 0 ? { problem: "1 of its files is missing" } : {}),
			...given,
		}),
	);
}
