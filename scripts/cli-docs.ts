/** Writes docs/cli.md from the tables of options, so that it cannot say anything else than the help. */

import { benchShape } from "../src/cli/bench.ts";
import { commands } from "../src/cli/commands.ts";
import { demoShape } from "../src/cli/demo.ts";
import { type CommandShape, describe, flagsOf } from "../src/cli/flags.ts";
import { getShape } from "../src/cli/get-shape.ts";
import { originShape } from "../src/cli/origin.ts";
import { statusShape } from "../src/cli/status.ts";
import { workerShape } from "../src/cli/worker.ts";
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
		...section("downspout [get] [options] LIST...", getShape),
		...section("downspout bench [options] [LIST]", benchShape),
		...section("downspout origin [options]", originShape),
		...section("downspout worker [options]", workerShape),
		...section("downspout status [options]", statusShape),
		...section("downspout demo [options]", demoShape),
	].join("\n");
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
