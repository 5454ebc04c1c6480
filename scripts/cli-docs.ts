/** Writes docs/cli.md from the tables of options, so that it cannot say anything else than the help. */

import { commands } from "../src/cli/commands.ts";
import { type CommandShape, describe, flagsOf } from "../src/cli/flags.ts";
import { shapes } from "../src/cli/shapes.ts";
import type { OptionSpec } from "../src/core/option-table.ts";

/** The whole page, in Markdown. */
export function cliDocs(): string {
	return [
		"# The command line",
		"",
		"Made from the tables of options by `npm run docs`; do not edit it by hand.",
		"",
		"| command | does |",
		"| --- | --- |",
		...Object.entries(commands).map(([name, { summary }]) => row([`\`${name}\``, summary])),
		"",
		"Numbers of bytes take `k`, `M`, `G` (1000) and `Ki`, `Mi`, `Gi` (1024); seconds take fractions.",
		"",
		"What files are called, and where that differs from curl, wget and browsers, is told in [names.md](names.md); what lists",
		"may look like in [lists.md](lists.md).",
		"",
		...shapes.flatMap(({ shape }) => section(usageOf(shape), shape)),
	].join("\n");
}

/** `downspout [get] [options] <LIST...>` */
export function usageOf({ name, options, operands }: CommandShape): string {
	const parts = [name, ...(Object.keys(options).length > 0 ? ["[options]"] : []), operands?.replace(/[<>]/g, "") ?? ""];
	return parts.join(" ").trim();
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
