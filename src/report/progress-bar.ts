/** Progress on a terminal: a bar with the longest-running downloads below, failures and warnings above. */
import type { Sink } from "../core/event.ts";
import { createFrame } from "./frame.ts";
import { downloadLine, overallLine } from "./progress-layout.ts";
import { createNotices, type ProgressSettings, safeOutput } from "./progress-output.ts";
import { createProgressState } from "./progress-state.ts";

const redrawEveryMs = 100;
/** Downloads that end sooner have no line of their own, which would only flicker. */
const shownAfterMs = 1000;
/** With so few at once each has a line; of more than that, the five that have taken the longest. */
const fewDownloads = 12;
const mostOfMany = 5;
const mostNotices = 10;

/** Draws at most ten times a second, however many events come. */
export function createBar({ stream, now, paint }: ProgressSettings): Sink {
	const output = safeOutput(stream);
	const state = createProgressState(now);
	const notice = createNotices(mostNotices, paint);
	const frame = createFrame(output, stream);
	let above = "";

	const draw = (withDownloads: boolean): void => {
		const nowMs = now();
		/** The last column stays free: a terminal may wrap a line that fills it. */
		const layout = { columns: Math.min(300, Math.max(10, (stream.columns ?? 80) - 1)), paint };
		const view = state.view(nowMs);
		const wanted = view.inFlight <= fewDownloads ? fewDownloads : mostOfMany;
		const most = withDownloads ? Math.max(0, Math.min(wanted, (stream.rows ?? 24) - 3)) : 0;
		const lines = state.oldest(nowMs, shownAfterMs, most).map((download) => downloadLine(download, layout));
		frame.draw([overallLine(view, layout), ...lines], above);
		above = "";
	};
	const timer = setInterval(() => {
		if (!output.lags()) draw(true);
	}, redrawEveryMs).unref();

	return {
		on(event) {
			state.on(event);
			above += notice(event);
		},
		async close() {
			clearInterval(timer);
			draw(false);
			frame.close();
		},
	};
}
