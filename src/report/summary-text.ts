/** The summary of a run as text for people; as JSON it is the object itself. */
import type { Summary } from "../core/outcome.ts";
import { escapeControls } from "./escape.ts";
import { choosePaint, type Paint } from "./paint.ts";
import { type Elsewhere, tryAgainCommand } from "./try-again.ts";
import { formatBytes, formatCount, formatSeconds } from "./units.ts";

export type SummaryTextOptions = {
	/** The folder with the run's records, where there is one. */
	readonly folder?: string | undefined;
	/** Where the files went, where that is not the directory of the run. */
	readonly elsewhere?: Elsewhere | undefined;
	/** Where the text goes: only a terminal gets colours. */
	readonly stream?: { readonly isTTY?: boolean };
	readonly env?: Readonly<Record<string, string | undefined>>;
};

/** A few aligned lines, the last line end included. */
export function summaryText(summary: Summary, options: SummaryTextOptions = {}): string {
	const paint = choosePaint(options.stream ?? {}, options.env ?? process.env);
	const rows = [
		...countRows(summary, options.elsewhere?.sink ?? summary.dir, paint),
		["time", rates(summary)],
		...(summary.retries > 0 ? [["retries", formatCount(summary.retries)]] : []),
		...recordRows(summary, options),
	];
	return rows.map(([name = "", text = ""]) => `${name.padEnd(11)}${text}\n`).join("");
}

function countRows(summary: Summary, where: string, paint: Paint): string[][] {
	const { saved, skipped, duplicates, failed, cancelled, bytes } = summary;
	const counted = `${paint("green", plural(saved, "file"))}, ${formatBytes(bytes)}`;
	const rows = [
		summary.dryRun
			? ["would save", `${counted}${unknownSizes(summary)} in ${escapeControls(where)}`]
			: ["saved", `${counted} in ${escapeControls(where)}${models(summary)}`],
	];
	if (skipped > 0) rows.push(["skipped", `${formatCount(skipped)}, already there`]);
	if (duplicates > 0) rows.push(["duplicates", `${formatCount(duplicates)}, listed more than once`]);
	if (failed > 0) rows.push(["failed", `${paint("red", formatCount(failed))}: ${errors(summary)}`]);
	if (cancelled > 0) rows.push(["cancelled", `${formatCount(cancelled)}: the same command goes on with them`]);
	return rows;
}

function recordRows(summary: Summary, { folder, elsewhere }: SummaryTextOptions): string[][] {
	if (folder === undefined) return [];
	const rows = [["records", escapeControls(folder)]];
	if (summary.failed > 0) {
		rows.push(["try again", tryAgainCommand(folder, summary.dir, elsewhere)]);
	}
	return rows;
}

function rates({ seconds, filesPerSecond, bytesPerSecond }: Summary): string {
	return `${formatSeconds(seconds)}, ${formatCount(filesPerSecond)} files/s, ${formatBytes(bytesPerSecond)}/s`;
}

function errors(summary: Summary): string {
	return Object.entries(summary.errors)
		.map(([code, count]) => `${code} ${formatCount(count ?? 0)}`)
		.join(", ");
}

function models({ savedBy }: Summary): string {
	if (savedBy === undefined) return "";
	const parts = Object.entries(savedBy).map(([model, count]) => `${model} ${formatCount(count ?? 0)}`);
	return ` (${parts.join(", ")})`;
}

function unknownSizes({ files = [] }: Summary): string {
	const unknown = files.filter(({ bytes }) => bytes === null).length;
	return unknown === 0 ? "" : ` and ${formatCount(unknown)} of unknown size`;
}

function plural(count: number, noun: string): string {
	return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
