/** The report as Markdown, with its charts as files beside it. */
import type { BenchResults, RankedMethod, WorkloadResult } from "../results.ts";
import { factsOf, methodSentences, warningsOf } from "./facts.ts";
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
		`# downspout bench: ${escapeMarkdown(results.list)}`,
		...warningsOf(results).map((sentence) => `> ${escapeMarkdown(sentence)}`),
		...results.workloads.map((workload) => workloadPart(workload, results, charts)),
		"## How it was measured",
		bullets(methodSentences),
		bullets(factsOf(results).map(([name, value]) => `${name}: ${value}`)),
	];
	return `${parts.join("\n\n")}\n`;
}

function workloadPart(workload: WorkloadResult, results: BenchResults, charts: readonly ChartFile[]): string {
	const { name, description, files, concurrency, commands, analysis } = workload;
	const images = charts
		.filter((chart) => chart.workload === name)
		.map(
			({ title, caption, words, path }) =>
				`### ${escapeMarkdown(title)}\n\n${escapeMarkdown(caption)}\n\n![${escapeMarkdown(`${title}: ${words}`)}](${path})`,
		);
	return [
		`## ${escapeMarkdown(name)}`,
		`${escapeMarkdown(description)}. ${files} entries, ${concurrency} downloads at once.`,
		table(results.ranking.filter((entry) => entry.workload === name)),
		bullets(analysis),
		...images,
		"Commands:",
		fence(
			commands.map(({ command, method, note }) => `# ${method}${note === undefined ? "" : `: ${note}`}\n${command}`),
		),
	].join("\n\n");
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
