/** Where progress is shown, and what the displays have in common. */
import type { RunEvent } from "../core/event.ts";
import { publicMessage, publicUrl } from "../core/public-url.ts";
import { escapeControls } from "./escape.ts";
import type { Paint } from "./paint.ts";

/** What of a stream such as standard error is needed. */
export type ProgressStream = {
	write(text: string): unknown;
	on(event: "error", listener: (error: Error) => void): unknown;
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly rows?: number;
	readonly writableNeedDrain?: boolean;
};

/** What a display is given. */
export type ProgressSettings = {
	readonly stream: ProgressStream;
	/** A clock in milliseconds that never goes back. */
	readonly now: () => number;
	readonly paint: Paint;
};

/** Writes until the reader goes away; from then on nothing happens. */
export type SafeOutput = {
	write(text: string): void;
	/** Whether the reader lags behind: what can be left out should be. */
	lags(): boolean;
};

/** A reader that goes away never ends the run. */
export function safeOutput(stream: ProgressStream): SafeOutput {
	let gone = false;
	stream.on("error", () => {
		gone = true;
	});
	return {
		write(text) {
			if (gone || text === "") return;
			try {
				stream.write(text);
			} catch {
				gone = true;
			}
		},
		lags: () => stream.writableNeedDrain === true,
	};
}

/** Failures and warnings as lines of their own, `most` of each kind; the others are only counted. */
export function createNotices(most: number, paint: Paint): (event: RunEvent) => string {
	const seen = { failed: 0, warning: 0 };
	const counted = (kind: keyof typeof seen, line: string): string => {
		seen[kind] += 1;
		if (seen[kind] <= most) return `${line}\n`;
		return seen[kind] === most + 1
			? `${paint("dim", `further ${kind === "failed" ? "failures" : "warnings"} are only in the log`)}\n`
			: "";
	};
	return (event) => {
		if (event.type === "warning")
			return counted("warning", `${paint("yellow", "warning")} ${escapeControls(publicMessage(event.message))}`);
		if (event.type === "stopping") return `${paint("yellow", "stopping")} ${escapeControls(event.reason)}\n`;
		if (event.type !== "ended" || event.outcome.status !== "failed") return "";
		const { url, line, list, error } = event.outcome;
		const where = list === undefined ? `line ${line}` : `line ${line} of ${list}`;
		const reason = error === undefined ? "" : `: ${error.code}: ${publicMessage(error.message)}`;
		return counted("failed", `${paint("red", "failed")} ${escapeControls(`${publicUrl(url)}${reason} (${where})`)}`);
	};
}
