/** The ranking: a bar for each method, with the interval of its median. */
import { axisX, axisY, barX, gridX, ruleX, ruleY, text } from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import type { RankedMethod } from "../results.ts";
import { type Chart, colourOf, rowsLayout, tickCount } from "./chart.ts";

/** Undefined where there is nothing to draw. */
export function rankingChart(ranking: readonly RankedMethod[]): Chart | undefined {
	const rows = ranking.filter((entry) => entry.runs > 0);
	if (rows.length === 0) return undefined;
	const figures = rows.map(({ method, filesPerSecond: { median, low, high }, kind }) => ({
		method,
		median,
		low,
		high,
		colour: colourOf(kind),
		shown: formatNumber(median),
	}));
	return {
		name: "ranking",
		title: "Files saved per second",
		caption: "Median of the runs; the line across the end of a bar is its 95 % interval. Longer is better.",
		words: rows
			.map(({ method, filesPerSecond: { median, low, high } }) => {
				return `${method} ${formatNumber(median)} (${formatNumber(low)} to ${formatNumber(high)})`;
			})
			.join(", "),
		options: (width) => ({
			...rowsLayout(
				width,
				rows.map(({ method }) => method),
			),
			marginRight: 64,
			x: { label: "files per second", zero: true },
			marks: [
				gridX({ ticks: tickCount(width) }),
				axisX({ ticks: tickCount(width) }),
				axisY({ tickSize: 0 }),
				barX(figures, { x: "median", y: "method", fill: "colour", insetTop: 3, insetBottom: 3, className: "bars" }),
				ruleY(figures, {
					x1: "low",
					x2: "high",
					y: "method",
					strokeWidth: 2,
					stroke: "var(--ink)",
					className: "intervals",
				}),
				text(figures, { x: "high", y: "method", text: "shown", textAnchor: "start", dx: 6 }),
				ruleX([0]),
			],
		}),
	};
}
