/** What can be typed after `downspout`, in the form that the scripts of all shells are made from. */
import type { OptionSpec } from "../../core/option-table.ts";
import type { CommandShape } from "../flags.ts";

/** What follows an option: one of a few words, a file, a folder, or what nobody can guess. */
export type Follows = readonly string[] | "file" | "folder" | "unknown";

export type Completed = {
	/** Without its dashes. */
	readonly long: string;
	readonly short?: string;
	readonly help: string;
	/** Absent for a switch. */
	readonly argument?: { readonly name: string; readonly follows: Follows; readonly optional: boolean };
	readonly repeatable: boolean;
};

export type CompletedCommand = {
	readonly name: string;
	readonly summary: string;
	readonly options: readonly Completed[];
	/** What its operands are. */
	readonly operands: Follows;
};

/** One command of the command line. */
export function completedCommand(name: string, summary: string, shape: CommandShape): CompletedCommand {
	const options = Object.values(shape.options);
	const operands = shape.operands === undefined ? "unknown" : (shape.operandChoices ?? "file");
	return { name, summary, options: [...options.map(completed), help], operands };
}

const help: Completed = { long: "help", short: "h", help: "print the help", repeatable: false };

function completed({ name, short, help, kind }: OptionSpec<unknown>): Completed {
	const shown = { long: name, ...(short !== undefined && { short }), help, repeatable: kind.repeatable ?? false };
	if (kind.argument === undefined) return shown;
	const argument = {
		name: kind.argument,
		follows: kind.choices ?? pathOf(kind.argument),
		optional: kind.optional ?? false,
	};
	return { ...shown, argument };
}

function pathOf(argument: string): Follows {
	if (argument === "DIR") return "folder";
	return argument === "FILE" || argument === "F" ? "file" : "unknown";
}
