/** Progress on a terminal: a bar with the longest-running downloads below, failures and warnings above. */
import type { Sink } from "../core/event.ts";
import { createFrame } from "./frame.ts";
import { downloadLine, overallLine } from "./progress-layout.ts";
import { createNotices, type ProgressSettings, safeOutput } from "./progress-output.ts";
import { createProgressState } from "./progress-state.ts";

const redrawEveryMs = 100;
/** Downloads that end sooner have no line of their own, which would only flicker. */
const shownAfterMs = 1000;
const mostDownloads = 5;
const mostNotices = 10;

/** Draws at most ten times a second, however many events come. */
export function createBar({ stream, now, paint }: ProgressSettings): Sink {
	const output = safeOutput(stream);
	const state = createProgressState(now);
	const notice = createNotices(mostNotices, paint);
	const frame = createFrame(output, stream);
	let above = "";

	const draw = (downloads: number): void => {
		const nowMs = now();
		/** The last column stays free: a terminal may wrap a line that fills it. */
		const layout = { columns: Math.min(300, Math.max(10, (stream.columns ?? 80) - 1)), paint };
		const most = Math.max(0, Math.min(downloads, (stream.rows ?? 24) - 3));
		const lines = state.oldest(nowMs, shownAfterMs, most).map((download) => downloadLine(download, layout));
		frame.draw([overallLine(state.view(nowMs), layout), ...lines], above);
		above = "";
	};
	const timer = setInterval(() => {
		if (!output.lags()) draw(mostDownloads);
	}, redrawEveryMs).unref();

	return {
		on(event) {
			state.on(event);
			above += notice(event);
		},
		async close() {
			clearInterval(timer);
			draw(0);
			frame.close();
		},
	};
}
