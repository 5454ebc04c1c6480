/** The process of the command line: runs one command, ends with its exit code, and never with a stack trace. */
import { runCommand } from "./run-command.ts";
import { complain, endProcess, watchStreams } from "./terminal.ts";

watchStreams();
process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);
runCommand(process.argv.slice(2)).then(endProcess, crash);

function crash(error: unknown): void {
	const detail = process.env.DOWNSPOUT_DEBUG && error instanceof Error ? error.stack : undefined;
	complain(detail ?? `unexpected error: ${error instanceof Error ? error.message : String(error)}`);
	process.exit(3);
}
