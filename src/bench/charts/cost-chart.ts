/** What a file costs in processor time against how fast files come: fast and cheap is at the top left. */
import { axisX, axisY, dot, gridX, gridY, type PlotOptions, text } from "@observablehq/plot";
import { formatNumber, formatSeconds } from "../format.ts";
import type { RankedMethod } from "../results.ts";
import { axisMarginPx, type Chart, colourOf, rightMarginPx, tickCount } from "./chart.ts";

const topMarginPx = 32;
const labelHeightPx = 15;

export function costChart(ranking: readonly RankedMethod[]): Chart | undefined {
	const points = ranking.flatMap(({ method, kind, filesPerSecond, cpuSecondsPerFile, runs }) =>
		runs === 0 || cpuSecondsPerFile === null
			? []
			: [{ method, colour: colourOf(kind), files: filesPerSecond.median, cpuMs: cpuSecondsPerFile * 1000 }],
	);
	if (points.length === 0) return undefined;
	return {
		name: "cost",
		title: "Processor time against speed",
		caption: "Processor time of a file, over all processes and threads of the run. Fast and cheap is at the top left.",
		words: points
			.map(
				({ method, files, cpuMs }) =>
					`${method} ${formatNumber(files)} files per second at ${formatSeconds(cpuMs / 1000)} a file`,
			)
			.join(", "),
		options: (width) => drawCost(points, width),
	};
}

type Point = { readonly method: string; readonly colour: string; readonly files: number; readonly cpuMs: number };

function drawCost(points: readonly Point[], width: number): PlotOptions {
	const height = Math.min(360, Math.round(width * 0.75));
	const most = Math.max(...points.map(({ files }) => files)) * 1.08;
	const labelled = spreadLabels(points, (most * labelHeightPx) / (height - topMarginPx - axisMarginPx));
	return {
		width,
		height,
		marginTop: topMarginPx,
		marginLeft: 56,
		marginRight: rightMarginPx,
		marginBottom: axisMarginPx,
		x: { label: "CPU milliseconds per file", zero: true, nice: true, insetRight: 72 },
		y: { label: "files per second", domain: [0, most] },
		color: { type: "identity" },
		marks: [
			gridX({ ticks: tickCount(width) }),
			gridY({ ticks: 5 }),
			axisX({ ticks: tickCount(width) }),
			axisY({ ticks: 5 }),
			dot(points, { x: "cpuMs", y: "files", fill: "colour", r: 6, className: "dots" }),
			text(labelled, {
				x: "cpuMs",
				y: "at",
				text: "method",
				textAnchor: "start",
				dx: 10,
				stroke: "var(--ground)",
				fill: "currentColor",
				className: "labels",
			}),
		],
	};
}

/** Moves labels down, from the top one on, until none touches the one above it: methods are often alike. */
function spreadLabels(points: readonly Point[], spacing: number): (Point & { readonly at: number })[] {
	let last = Number.POSITIVE_INFINITY;
	return [...points]
		.sort((left, right) => right.files - left.files)
		.map((point) => {
			last = Math.min(point.files, last - spacing);
			return { ...point, at: last };
		});
}
