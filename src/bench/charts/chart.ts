/** What a chart is before it is drawn: marks for one width, and the same in words. */
import type { PlotOptions } from "@observablehq/plot";
import type { ContenderKind } from "../results.ts";

export type Chart = {
	/** Part of file names and ids: `ranking`. */
	readonly name: string;
	readonly title: string;
	/** What to look at, for everybody. */
	readonly caption: string;
	/** The figures in words, for those who do not see it. */
	readonly words: string;
	/** @param widthPx of the drawing; narrow ones are for phones. */
	options(widthPx: number): PlotOptions;
};

/** Room for the names of methods on the left. */
export const nameMarginPx = 82;
export const rightMarginPx = 24;
const rowHeightPx = 30;

/** Room below for the figures of the axis and, under them, what they are. */
export const axisMarginPx = 44;

/** Height of a chart with a row for each method. */
function rowsHeightPx(rows: number): number {
	return axisMarginPx + 24 + rows * rowHeightPx;
}

/** The room of such a chart, with the methods as its rows. */
export function rowsLayout(widthPx: number, methods: readonly string[]): PlotOptions {
	return {
		width: widthPx,
		height: rowsHeightPx(methods.length),
		marginLeft: nameMarginPx,
		marginBottom: axisMarginPx,
		marginRight: rightMarginPx,
		y: { label: null, domain: methods },
		color: { type: "identity" },
	};
}

/** The style sheet says what the colour is, in light and in dark. */
export function colourOf(kind: ContenderKind): string {
	return kind === "method" ? "var(--method)" : "var(--peer)";
}

/** Fewer ticks where there is little room. */
export function tickCount(widthPx: number): number {
	return widthPx < 500 ? 4 : 8;
}
