/** The command `bench`: runs the methods in turn and reports which was fastest, and why. */
import { fileURLToPath } from "node:url";
import { runBench } from "../bench/bench.ts";
import { benchTable, resolveBenchOptions } from "../bench/options.ts";
import { createRunId } from "../run/run-id.ts";
import { readVersion } from "../run/version.ts";
import { exitCodes } from "./exit-codes.ts";
import { type CommandShape, parse } from "./flags.ts";
import { listenForStop } from "./stop.ts";
import { print } from "./terminal.ts";

export const benchShape: CommandShape = {
	name: "downspout bench",
	summary:
		"Runs several methods over one list, or over scenarios of the lab origin, and ranks them by files saved per second.",
	operands: "[LIST]",
	options: benchTable,
	epilogue: "Writes results.json, report.md and report.html. Ctrl+C reports what was finished.",
};

/**
 * Runs the command; gives its exit code.
 * @throws {UsageError} an option or the list cannot be used. @throws {ListError} the list cannot be read.
 */
export async function runBenchCommand(args: readonly string[]): Promise<number> {
	const parsed = parse(benchShape, args);
	if (parsed === undefined) return exitCodes.done;
	const options = resolveBenchOptions(parsed.values, parsed.operands[0]);
	// A report of what was finished takes its time; a second signal ends it.
	using stop = listenForStop(Number.POSITIVE_INFINITY);
	const end = await runBench(options, {
		program: [process.execPath, fileURLToPath(new URL("../../bin/downspout.js", import.meta.url))],
		version: readVersion(),
		run: createRunId(new Date()),
		signal: stop.signal,
		tell: (line) => void process.stderr.write(`${line}\n`),
	});
	print(end.text);
	process.stderr.write(`report: ${end.out}/report.html\n`);
	return stop.exitCode() ?? end.exitCode;
}
