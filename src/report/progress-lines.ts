/** What the displays share that write lines: events as they come, and every now and then how far the run is. */
import type { RunEvent, Sink } from "../core/event.ts";
import { type ProgressSettings, safeOutput } from "./progress-output.ts";
import { createProgressState, type ProgressView } from "./progress-state.ts";

export type ProgressLines = {
	/** How often what came is written, in milliseconds. */
	readonly writeEveryMs: number;
	/** When the first line of progress comes, and how often one comes after it; there is one at the end as well. */
	readonly firstAfterMs: number;
	readonly thenEveryMs: number;
	/** With its line end. */
	progress(view: ProgressView): string;
	/** What an event is told by; empty for most. */
	notice(event: RunEvent): string;
};

/** Writes a few times a second, however many events come. */
export function createProgressLines({ stream, now }: ProgressSettings, lines: ProgressLines): Sink {
	const output = safeOutput(stream);
	const state = createProgressState(now);
	let text = "";
	let nextMs = now() + lines.firstAfterMs;

	const write = (): void => {
		const nowMs = now();
		const view = state.view(nowMs);
		if (nowMs >= nextMs) {
			text += lines.progress(view);
			nextMs = nowMs + lines.thenEveryMs;
		}
		output.write(text);
		text = "";
	};
	const timer = setInterval(write, lines.writeEveryMs).unref();

	return {
		on(event) {
			state.on(event);
			text += lines.notice(event);
		},
		async close() {
			clearInterval(timer);
			nextMs = now();
			write();
		},
	};
}
