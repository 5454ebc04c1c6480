/** Progress as plain lines, for logs of build servers and other places that keep every line. */
import type { Sink } from "../core/event.ts";
import { createProgressLines } from "./progress-lines.ts";
import { createNotices, type ProgressSettings } from "./progress-output.ts";
import type { ProgressView } from "./progress-state.ts";
import { formatBytes, formatClock, formatCount } from "./units.ts";

const writeEveryMs = 250;
const firstAfterMs = 1000;
const thenEveryMs = 5000;
const mostNotices = 100;

/** A line after one second and then every five; failures and warnings as they come. */
export function createPlain(settings: ProgressSettings): Sink {
	return createProgressLines(settings, {
		writeEveryMs,
		firstAfterMs,
		thenEveryMs,
		progress: (view) => `${plainLine(view)}\n`,
		notice: createNotices(mostNotices, settings.paint),
	});
}

/** One line that says how far the run is. */
export function plainLine(view: ProgressView): string {
	const percent = view.share === null ? "" : ` (${Math.floor(view.share * 100)}%)`;
	const parts = [
		`${formatCount(view.files)}/${formatCount(view.total)}${view.totalKnown ? "" : "+"} files${percent}`,
		formatBytes(view.bytes),
		`${formatBytes(view.bytesPerSecond)}/s`,
		`${formatCount(view.filesPerSecond)} files/s`,
		`${view.inFlight}${view.level === null ? "" : ` of ${view.level}`} in flight`,
		`${formatCount(view.failed)} failed`,
	];
	if (view.secondsLeft !== null && view.files < view.total) parts.push(`${formatClock(view.secondsLeft)} left`);
	return parts.join(", ");
}
