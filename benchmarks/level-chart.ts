/** Draws the level and the speed of runs over their time. */
import { axisFy, axisX, axisY, gridY, line } from "@observablehq/plot";
import { drawChartFile } from "../src/bench/charts/draw.ts";

export type LevelPoint = {
	readonly run: string;
	readonly second: number;
	readonly level: number;
	readonly filesPerSecond: number;
};

const style = "svg{width:860px;font-family:system-ui,sans-serif;background:#fff;color:#222}";
const colours = ["#2166ac", "#b2651d", "#4d9221"];

/** @returns An SVG file with a strip for the level and one for the speed. */
export function drawLevels(title: string, points: readonly LevelPoint[]): string {
	const runs = [...new Set(points.map(({ run }) => run))];
	const strips = points.flatMap(({ run, second, level, filesPerSecond }) => [
		{ run, second, strip: "level", value: level },
		{ run, second, strip: "files/s", value: filesPerSecond },
	]);
	const most = (strip: string): number =>
		Math.max(1, ...strips.filter((one) => one.strip === strip).map(({ value }) => value));
	const words = `level at most ${Math.round(most("level"))}, at most ${Math.round(most("files/s"))} files a second`;
	// Each strip has a scale of its own: shares of its highest value, and that value in its name.
	const scaled = strips.map((one) => ({
		...one,
		strip: nameOf(one.strip, most(one.strip)),
		value: one.value / most(one.strip),
	}));
	return drawChartFile(
		{
			name: "levels",
			title,
			caption: "",
			words,
			options: (width) => ({
				width,
				height: 300,
				marginLeft: 50,
				marginRight: 150,
				marginBottom: 44,
				x: { label: "seconds" },
				y: { label: "share of the highest", domain: [0, 1], ticks: 2 },
				fy: { label: null, padding: 0.25 },
				color: { domain: runs, range: colours },
				marks: [
					gridY({ ticks: 2 }),
					axisX({ ticks: 8 }),
					axisY({ ticks: 2 }),
					axisFy({ label: null }),
					line(scaled, { x: "second", y: "value", fy: "strip", stroke: "run", strokeWidth: 1.2 }),
				],
			}),
		},
		style,
	);
}

function nameOf(strip: string, most: number): string {
	return `${strip}, up to ${Math.round(most).toLocaleString("en")}`;
}
