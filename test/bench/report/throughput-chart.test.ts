/** The strips of files per second over time, where runs differ in length. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawChartFile } from "../../../src/bench/charts/draw.ts";
import { throughputChart } from "../../../src/bench/charts/throughput-chart.ts";
import { rankMethods } from "../../../src/bench/ranking.ts";
import { sampleRounds } from "../sample-runs.ts";

const cases = [
	{ speeds: { async: 500, threads: 400, wget: 200 }, cut: [] },
	{ speeds: { async: 500, threads: 400, wget: 5 }, cut: ["wget goes on to 3 min 20 s, beyond the edge."] },
	{ speeds: { async: 500 }, cut: [] },
] as const;

for (const { speeds, cut } of cases) {
	test(`${JSON.stringify(speeds)}: ${cut.length} cut off`, () => {
		const runs = Object.entries(speeds).flatMap(([method, speed]) =>
			sampleRounds(method, [speed, speed, speed, speed]),
		);
		const chart = throughputChart(rankMethods(runs), runs);
		assert(chart !== undefined);
		const said = chart.caption.match(/\S+ goes on to .*? edge\./g) ?? [];
		assert.deepEqual([...said], [...cut]);
		assert.doesNotMatch(drawChartFile(chart, ""), /NaN/);
	});
}
