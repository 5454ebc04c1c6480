/** One measured `downspout get`, for the benchmarks that compare two of them. */
import { type CommandEnd, runCommand } from "../src/bench/measure/run-command.ts";
import { builtProgram } from "./program.ts";

/**
 * @param exitCode - What is to come of it: 1 where entries fail.
 * @throws {Error} it ended with another exit code.
 */
export async function measuredGet(args: readonly string[], cwd: string, exitCode = 0): Promise<CommandEnd> {
	const [file, ...before] = builtProgram();
	const command = { file, args: [...before, "get", ...args, "--progress", "none"], cwd };
	const end = await runCommand(command, new AbortController().signal);
	if (end.exitCode !== exitCode) throw new Error(`downspout ended with exit code ${end.exitCode}: ${end.stderr}`);
	return end;
}
