/** The run over time: files, bytes, and downloads in flight. */
import type { JSX } from "preact";
import { peakOf } from "../series.ts";
import { Chart, type Line } from "./chart.tsx";
import { isWholeRun, points, state } from "./store.ts";
import { bytesRate, formatCount } from "./texts.ts";

const recentSeconds = 300;

const filesLines: readonly Line[] = [
	{ label: "files/s", colour: "--saved", fill: true, of: ({ files, seconds }) => files / seconds },
	{ label: "failed/s", colour: "--failed", of: ({ failed, seconds }) => failed / seconds },
];
const bytesLines: readonly Line[] = [
	{ label: "bytes/s", colour: "--accent", fill: true, of: ({ bytes, seconds }) => bytes / seconds },
];
const flightLines: readonly Line[] = [
	{ label: "in flight", colour: "--flight", fill: true, of: ({ inFlight }) => inFlight },
	{ label: "allowed", colour: "--faint", dash: true, of: ({ level }) => level },
];

export function Charts(): JSX.Element {
	const all = points.value;
	const { now, filesPerSecond = 0, bytesPerSecond = 0 } = state.value ?? {};
	const hasEnded = now?.phase === "ended";
	const note = hasEnded ? { note: "on average" } : {};
	const from = isWholeRun.value ? 0 : (all.at(-1)?.atSeconds ?? 0) - recentSeconds;
	const shown = from > 0 ? all.filter(({ atSeconds }) => atSeconds >= from) : all;
	return (
		<section class="charts" aria-label="Over time">
			<Chart
				title="Files"
				value={`${formatCount(hasEnded ? filesPerSecond : (now?.filesPerSecond ?? 0))}/s`}
				{...note}
				lines={filesLines}
				peakOf={(point) => peakOf(point).filesPerSecond}
				points={shown}
				format={(value) => `${formatCount(value)}/s`}
				least={10}
			/>
			<Chart
				title="Bytes"
				value={bytesRate(hasEnded ? bytesPerSecond : (now?.bytesPerSecond ?? 0))}
				{...note}
				lines={bytesLines}
				peakOf={(point) => peakOf(point).bytesPerSecond}
				points={shown}
				format={bytesRate}
				least={1000}
			/>
			<Chart
				title="In flight"
				value={`${formatCount(now?.inFlight ?? 0)}${typeof now?.level === "number" ? ` of ${formatCount(now.level)}` : ""}`}
				lines={flightLines}
				peakOf={(point) => peakOf(point).inFlight}
				points={shown}
				format={formatCount}
				least={4}
			/>
		</section>
	);
}
