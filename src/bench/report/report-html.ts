/** The report as one page that needs nothing but itself. */
import type { Chart } from "../charts/chart.ts";
import { drawChart, narrowWidthPx, wideWidthPx } from "../charts/draw.ts";
import { workloadCharts } from "../charts/workload-charts.ts";
import { runsOf } from "../ranking.ts";
import type { BenchResults, RankedMethod, WorkloadResult } from "../results.ts";
import { factsOf, methodSentences, titleOf, warningsOf } from "./facts.ts";
import { pageStyle } from "./page-style.ts";
import { rankingColumns } from "./ranking-table.ts";

export function reportHtml(results: BenchResults): string {
	const title = titleOf(results);
	const warnings = warningsOf(results).map((sentence) => `<p class="warning">${escapeHtml(sentence)}</p>`);
	const [only, ...others] = results.workloads;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
${others.length > 0 ? contents(results.workloads) : only === undefined ? "" : finding(only)}
</header>
<main>
${others.length > 0 ? warnings.join("\n") : ""}
${results.workloads.map((workload) => workloadSection(workload, results, others.length > 0 ? [] : warnings)).join("\n")}
${only === undefined ? warnings.join("\n") : ""}
</main>
<footer>
<h2>How it was measured</h2>
<ul>${items(methodSentences)}</ul>
<h3>Where</h3>
<dl>${factsOf(results)
		.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
		.join("")}</dl>
</footer>
</body>
</html>
`;
}

/** What was found in each. */
function contents(workloads: readonly WorkloadResult[]): string {
	const links = workloads.map(
		({ name, analysis }) =>
			`<li><a href="#${escapeHtml(name)}">${escapeHtml(name)}</a>: ${escapeHtml(analysis.finding)}</li>`,
	);
	return `<nav aria-label="Workloads"><ul>${links.join("")}</ul></nav>`;
}

function finding({ analysis }: WorkloadResult): string {
	return `<p class="finding">${escapeHtml(analysis.finding)}</p>`;
}

const legend = `<p class="faint">Ranked by files saved per second. <span class="legend"><span class="key method"></span>methods of downspout</span> <span class="legend"><span class="key peer"></span>other programs</span></p>`;

/** Its chart comes first: it shows what was found. */
function workloadSection(workload: WorkloadResult, results: BenchResults, warnings: readonly string[]): string {
	const { name, description, files, concurrency, analysis } = workload;
	const ranking = results.ranking.filter((entry) => entry.workload === name);
	const [first, ...charts] = workloadCharts(ranking, runsOf(results.runs, name));
	return `<section id="${escapeHtml(name)}">
${results.workloads.length > 1 ? `<h2>${escapeHtml(name)}</h2>\n${finding(workload)}` : ""}
${first === undefined ? "" : figure(first)}
${legend}
<p class="faint">${escapeHtml(description)}. ${files} entries, ${concurrency} downloads at once.</p>
${warnings.join("\n")}
${rankingTable(ranking, name)}
<h3>Analysis</h3>
<ul>${items(analysis.general)}</ul>
${analysis.methods.map(({ method, sentences }) => `<h4>${escapeHtml(method)}</h4>\n<ul>${items(sentences)}</ul>`).join("\n")}
${charts.map(figure).join("\n")}
<h3>Commands</h3>
${workload.commands
	.map(
		({ command, method, note }) =>
			`<p>${escapeHtml(method)}${note === undefined ? "" : ` (${escapeHtml(note)})`}</p><pre tabindex="0"><code>${escapeHtml(command)}</code></pre>`,
	)
	.join("\n")}
</section>`;
}

function rankingTable(ranking: readonly RankedMethod[], workload: string): string {
	const head = rankingColumns.map((column) => `<th scope="col"${wordsClass(column)}>${escapeHtml(column.title)}</th>`);
	const rows = ranking.map((entry) => {
		const cells = rankingColumns.map((column) => {
			const [tag, scope] = column.text ? ["th", ' scope="row"'] : ["td", ""];
			return `<${tag}${scope}${wordsClass(column)}>${escapeHtml(column.cell(entry))}</${tag}>`;
		});
		return `<tr data-method="${escapeHtml(entry.method)}">${cells.join("")}</tr>`;
	});
	return `<div class="scroll" tabindex="0" role="region" aria-label="Ranking of ${escapeHtml(workload)}"><table><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function wordsClass({ text }: { readonly text?: true }): string {
	return text ? ' class="words"' : "";
}

/** Each chart is there twice, for wide and for narrow windows; the style sheet shows one. */
function figure(chart: Chart): string {
	return `<figure>
<h3>${escapeHtml(chart.title)}</h3>
<figcaption>${escapeHtml(chart.caption)}</figcaption>
<div class="wide">${drawChart(chart, wideWidthPx)}</div>
<div class="narrow">${drawChart(chart, narrowWidthPx)}</div>
</figure>`;
}

function items(sentences: readonly string[]): string {
	return sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join("");
}

function escapeHtml(text: string): string {
	const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
	return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
