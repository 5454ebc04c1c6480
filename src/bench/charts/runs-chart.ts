/** Every run as a dot: shows outliers and spread that a median hides. */
import { axisX, axisY, dot, gridX, tickX } from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import type { BenchRun, RankedMethod } from "../results.ts";
import { type Chart, colourOf, rowsLayout, tickCount } from "./chart.ts";

export function runsChart(ranking: readonly RankedMethod[], runs: readonly BenchRun[]): Chart | undefined {
	const rows = ranking.filter((entry) => entry.runs > 0);
	const dots = runs
		.filter((run) => !run.warmup && run.problem === undefined)
		.map(({ method, run, kind, filesPerSecond }) => ({
			method,
			filesPerSecond,
			colour: colourOf(kind),
			title: `${method}, round ${run}: ${formatNumber(filesPerSecond)} files per second`,
		}));
	if (dots.length === 0) return undefined;
	const medians = rows.map(({ method, filesPerSecond }) => ({ method, median: filesPerSecond.median }));
	return {
		name: "runs",
		title: "Every run",
		caption:
			"A dot for each measured run, a stroke at the median. Runs that lost a file, or did not end, are not here.",
		words: rows
			.map(({ method }) => {
				const speeds = dots.filter((one) => one.method === method).map((one) => formatNumber(one.filesPerSecond));
				return `${method} ${speeds.join(", ")}`;
			})
			.join("; "),
		options: (width) => ({
			...rowsLayout(
				width,
				rows.map(({ method }) => method),
			),
			x: { label: "files per second", zero: true },
			marks: [
				gridX({ ticks: tickCount(width) }),
				axisX({ ticks: tickCount(width) }),
				axisY({ tickSize: 0 }),
				tickX(medians, {
					x: "median",
					y: "method",
					stroke: "var(--ink)",
					strokeWidth: 2,
					insetTop: 4,
					insetBottom: 4,
					className: "medians",
				}),
				dot(dots, {
					x: "filesPerSecond",
					y: "method",
					stroke: "colour",
					fill: "colour",
					fillOpacity: 0.35,
					r: 5,
					title: "title",
					className: "dots",
				}),
			],
		}),
	};
}
