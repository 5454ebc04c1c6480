/** How long single files took: the spread behind the speed, on a logarithmic scale. */
import { axisX, axisY, gridX, ruleY, tickX } from "@observablehq/plot";
import { formatSeconds } from "../format.ts";
import type { BenchRun, RankedMethod } from "../results.ts";
import { medianOf } from "../statistics/interval.ts";
import { type Chart, colourOf, rowsLayout, tickCount } from "./chart.ts";

/** Undefined where no run recorded the time of its files, as other programs do not. */
export function latencyChart(ranking: readonly RankedMethod[], runs: readonly BenchRun[]): Chart | undefined {
	const rows = ranking.flatMap(({ method, kind }) => {
		const times = runs
			.filter((run) => run.method === method && !run.warmup && run.problem === undefined)
			.flatMap((run) => run.own?.fileMs ?? []);
		if (times.length === 0) return [];
		// A logarithmic scale has no zero; a run records whole milliseconds.
		const at = (pick: (time: (typeof times)[number]) => number): number =>
			Math.max(0.5, medianOf(times.map(pick)) ?? 0);
		return [
			{
				method,
				colour: colourOf(kind),
				p5: at((time) => time.p5),
				p25: at((time) => time.p25),
				median: at((time) => time.median),
				p75: at((time) => time.p75),
				p95: at((time) => time.p95),
			},
		];
	});
	if (rows.length === 0) return undefined;
	return {
		name: "latency",
		title: "Time per file",
		caption:
			"From the first attempt to the end, waits included: 90 % of the files lie on the thin line, half on the thick one, the stroke is the median. Other programs do not record it.",
		words: rows
			.map(({ method, median, p5, p95 }) => {
				const [middle, low, high] = [median, p5, p95].map((ms) => formatSeconds(ms / 1000));
				return `${method} median ${middle}, from ${low} (5th percentile) to ${high} (95th)`;
			})
			.join("; "),
		options: (width) => ({
			...rowsLayout(
				width,
				rows.map(({ method }) => method),
			),
			x: { label: "milliseconds per file (logarithmic)", type: "log", nice: true, tickFormat: "~s" },
			marks: [
				gridX({ ticks: tickCount(width) }),
				axisX({ ticks: tickCount(width), tickFormat: (ms: number) => String(Number(ms.toPrecision(2))) }),
				axisY({ tickSize: 0 }),
				ruleY(rows, { x1: "p5", x2: "p95", y: "method", stroke: "colour", strokeWidth: 2, className: "ranges" }),
				ruleY(rows, {
					x1: "p25",
					x2: "p75",
					y: "method",
					stroke: "colour",
					strokeWidth: 11,
					strokeOpacity: 0.6,
					className: "halves",
				}),
				tickX(rows, { x: "median", y: "method", stroke: "var(--ink)", strokeWidth: 3, className: "medians" }),
			],
		}),
	};
}
