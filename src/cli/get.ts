/** The command `get`: from a command line to files, a summary and an exit code. */
import { optionTable } from "../core/option-table.ts";
import { readOption } from "../core/read-option.ts";
import { type GivenValues, resolveOptions } from "../core/resolve-options.ts";
import { ListError } from "../list/list-error.ts";
import { openLists } from "../list/open-lists.ts";
import { lookAround } from "../run/surroundings.ts";
import { readConfig } from "./config-file.ts";
import { tuneEngine } from "./engine.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { parse } from "./flags.ts";
import { getShape } from "./get-shape.ts";
import { resolveOutput } from "./output-options.ts";
import { type Performance, type Performed, perform } from "./perform.ts";
import { printSummary } from "./print-summary.ts";
import { shortestPath } from "./shortest-path.ts";
import { listenForStop } from "./stop.ts";
import { complain } from "./terminal.ts";
import { closeWatch } from "./watch.ts";

/**
 * Runs the command; gives its exit code.
 * @throws {UsageError} the command line is wrong. @throws {ListError} a list cannot be read.
 */
export async function runGet(args: readonly string[]): Promise<number> {
	const parsed = parse(getShape, args);
	if (parsed === undefined) return exitCodes.done;
	const config = readConfig(parsed.values, process.env);
	const { values } = config;
	const { options, output } = await settle(values).catch((error: unknown) => {
		throw config.locate(error);
	});
	tuneEngine();
	using stop = listenForStop();
	await using list = await openLists(parsed.operands, values, stop.signal).catch((error: unknown) => {
		throw explainPort(error, args);
	});
	const health = readOption(values.health, optionTable.health);
	const performed = await perform({ options, output, list, signal: stop.signal, health });
	printSummary(performed, output);
	if (performed.error !== undefined) complain(performed.error.message);
	const code = stop.exitCode() ?? codeOf(performed);
	// Whatever ends the page, the run came to what it came to.
	await closeWatch(performed.dashboard, output, stop.signal);
	return code;
}

/** A port behind a blank is taken for a list, as it may be one. */
function explainPort(error: unknown, args: readonly string[]): unknown {
	const port = args[args.indexOf("--dashboard") + 1] ?? "";
	const isMeant = args.includes("--dashboard") && /^[0-9]{1,5}$/.test(port);
	if (isMeant && error instanceof ListError && error.message.includes(` ${port}: `)) {
		error.message += ` (did you mean --dashboard=${port}?)`;
	}
	return error;
}

async function settle(values: GivenValues): Promise<Pick<Performance, "options" | "output">> {
	const options = resolveOptions(values, await lookAround(values));
	return { options: { ...options, dirPath: shortestPath(options.dir) }, output: resolveOutput(values) };
}

function codeOf({ summary, error }: Performed): number {
	if (error !== undefined) return exitCodeOf(error) ?? exitCodes.broken;
	return summary.failed > 0 ? exitCodes.failed : exitCodes.done;
}
