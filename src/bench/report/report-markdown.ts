/** The report as Markdown, with its charts as files beside it. */
import type { BenchResults, RankedMethod, WorkloadResult } from "../results.ts";
import { factsOf, methodSentences, titleOf, warningsOf } from "./facts.ts";
import { rankingColumns } from "./ranking-table.ts";

/** A chart that was written to a file. */
export type ChartFile = {
	readonly workload: string;
	readonly path: string;
	readonly title: string;
	readonly caption: string;
	readonly words: string;
};

export function reportMarkdown(results: BenchResults, charts: readonly ChartFile[]): string {
	const parts = [
		`# ${escapeMarkdown(titleOf(results))}`,
		...openingOf(results, charts),
		...warningsOf(results).map((sentence) => `> ${escapeMarkdown(sentence)}`),
		...results.workloads.map((workload) => workloadPart(workload, results, charts)),
		"## How it was measured",
		bullets(methodSentences),
		bullets(factsOf(results).map(([name, value]) => `${name}: ${value}`)),
	];
	return `${parts.join("\n\n")}\n`;
}

/** What was found, and the chart that shows it; of several workloads each has its own chart below. */
function openingOf({ workloads }: BenchResults, charts: readonly ChartFile[]): string[] {
	const [only, ...others] = workloads;
	if (only === undefined) return [];
	if (others.length > 0) return [bullets(workloads.map(({ name, analysis }) => `${name}: ${analysis.finding}`))];
	return [escapeMarkdown(only.analysis.finding), ...charts.slice(0, 1).map(image)];
}

function workloadPart(workload: WorkloadResult, results: BenchResults, all: readonly ChartFile[]): string {
	const { name, description, files, concurrency, commands, analysis } = workload;
	const [first, ...charts] = all.filter((chart) => chart.workload === name);
	const opening = [escapeMarkdown(analysis.finding), ...(first === undefined ? [] : [image(first)])];
	return [
		`## ${escapeMarkdown(name)}`,
		...(results.workloads.length > 1 ? opening : []),
		`${escapeMarkdown(description)}. ${files} entries, ${concurrency} downloads at once.`,
		table(results.ranking.filter((entry) => entry.workload === name)),
		...(analysis.general.length === 0 ? [] : [bullets(analysis.general)]),
		...analysis.methods.map(({ method, sentences }) => `### ${escapeMarkdown(method)}\n\n${bullets(sentences)}`),
		...charts.map(
			(chart) => `### ${escapeMarkdown(chart.title)}\n\n${escapeMarkdown(chart.caption)}\n\n${image(chart)}`,
		),
		"Commands:",
		fence(
			commands.map(({ command, method, note }) => `# ${method}${note === undefined ? "" : `: ${note}`}\n${command}`),
		),
	].join("\n\n");
}

function image({ title, words, path }: ChartFile): string {
	return `![${escapeMarkdown(`${title}: ${words}`)}](${path})`;
}

function table(ranking: readonly RankedMethod[]): string {
	const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	return [
		row(rankingColumns.map((column) => column.title)),
		row(rankingColumns.map((column) => (column.text ? "---" : "---:"))),
		...ranking.map((entry) => row(rankingColumns.map((column) => escapeMarkdown(column.cell(entry))))),
	].join("\n");
}

function bullets(sentences: readonly string[]): string {
	return sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join("\n");
}

function fence(blocks: readonly string[]): string {
	return `\`\`\`sh\n${blocks.join("\n")}\n\`\`\``;
}

/** Keeps a list's name, or the words of another program, from being read as markup. */
function escapeMarkdown(text: string): string {
	return text.replace(/[\\`*_[\]<>|#]/g, "\\$&").replace(/\s+/g, " ");
}
