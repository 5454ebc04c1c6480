/** The command `completion`: prints what makes a shell complete the command line of downspout. */
import { UsageError } from "../core/usage-error.ts";
import { commands } from "./commands.ts";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { completedCommand } from "./completion/model.ts";
import { zshScript } from "./completion/zsh.ts";
import { completionShape, shells } from "./completion-shape.ts";
import { exitCodes } from "./exit-codes.ts";
import { parse } from "./flags.ts";
import { shapes } from "./shapes.ts";
import { print } from "./terminal.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/**
 * Runs the command; gives its exit code.
 * @throws {UsageError} there is no script for the shell.
 */
export function runCompletion(args: readonly string[]): number {
	const parsed = parse(completionShape, args);
	if (parsed === undefined) return exitCodes.done;
	const [asked] = parsed.operands;
	const shell = shells.find((one) => one === asked);
	if (shell === undefined)
		throw new UsageError(`completion: ${JSON.stringify(asked)} is not one of ${shells.join(", ")}`);
	print(scripts[shell](shapes.map(({ name, shape }) => completedCommand(name, commands[name].summary, shape))));
	return exitCodes.done;
}
