/** What is seen of a run while it goes on: a bar, plain lines, NDJSON or nothing. */
import type { Sink } from "../core/event.ts";
import type { ProgressMode } from "../core/options.ts";
import { choosePaint } from "./paint.ts";
import type { ProgressStream } from "./progress-output.ts";
import { noSink } from "./sinks.ts";

export type ProgressOptions = {
	readonly mode: ProgressMode;
	/** Standard error, as a rule. */
	readonly stream: ProgressStream;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** A clock in milliseconds that never goes back. */
	readonly now?: () => number;
};

/** The display for a mode; only the one that is used is loaded. */
export async function createProgress(options: ProgressOptions): Promise<Sink> {
	const { stream, env, now = () => performance.now() } = options;
	const settings = { stream, now, paint: choosePaint(stream, env) };
	switch (resolveMode(options.mode, stream, env)) {
		case "bar":
			return (await import("./progress-bar.ts")).createBar(settings);
		case "plain":
			return (await import("./progress-plain.ts")).createPlain(settings);
		case "json":
			return (await import("./progress-json.ts")).createJson(settings);
		case "none":
			return noSink;
	}
}

/** What `auto` stands for: a bar on a terminal that can draw one, else plain lines. */
export function resolveMode(
	mode: ProgressMode,
	stream: { readonly isTTY?: boolean },
	env: ProgressOptions["env"],
): Exclude<ProgressMode, "auto"> {
	if (mode !== "auto") return mode;
	return stream.isTTY === true && env.TERM !== "dumb" ? "bar" : "plain";
}
