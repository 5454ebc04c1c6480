/** Writes the report: the figures, the text, the page, and each chart as a file. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawChartFile } from "../charts/draw.ts";
import { workloadCharts } from "../charts/workload-charts.ts";
import { runsOf } from "../ranking.ts";
import type { BenchResults } from "../results.ts";
import { chartFileStyle } from "./page-style.ts";
import { reportHtml } from "./report-html.ts";
import { type ChartFile, reportMarkdown } from "./report-markdown.ts";

/** The figures are written first: whatever fails after them, they are not lost. */
export async function writeReport(out: string, results: BenchResults): Promise<void> {
	await writeFile(join(out, "results.json"), `${JSON.stringify(results, null, "\t")}\n`);
	const charts = await writeCharts(out, results);
	await writeFile(join(out, "report.md"), reportMarkdown(results, charts));
	await writeFile(join(out, "report.html"), reportHtml(results));
}

async function writeCharts(out: string, { workloads, ranking, runs }: BenchResults): Promise<ChartFile[]> {
	await mkdir(join(out, "charts"));
	const files = workloads.flatMap(({ name: workload }) => {
		const entries = ranking.filter((entry) => entry.workload === workload);
		return workloadCharts(entries, runsOf(runs, workload)).map((chart) => ({ workload, chart }));
	});
	return Promise.all(
		files.map(async ({ workload, chart }) => {
			const path = `charts/${workload}-${chart.name}.svg`;
			await writeFile(join(out, path), drawChartFile(chart, chartFileStyle));
			return { workload, path, ...chart };
		}),
	);
}
