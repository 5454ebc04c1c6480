/** What a file costs in processor time against how fast files come: fast and cheap is at the top left. */
import { axisX, axisY, dot, gridX, gridY, text } from "@observablehq/plot";
import { formatNumber, formatSeconds } from "../format.ts";
import type { RankedMethod } from "../results.ts";
import { type Chart, colourOf, rightMarginPx, tickCount } from "./chart.ts";

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
		options: (width) => ({
			width,
			height: Math.min(360, Math.round(width * 0.75)),
			marginLeft: 56,
			marginRight: rightMarginPx,
			marginBottom: 40,
			x: { label: "CPU milliseconds per file", zero: true, nice: true, insetRight: 56 },
			y: { label: "files per second", zero: true, nice: true },
			color: { type: "identity" },
			marks: [
				gridX({ ticks: tickCount(width) }),
				gridY({ ticks: 5 }),
				axisX({ ticks: tickCount(width) }),
				axisY({ ticks: 5 }),
				dot(points, { x: "cpuMs", y: "files", fill: "colour", r: 6, className: "dots" }),
				text(points, { x: "cpuMs", y: "files", text: "method", textAnchor: "start", dx: 10, className: "labels" }),
			],
		}),
	};
}
