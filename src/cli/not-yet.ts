/** Commands that this release does not have yet: their help says so, and running one is refused. */
import { UsageError } from "../core/usage-error.ts";
import type { CommandName } from "./commands.ts";
import { commands } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { print } from "./terminal.ts";

/**
 * Answers `--help`.
 * @throws {UsageError} otherwise.
 */
export function refuse(name: CommandName, args: readonly string[]): number {
	if (args.includes("--help") || args.includes("-h")) {
		print(`downspout ${name}: ${commands[name].summary} (not available yet)`);
		return exitCodes.done;
	}
	throw new UsageError(`the command ${name} is not available yet in this release`);
}
