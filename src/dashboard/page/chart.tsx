/** One chart over time, drawn on a canvas by uPlot; its figures stand beside it as text. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Point } from "../series.ts";
import { colourScheme } from "./colour-scheme.ts";
import { formatClock } from "./texts.ts";

export type Line = {
	readonly label: string;
	/** A colour's name in the style sheet. */
	readonly colour: string;
	readonly fill?: true;
	readonly dash?: true;
	of(point: Point): number;
};

export type ChartProps = {
	readonly title: string;
	/** How it is now. */
	readonly value: string;
	/** What the value is, where it is not how it is now. */
	readonly note?: string;
	/** The highest that a point tells of. */
	readonly peakOf: (point: Point) => number;
	readonly lines: readonly Line[];
	readonly points: readonly Point[];
	readonly format: (value: number) => string;
	/** The axis reaches at least so far. */
	readonly least: number;
};

const heightPx = 132;

export function Chart(props: ChartProps): JSX.Element {
	const { title, value, note, lines, points, format, least } = props;
	const box = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot>(undefined);
	const under = useSignal<number | null>(null);
	const data = dataOf(points, lines);
	const latest = useRef(data);
	latest.current = data;
	const scheme = colourScheme.value;
	useEffect(() => {
		const { current: element } = box;
		if (element === null) return;
		const onCursor = (index: number | null | undefined): void => {
			under.value = index ?? null;
		};
		const chart = new uPlot(
			optionsOf({ lines, format, least, onCursor }, element.clientWidth),
			latest.current,
			element,
		);
		plot.current = chart;
		const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: heightPx }));
		observer.observe(element);
		return () => {
			observer.disconnect();
			chart.destroy();
		};
	}, [scheme]);
	useEffect(() => {
		plot.current?.setData(latest.current);
	}, [points]);
	const point = under.value === null ? undefined : points[under.value];
	return (
		<figure class="panel chart">
			<figcaption>
				<h2>{title}</h2>
				<span class="now num">{value}</span>
				<span class="under faint num">
					{point === undefined ? [note, peakText(props)].filter(Boolean).join(", ") : underText(point, lines, format)}
				</span>
			</figcaption>
			<div
				class="plot"
				ref={box}
				role="img"
				aria-label={`${title} over time: ${note ?? "now"} ${value}, ${peakText(props)}`}
			/>
		</figure>
	);
}

type Format = ChartProps["format"];

function peakText({ points, peakOf, format }: ChartProps): string {
	const peak = points.reduce((most, point) => Math.max(most, peakOf(point)), 0);
	return `peak ${format(peak)}`;
}

function underText(point: Point, lines: readonly Line[], format: Format): string {
	const values = lines.map(
		(line) => `${format(line.of(point))}${lines.length > 1 ? ` ${line.label.replace("/s", "")}` : ""}`,
	);
	return `${formatClock(point.atSeconds)}: ${values.join(", ")}`;
}

function dataOf(points: readonly Point[], lines: readonly Line[]): uPlot.AlignedData {
	return [points.map(({ atSeconds }) => atSeconds), ...lines.map((line) => points.map(line.of))];
}

type Drawn = Pick<ChartProps, "lines" | "format" | "least"> & { onCursor(index: number | null | undefined): void };

function optionsOf({ lines, format, least, onCursor }: Drawn, width: number): uPlot.Options {
	const style = getComputedStyle(document.documentElement);
	const colour = (name: string): string => style.getPropertyValue(name).trim();
	const axis = {
		stroke: colour("--faint"),
		font: "11px system-ui, sans-serif",
		grid: { stroke: colour("--line"), width: 1 },
		ticks: { show: false },
	};
	return {
		width,
		height: heightPx,
		padding: [8, 16, 0, 0],
		legend: { show: false },
		cursor: { sync: { key: "run" }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
		hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx)] },
		scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, Math.max(least, (high || 0) * 1.1)] } },
		axes: [
			{ ...axis, size: 22, gap: 2, space: 64, values: (_plot, ticks) => ticks.map(formatClock), incrs: steps },
			{ ...axis, size: 62, gap: 4, space: 34, values: (_plot, ticks) => ticks.map(format) },
		],
		series: [
			{},
			...lines.map(({ label, colour: name, fill, dash }) => ({
				label,
				stroke: colour(name),
				width: 1.5,
				points: { show: false },
				...(fill && { fill: `color-mix(in srgb, ${colour(name)} 14%, transparent)` }),
				...(dash && { dash: [4, 4] }),
			})),
		],
	};
}

/** Whole seconds, minutes, hours and days between the marks of time. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800];
