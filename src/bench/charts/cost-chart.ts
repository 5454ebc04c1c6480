/** What a file costs in processor time against how fast files come: fast and cheap is at the top left. */
import { axisX, axisY, dot, gridX, gridY, type PlotOptions, text } from "@observablehq/plot";
import { formatNumber, formatSeconds } from "../format.ts";
import type { RankedMethod } from "../results.ts";
import { axisMarginPx, type Chart, colourOf, rightMarginPx, tickCount } from "./chart.ts";

const topMarginPx = 32;
const leftMarginPx = 56;
const labelHeightPx = 15;
/** Of the longest name, with its distance from the dot. */
const labelWidthPx = 76;

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
	const dearest = Math.max(...points.map(({ cpuMs }) => cpuMs));
	const labelled = spreadLabels(points, {
		files: (most * labelHeightPx) / (height - topMarginPx - axisMarginPx),
		cpuMs: (dearest * labelWidthPx) / (width - leftMarginPx - rightMarginPx - labelWidthPx),
	});
	return {
		width,
		height,
		marginTop: topMarginPx,
		marginLeft: leftMarginPx,
		marginRight: rightMarginPx,
		marginBottom: axisMarginPx,
		x: { label: "CPU milliseconds per file", zero: true, nice: true, insetRight: labelWidthPx },
		y: { label: "files per second", domain: [0, most] },
		color: { type: "identity" },
		marks: [
			gridX({ ticks: tickCount(width) }),
			gridY({ ticks: 5 }),
			axisX({ ticks: tickCount(width) }),
			axisY({ ticks: 5 }),
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
			// Over the labels, whose outlines would hide a dot beside.
			dot(points, { x: "cpuMs", y: "files", fill: "colour", r: 6, className: "dots" }),
		],
	};
}

/** Moves labels down, from the top one on, until none touches one above it: methods are often alike. */
function spreadLabels(
	points: readonly Point[],
	size: { readonly files: number; readonly cpuMs: number },
): (Point & { readonly at: number })[] {
	const placed: (Point & { readonly at: number })[] = [];
	for (const point of [...points].sort((left, right) => right.files - left.files)) {
		let at = point.files;
		for (const other of placed) {
			const besides = Math.abs(other.cpuMs - point.cpuMs) < size.cpuMs;
			if (besides && Math.abs(other.at - at) < size.files) at = other.at - size.files;
		}
		placed.push({ ...point, at });
	}
	return placed;
}
