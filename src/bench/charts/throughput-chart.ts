/** Files per second over the time of a run, one strip for each method: start-up, steady state and tail. */
import { areaY, axisFy, axisX, axisY, gridY, lineY, ruleY } from "@observablehq/plot";
import { formatNumber, formatSeconds } from "../format.ts";
import type { BenchRun, RankedMethod } from "../results.ts";
import { medianOf } from "../statistics/interval.ts";
import { axisMarginPx, type Chart, colourOf, nameMarginPx, tickCount } from "./chart.ts";

const stripHeightPx = 70;
/** Runs that last so many times as long as the middle one are cut off: the others would be too narrow to read. */
const longest = 4;

export function throughputChart(ranking: readonly RankedMethod[], runs: readonly BenchRun[]): Chart | undefined {
	const shown = ranking.flatMap((entry) => middleRun(entry, runs) ?? []);
	const endSecond = lastSecondShown(shown);
	const cut = shown.filter(({ seconds }) => seconds > endSecond);
	const points = shown.flatMap((run) => cutAt(endSecond, pointsOf(run)));
	if (points.length === 0) return undefined;
	return {
		name: "throughput",
		title: "Files per second over time",
		caption: `The run of each method that is nearest to its median. All strips have the same scales.${cut.map(({ method, seconds }) => ` ${method} goes on to ${formatSeconds(seconds)}, beyond the edge.`).join("")}`,
		words: shown
			.map(
				(run) =>
					`${run.method}: first file after ${formatSeconds(run.firstFileSeconds ?? 0)}, last after ${formatSeconds(run.lastFileSeconds ?? 0)}, at most ${formatNumber(Math.max(...pointsOf(run).map((point) => point.rate)))} files per second`,
			)
			.join("; "),
		options: (width) => ({
			width,
			height: axisMarginPx + 38 + shown.length * stripHeightPx,
			marginLeft: 56,
			marginBottom: axisMarginPx,
			marginRight: nameMarginPx,
			marginTop: 32,
			x: { label: "seconds since the start of the process" },
			y: { label: "files per second", ticks: 2, zero: true },
			fy: { label: null, domain: shown.map(({ method }) => method), padding: 0.25 },
			color: { type: "identity" },
			marks: [
				gridY({ ticks: 2 }),
				axisX({ ticks: tickCount(width) }),
				axisY({ ticks: 2 }),
				axisFy({ label: null }),
				areaY(points, {
					x: "second",
					y: "rate",
					fy: "method",
					fill: "colour",
					fillOpacity: 0.25,
					curve: "step-after",
					className: "areas",
				}),
				lineY(points, {
					x: "second",
					y: "rate",
					fy: "method",
					stroke: "colour",
					strokeWidth: 1.5,
					curve: "step-after",
					className: "lines",
				}),
				ruleY([0]),
			],
		}),
	};
}

function pointsOf({ method, kind, timeline, seconds }: BenchRun): Point[] {
	const colour = colourOf(kind);
	const stepSeconds = timeline.stepMs / 1000;
	const points = timeline.counts.map((count, index) => {
		// The last step is cut off by the end of the run.
		const length = Math.min(stepSeconds, Math.max(0.005, seconds - index * stepSeconds));
		return { method, colour, second: index * stepSeconds, rate: count / length };
	});
	const last = points.at(-1);
	return last === undefined ? [] : [...points, { ...last, second: seconds }];
}

/** The end of the longest run that leaves room for the others. */
function lastSecondShown(runs: readonly BenchRun[]): number {
	const ends = runs.map(({ seconds }) => seconds);
	const limit = longest * (medianOf(ends) ?? 0);
	return Math.max(...ends.filter((end) => end <= limit));
}

function cutAt(endSecond: number, points: readonly Point[]): readonly Point[] {
	const kept = points.filter(({ second }) => second <= endSecond);
	const last = kept.at(-1);
	return last === undefined || kept.length === points.length ? kept : [...kept, { ...last, second: endSecond }];
}

type Point = { readonly method: string; readonly colour: string; readonly second: number; readonly rate: number };

function middleRun({ method, filesPerSecond }: RankedMethod, runs: readonly BenchRun[]): BenchRun | undefined {
	const distance = (run: BenchRun): number => Math.abs(run.filesPerSecond - filesPerSecond.median);
	return runs
		.filter((run) => run.method === method && !run.warmup && run.problem === undefined)
		.sort((left, right) => distance(left) - distance(right))[0];
}
