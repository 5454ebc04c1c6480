/** Builds the parsing and the help of a command from its table of options. */
import { Command, CommanderError, Option } from "commander";
import type { OptionSpec } from "../core/option-table.ts";
import { UsageError } from "../core/usage-error.ts";
import { readVersion } from "../run/version.ts";

/** Options by the name that their values get. */
export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

export type CommandShape = {
	readonly name: string;
	readonly summary: string;
	/** What stands after the options: `<LIST...>`, in brackets where it may be left out. */
	readonly operands?: string;
	/** The words that an operand can be; absent where it is a list. */
	readonly operandChoices?: readonly string[];
	readonly options: OptionSpecs;
	/** Printed below the help. */
	readonly epilogue?: string;
};

/** What a command line says; undefined where it asked for help, which is printed by then. */
export type Parsed = { readonly values: Readonly<Record<string, unknown>>; readonly operands: readonly string[] };

/**
 * Parses a command line.
 * @throws {UsageError} an unknown option, a missing value or operand.
 */
export function parse(shape: CommandShape, args: readonly string[]): Parsed | undefined {
	const command = createCommand(shape);
	try {
		command.parse(withValues(args, shape), { from: "user" });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.exitCode === 0) return undefined;
		throw new UsageError(error.message.replace(/^error: /, ""));
	}
	return { values: command.opts(), operands: command.args };
}

/** The help, as `--help` prints it. */
export function helpText(shape: CommandShape): string {
	const epilogue = shape.epilogue === undefined ? "" : `\n${shape.epilogue}\n`;
	return `${createCommand(shape).helpInformation()}${epilogue}`;
}

const helpGroup = "Help:";

function createCommand(shape: CommandShape): Command {
	const command = new Command(shape.name)
		.description(shape.summary)
		.addHelpOption(new Option("-h, --help", "print this").helpGroup(helpGroup))
		.allowExcessArguments(false)
		.exitOverride()
		.configureOutput({ writeErr() {}, outputError() {} })
		.configureHelp({ helpWidth: 100, showGlobalOptions: false })
		.action(() => {});
	if (shape.operands !== undefined) command.argument(shape.operands);
	if (shape.epilogue !== undefined) command.addHelpText("after", `\n${shape.epilogue}`);
	for (const spec of Object.values(shape.options)) command.addOption(createOption(spec));
	return command.optionsGroup(helpGroup).version(readVersion(), "--version", "print the version");
}

/** A value that may be left out stands behind `=` alone: what follows the option is an operand. */
function withValues(args: readonly string[], { options }: CommandShape): readonly string[] {
	const optional = new Set(Object.values(options).flatMap(({ name, kind }) => (kind.optional ? [`--${name}`] : [])));
	const end = args.indexOf("--");
	return args.map((arg, index) => (optional.has(arg) && (end < 0 || index < end) ? `${arg}=true` : arg));
}

function createOption(spec: OptionSpec<unknown>): Option {
	const option = new Option(flagsOf(spec).replace(/\[=(.*)\]$/, " [$1]"), describe(spec)).helpGroup(spec.group);
	option.flags = flagsOf(spec);
	if (spec.kind.repeatable) option.argParser<readonly string[]>((value, earlier = []) => [...earlier, value]);
	return option;
}

/** `-d, --dir <DIR>` */
export function flagsOf({ name, short, kind }: OptionSpec<unknown>): string {
	const long = short === undefined ? `--${name}` : `-${short}, --${name}`;
	if (kind.argument === undefined) return long;
	return kind.optional ? `${long}[=${kind.argument}]` : `${long} <${kind.argument}>`;
}

/** The help of an option with its default. */
export function describe({ help, fallback }: OptionSpec<unknown>): string {
	const shownDefault = fallback === undefined ? "" : ` (default: ${fallback})`;
	return `${help}${shownDefault}`;
}
