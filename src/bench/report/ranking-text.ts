/** The ranking as plain text, for the terminal. */
import { neighbourSentence } from "../analysis.ts";
import type { BenchResults, RankedMethod } from "../results.ts";
import { rankingColumns } from "./ranking-table.ts";

/** One table for each workload, and under it what its neighbours' differences are worth. */
export function rankingText({ workloads, ranking }: BenchResults): string {
	const parts = workloads.map(({ name, description, concurrency }) => {
		const entries = ranking.filter((entry) => entry.workload === name);
		const title = `${name}: ${description}; ${concurrency} at once`;
		if (entries.length === 0) return `${title}\nended before the first measured run`;
		return [title, ...textTable(entries), ...entries.flatMap(noteOf)].join("\n");
	});
	return parts.length === 0 ? "nothing was measured\n" : `${parts.join("\n\n")}\n`;
}

function noteOf(entry: RankedMethod): string[] {
	return entry.reason === undefined
		? neighbourSentence(entry)
		: [`${entry.method} has no run that counts: ${entry.reason}`];
}

function textTable(entries: readonly RankedMethod[]): string[] {
	const rows = [
		rankingColumns.map((column) => column.title),
		...entries.map((entry) => rankingColumns.map((column) => column.cell(entry))),
	];
	const widths = rankingColumns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
	return rows.map((row) =>
		row
			.map((cell, index) =>
				rankingColumns[index]?.text ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
			)
			.join("  ")
			.trimEnd(),
	);
}
