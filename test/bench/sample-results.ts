/** A whole benchmark as it would have been measured, for tests of the report. */
import { analyse } from "../../src/bench/analysis.ts";
import { rankMethods } from "../../src/bench/ranking.ts";
import type { BenchResults, BenchRun, RankedMethod, WorkloadResult } from "../../src/bench/results.ts";
import { sampleRounds } from "./sample-runs.ts";

/** Two workloads; in the first one a program, a failed run and a method without any run that counts. */
export function sampleResults(): BenchResults {
	const first = measured("small-files", [
		...sampleRounds("async", [1500, 1520, 1490, 1510, 1480]),
		...sampleRounds("threads", [2000, 2050, 2010, 2030, 1990], { cpuSeconds: 1.2 }),
		...sampleRounds("mix", [1900, 0, 1950, 2040, 1890], { cpuSeconds: 1.3 }),
		...sampleRounds("processes", [0, 0, 0, 0, 0]),
		...sampleRounds("curl", [1100, 1090, 1110, 1120, 1105], { kind: "peer" }).map(({ own: _own, ...run }) => run),
	]);
	const second = measured(
		"latency",
		["async", "threads", "mix"].flatMap((method, index) =>
			sampleRounds(method, [600 + index, 602, 601, 599, 600], { workload: "latency" }),
		),
	);
	return {
		list: "scenario <img src=x>",
		concurrency: 32,
		workers: 2,
		rounds: 5,
		warmup: 1,
		started: "2026-11-21T10:00:00.000Z",
		downspout: "0.1.0",
		complete: false,
		machine: {
			system: "Linux 6",
			processor: "Test",
			cores: 2,
			memoryBytes: 8 * 1024 ** 3,
			node: "v26.0.0",
			storage: "memory",
		},
		versions: { downspout: "0.1.0", node: "v26.0.0", curl: "curl 8.0.0" },
		missingPeers: ["aria2c"],
		workloads: [first.result, second.result],
		ranking: [...first.ranking, ...second.ranking],
		runs: [...first.runs, ...second.runs],
	};
}

function measured(
	name: string,
	runs: readonly BenchRun[],
): { readonly result: WorkloadResult; readonly ranking: readonly RankedMethod[]; readonly runs: readonly BenchRun[] } {
	const ranking = rankMethods(runs);
	return {
		result: {
			name,
			description: `the workload ${name}`,
			list: `scenario ${name}`,
			files: 1000,
			concurrency: 32,
			commands: [{ method: "curl", command: "curl --parallel 'a b'", note: "<script>alert(1)</script>" }],
			analysis: analyse({ ranking, runs, concurrency: 32, cores: 2 }),
		},
		ranking,
		runs,
	};
}
