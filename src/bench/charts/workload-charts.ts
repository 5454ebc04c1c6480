/** The charts of one workload, in the order of the report; those without data are left out. */
import type { BenchRun, RankedMethod } from "../results.ts";
import type { Chart } from "./chart.ts";
import { costChart } from "./cost-chart.ts";
import { latencyChart } from "./latency-chart.ts";
import { rankingChart } from "./ranking-chart.ts";
import { runsChart } from "./runs-chart.ts";
import { throughputChart } from "./throughput-chart.ts";

export function workloadCharts(ranking: readonly RankedMethod[], runs: readonly BenchRun[]): Chart[] {
	const charts = [
		rankingChart(ranking),
		runsChart(ranking, runs),
		throughputChart(ranking, runs),
		costChart(ranking),
		latencyChart(ranking, runs),
	];
	return charts.filter((chart) => chart !== undefined);
}
