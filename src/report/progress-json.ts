/** Progress as NDJSON, for programs that watch a run. */
import type { RunEvent, Sink } from "../core/event.ts";
import { publicMessage, publicUrl } from "../core/public-url.ts";
import { escapeJson } from "./escape.ts";
import { createProgressLines } from "./progress-lines.ts";
import type { ProgressSettings } from "./progress-output.ts";
import type { ProgressView } from "./progress-state.ts";

const writeEveryMs = 100;
const progressEveryMs = 1000;

/** A `progress` object about once a second and at the end; `failed`, `warning` and `retry` as they come. */
export function createJson(settings: ProgressSettings): Sink {
	return createProgressLines(settings, {
		writeEveryMs,
		firstAfterMs: progressEveryMs,
		thenEveryMs: progressEveryMs,
		progress: (view) => jsonLine(progressObject(view)),
		notice(event) {
			const object = noticeObject(event);
			return object === undefined ? "" : jsonLine(object);
		},
	});
}

function jsonLine(object: object): string {
	return `${escapeJson(JSON.stringify(object))}\n`;
}

function progressObject(view: ProgressView): object {
	const { files, total, totalKnown, bytes, secondsLeft, inFlight, level, failed } = view;
	const bytesPerSecond = Math.round(view.bytesPerSecond);
	const filesPerSecond = Math.round(view.filesPerSecond * 100) / 100;
	const left = secondsLeft === null ? null : Math.round(secondsLeft * 10) / 10;
	const counts = { event: "progress", files, total, totalKnown, bytes, bytesPerSecond, filesPerSecond };
	return { ...counts, secondsLeft: left, inFlight, level, failed };
}

function noticeObject(event: RunEvent): object | undefined {
	if (event.type === "warning") return { event: "warning", message: publicMessage(event.message) };
	if (event.type === "retry") {
		const { url, attempt, failure, waitMs } = event;
		const error = { code: failure.code, message: publicMessage(failure.message) };
		return { event: "retry", url: publicUrl(url), attempt, waitMs: Math.round(waitMs), error };
	}
	if (event.type !== "ended" || event.outcome.status !== "failed") return undefined;
	const { line, list, url, httpStatus, attempts, error } = event.outcome;
	const reason = error && { code: error.code, message: publicMessage(error.message) };
	return { event: "failed", line, list, url: publicUrl(url), httpStatus, attempts, error: reason };
}
