/** A few lines at the bottom of a terminal that are drawn again and again, and lines above that stay. */
import { stripVTControlCharacters } from "node:util";
import type { ProgressStream, SafeOutput } from "./progress-output.ts";
import { textWidth } from "./text-width.ts";

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
/** A terminal that knows these shows the frame all at once; others pass over them. */
const beginUpdate = "\x1b[?2026h";
const endUpdate = "\x1b[?2026l";
const eraseLineEnd = "\x1b[K";
const eraseBelow = "\x1b[J";

export type Frame = {
	/** Shows these lines instead of those before, below `above`: text that stays, line ends included. */
	draw(lines: readonly string[], above: string): void;
	/** Leaves what is drawn and gives the cursor back. */
	close(): void;
};

/** Takes the cursor until `close`, or until the process exits. */
export function createFrame(output: SafeOutput, stream: ProgressStream): Frame {
	let drawn: readonly string[] = [];
	let columnsThen = stream.columns;
	const restore = (): void => output.write(showCursor);
	process.once("exit", restore);
	output.write(hideCursor);
	return {
		draw(lines, above) {
			const up = rowsOf(drawn, stream.columns ?? 80);
			const back = `\r${up > 0 ? `\x1b[${up}A` : ""}`;
			const erase = above !== "" || columnsThen !== stream.columns ? eraseBelow : "";
			const text = lines.map((line) => `${line}${eraseLineEnd}\n`).join("");
			output.write(`${beginUpdate}${back}${erase}${above}${text}${eraseBelow}${endUpdate}`);
			drawn = lines;
			columnsThen = stream.columns;
		},
		close() {
			process.off("exit", restore);
			restore();
		},
	};
}

/** Rows that the lines take now: a terminal made narrower has wrapped them. */
function rowsOf(lines: readonly string[], columns: number): number {
	return lines.reduce(
		(rows, line) => rows + Math.max(1, Math.ceil(textWidth(stripVTControlCharacters(line)) / columns)),
		0,
	);
}
