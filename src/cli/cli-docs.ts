/** Writes docs/cli.md from the tables of options, so that it cannot say anything else than the help. */
import type { OptionSpec } from "../core/option-table.ts";
import { commands } from "./commands.ts";
import { type CommandShape, describe, flagsOf } from "./flags.ts";
import { getShape } from "./get-shape.ts";
import { originShape } from "./origin.ts";

/** The whole page, in Markdown. */
export function cliDocs(): string {
	return [
		"# The command line",
		"",
		"Made from the tables of options by `npm run docs`; do not edit it by hand.",
		"",
		"| command | does |",
		"| --- | --- |",
		...Object.entries(commands).map(([name, { summary, notYet }]) => row([`\`${name}\``, summary + mark(notYet)])),
		"",
		"Numbers of bytes take `k`, `M`, `G` (1000) and `Ki`, `Mi`, `Gi` (1024); seconds take fractions.",
		"",
		...section("downspout [get] [options] LIST...", getShape),
		...section("downspout origin [options]", originShape),
	].join("\n");
}

function mark(notYet: true | undefined): string {
	return notYet ? " (not available yet)" : "";
}

function section(usage: string, shape: CommandShape): readonly string[] {
	const specs = Object.values(shape.options);
	const groups = [...new Set(specs.map((spec) => spec.group))];
	const summary = shape.summary.replaceAll("\n", " ");
	return [
		`## \`${usage}\``,
		"",
		summary,
		"",
		...groups.flatMap((group) =>
			table(
				group,
				specs.filter((spec) => spec.group === group),
			),
		),
	];
}

function table(group: string, specs: readonly OptionSpec<unknown>[]): readonly string[] {
	const rows = specs.map((spec) => row([`\`${flagsOf(spec)}\``, describe(spec)]));
	return [`### ${group.replace(/:$/, "")}`, "", "| option | meaning |", "| --- | --- |", ...rows, ""];
}

function row(cells: readonly string[]): string {
	return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
