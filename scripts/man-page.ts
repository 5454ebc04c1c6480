/** Writes the manual page, docs/downspout.1, from the tables of options, as docs/cli.md is. */
import { commands } from "../src/cli/commands.ts";
import { type CommandShape, describe, flagsOf } from "../src/cli/flags.ts";
import { shapes } from "../src/cli/shapes.ts";
import { usageOf } from "./cli-docs.ts";

const exits: readonly (readonly [code: string, meaning: string])[] = [
	["0", "every entry is saved, skipped or a duplicate"],
	["1", "at least one entry failed"],
	["2", "the command line or the list could not be used; nothing was downloaded"],
	["3", "the run itself could not start or go on, or standard output could not be written"],
	["129, 130, 143", "stopped by SIGHUP, SIGINT, SIGTERM"],
];

const files: readonly (readonly [path: string, what: string])[] = [
	[
		"$XDG_CONFIG_HOME/downspout/downspout.conf",
		"options as name=value lines; ~/.config where XDG_CONFIG_HOME is not set",
	],
	["DIR/.downspout", "what a directory remembers, and what is not complete yet"],
	["LOGDIR/latest", "the records of the newest run: log.txt, results.jsonl, summary.json, failed.txt"],
];

/** The whole page, in roff. */
export function manPage(): string {
	const [get, ...others] = shapes;
	if (get === undefined) return "";
	return [
		'.\\" Made from the tables of options by npm run docs; do not edit it by hand.',
		'.TH DOWNSPOUT 1 "" downspout "User Commands"',
		".SH NAME",
		"downspout \\- bulk downloader: a list of URLs into a directory, concurrently and safely",
		".SH SYNOPSIS",
		...shapes.flatMap(({ shape }) => [".B downspout", `${roff(usageOf(shape).replace(/^downspout /, ""))}`, ".br"]),
		".SH DESCRIPTION",
		roff(get.shape.summary),
		".SH COMMANDS",
		...shapes.flatMap(({ name }) => item(name, commands[name].summary)),
		".SH OPTIONS",
		...options(get.shape),
		...others.flatMap(({ name, shape }) => [
			`.SH ${name.toUpperCase()}`,
			roff(shape.summary),
			...options(shape),
			...(shape.epilogue === undefined ? [] : [".PP", ".nf", ...shape.epilogue.split("\n").map(roff), ".fi"]),
		]),
		".SH EXIT STATUS",
		...exits.flatMap(([code, meaning]) => item(code, meaning)),
		".SH FILES",
		...files.flatMap(([path, what]) => item(path, what)),
		".SH SEE ALSO",
		"curl(1), wget(1), aria2c(1)",
		"",
	].join("\n");
}

function options({ options }: CommandShape): readonly string[] {
	const specs = Object.values(options);
	return [...new Set(specs.map(({ group }) => group))].flatMap((group) => [
		`.SS ${roff(group.replace(/:$/, ""))}`,
		...specs.filter((spec) => spec.group === group).flatMap((spec) => item(flagsOf(spec), describe(spec))),
	]);
}

function item(term: string, text: string): readonly string[] {
	return [".TP", `.B ${roff(term)}`, roff(text)];
}

/** One line of text: a dash is no hyphen, and nothing at its start is a request. */
function roff(text: string): string {
	const escaped = text.replaceAll("\n", " ").replaceAll("\\", "\\e").replaceAll("-", "\\-");
	return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
