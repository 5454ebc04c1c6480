/** Picks the command that the first argument names, and turns its errors into one line and an exit code. */
import { closest } from "./closest.ts";
import { type CommandName, commands, isCommandName } from "./commands.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { complain } from "./terminal.ts";

/** Takes what follows the command's name and gives the exit code. */
type Run = (args: readonly string[]) => Promise<number>;

/** Each command is loaded only when it is run: the start-up of one does not pay for the others. */
const modules: { readonly [K in CommandName]: Run } = {
	get: async (args) => (await import("./get.ts")).runGet(args),
	bench: async (args) => (await import("./bench.ts")).runBenchCommand(args),
	origin: async (args) => (await import("./origin.ts")).runOrigin(args),
	worker: async (args) => (await import("./worker.ts")).runWorker(args),
	status: async (args) => (await import("./status.ts")).runStatus(args),
	completion: async (args) => (await import("./completion.ts")).runCompletion(args),
	demo: async (args) => (await import("./demo.ts")).runDemo(args),
};

/** Runs what a command line asks for and gives its exit code. `get` may be left out. */
export async function runCommand(args: readonly string[]): Promise<number> {
	const [first] = args;
	if (first === undefined) return showUsage();
	const name: CommandName = isCommandName(first) ? first : "get";
	try {
		return await modules[name](name === first ? args.slice(1) : args);
	} catch (error) {
		const code = exitCodeOf(error);
		if (code === undefined) throw error;
		complain(`${error instanceof Error ? error.message : String(error)}${name === first ? "" : meant(error, first)}`);
		return code;
	}
}

/** Nothing was asked for: the help is no answer then, but advice. */
async function showUsage(): Promise<number> {
	const [{ helpText }, { getShape }] = await Promise.all([import("./flags.ts"), import("./get-shape.ts")]);
	process.stderr.write(helpText(getShape));
	return exitCodes.usage;
}

/** A list that is not there may be a command with a typing error in it. */
function meant(error: unknown, word: string): string {
	if (!(error instanceof Error && "code" in error && error.code === "list_unreadable")) return "";
	const near = closest(word, Object.keys(commands));
	return near === undefined ? "" : ` (did you mean the command ${near}?)`;
}
