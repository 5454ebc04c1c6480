/** The command `origin`: serves the lab origin until a signal ends it. */
import { UsageError } from "../core/usage-error.ts";
import { startOrigin } from "../origin/origin.ts";
import { exitCodes } from "./exit-codes.ts";
import { type CommandShape, parse } from "./flags.ts";
import { originTable, readOriginOptions } from "./origin-options.ts";
import { listenForStop } from "./stop.ts";
import { print, whenOutputIsLost } from "./terminal.ts";

export const originShape: CommandShape = {
	name: "downspout origin",
	summary: "Serves the built-in lab origin on 127.0.0.1, and prints one JSON line with its url once it listens.",
	options: originTable,
	epilogue: "Error and reset rates are drawn for each request, missing ones for each file.",
};

/**
 * Runs the command; gives its exit code.
 * @throws {UsageError} an option is wrong, the port is taken, or the list cannot be written.
 */
export async function runOrigin(args: readonly string[]): Promise<number> {
	const parsed = parse(originShape, args);
	if (parsed === undefined) return exitCodes.done;
	using stop = listenForStop();
	const origin = await startOrigin(readOriginOptions(parsed.values), stop.signal).catch((cause: unknown) => {
		throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
	});
	// Without its line nobody would know where it serves.
	const lost = new Promise<void>(whenOutputIsLost);
	print(JSON.stringify({ url: origin.url, list: origin.list ?? null, files: origin.files }));
	await Promise.race([aborted(stop.signal), lost]);
	await origin.close();
	return stop.exitCode() ?? exitCodes.done;
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
