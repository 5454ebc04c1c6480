/** The standard streams: what is printed there, and how the process ends without losing any of it. */

/** A reader that goes away, such as `head`, must not end a run. */
export function ignoreBrokenPipes(): void {
	process.stdout.on("error", () => {});
	process.stderr.on("error", () => {});
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
	process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
