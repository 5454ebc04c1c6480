/** One measured `downspout get`, for the benchmarks that compare two of them. */
import { type CommandEnd, runCommand } from "../src/bench/measure/run-command.ts";
import { builtProgram } from "./program.ts";

/** @throws {Error} it did not end with exit code 0. */
export async function measuredGet(args: readonly string[], cwd: string): Promise<CommandEnd> {
	const [file, ...before] = builtProgram();
	const command = { file, args: [...before, "get", ...args, "--progress", "none"], cwd };
	const end = await runCommand(command, new AbortController().signal);
	if (end.exitCode !== 0) throw new Error(`downspout ended with exit code ${end.exitCode}: ${end.stderr}`);
	return end;
}
