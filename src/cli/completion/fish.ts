/** The completion script for fish. */
import type { Completed, CompletedCommand } from "./model.ts";

/** A command that is not named is the first one. */
export function fishScript(commands: readonly CompletedCommand[]): string {
	const [first, ...others] = commands;
	if (first === undefined) return "";
	const otherNames = others.map(({ name }) => name).join(" ");
	return [
		"# fish completion of downspout. Once: downspout completion fish > ~/.config/fish/completions/downspout.fish",
		...commands.map(
			({ name, summary }) => `complete -c downspout -n __fish_is_first_token -a ${name} -d ${quote(summary)}`,
		),
		...lines(first, `not __fish_seen_subcommand_from ${otherNames}`),
		...others.flatMap((command) => lines(command, `__fish_seen_subcommand_from ${command.name}`)),
		"",
	].join("\n");
}

function lines({ options, operands }: CompletedCommand, condition: string): string[] {
	const when = `complete -c downspout -n ${quote(condition)}`;
	const words = Array.isArray(operands) ? [`${when} -f -a ${quote(operands.join(" "))}`] : [];
	return [...words, ...options.map((option) => `${when} ${flags(option)} -d ${quote(option.help)}`)];
}

function flags({ long, short, argument }: Completed): string {
	const names = short === undefined ? `-l ${long}` : `-s ${short} -l ${long}`;
	// What may be left out is part of the same word: nothing follows.
	if (argument === undefined || argument.optional) return names;
	const { follows } = argument;
	if (follows === "file") return `${names} -r -F`;
	if (follows === "folder") return `${names} -x -a '(__fish_complete_directories)'`;
	return follows === "unknown" ? `${names} -x` : `${names} -x -a ${quote(follows.join(" "))}`;
}

function quote(text: string): string {
	return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
