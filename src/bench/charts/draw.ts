/** Draws charts as SVG text, without a browser. */
import { plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Chart } from "./chart.ts";

/** Widths that every chart is drawn for: a desk's and a phone's. */
export const wideWidthPx = 860;
export const narrowWidthPx = 350;

/** The chart as an `svg` element; its colours are variables of the page's style sheet. */
export function drawChart(chart: Chart, widthPx: number): string {
	const { document } = parseHTML("<!doctype html><html><body></body></html>");
	const svg = plot({ ...chart.options(widthPx), document });
	svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
	svg.setAttribute("role", "img");
	svg.setAttribute("aria-label", `${chart.title}: ${chart.words}`);
	svg.setAttribute("data-chart", chart.name);
	svg.setAttribute("font-size", "12");
	// The library's own style sheet would be repeated in every chart; the page has what is needed of it.
	svg.querySelector("style")?.remove();
	return String(svg.outerHTML);
}

/** The chart as a file of its own, with its style inside. */
export function drawChartFile(chart: Chart, style: string): string {
	const svg = drawChart(chart, wideWidthPx);
	const end = svg.indexOf(">") + 1;
	return `<?xml version="1.0" encoding="UTF-8"?>\n${svg.slice(0, end)}<style>${style}</style>${svg.slice(end)}\n`;
}
