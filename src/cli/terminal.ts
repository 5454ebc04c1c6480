/** The standard streams: what is printed there, and how the process ends without losing any of it. */
import { exitCodes } from "./exit-codes.ts";

/** Why what was printed is lost: the disk under standard output is full, for one. */
let outputError: Error | undefined;

/** Nothing that becomes of the standard streams ends a run; what is lost of standard output is told at the end. */
export function watchStreams(): void {
	process.stdout.on("error", noteOutputError);
	process.stderr.on("error", () => {});
}

/** A reader that goes away, such as `head`, has what it wanted. */
function noteOutputError(error: Error): void {
	if (!("code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED"))) outputError ??= error;
}

/** Calls back when what was printed is lost; not where a reader has gone away. */
export function whenOutputIsLost(listener: () => void): void {
	process.stdout.on("error", () => {
		if (outputError !== undefined) listener();
	});
}

/** Prints to standard output. */
export function print(text: string): void {
	process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** One line on standard error. */
export function complain(message: string): void {
	const lines = message.split("\n").map((line) => line.trim());
	process.stderr.write(`downspout: ${lines.filter((line) => line !== "").join(" ")}\n`);
}

/** Ends the process as soon as what was printed has been taken; a handle that somebody forgot does not hold it up. */
export function endProcess(code: number): void {
	process.exitCode = code;
	// Not in the callback itself, which is called before the error of an earlier write is told.
	process.stdout.write("", () => setImmediate(leave, code));
}

function leave(code: number): void {
	if (outputError !== undefined) complain(`standard output cannot be written: ${outputError.message}`);
	const isLost = outputError !== undefined && (code === exitCodes.done || code === exitCodes.failed);
	process.stderr.write("", () => process.exit(isLost ? exitCodes.broken : code));
}
