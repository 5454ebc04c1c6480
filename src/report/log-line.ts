/** Events as lines of log.txt. */
import type { RunEvent } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import { publicMessage, publicText, publicUrl } from "../core/public-url.ts";
import type { WorkerLabel } from "../core/task.ts";
import { escapeControls } from "./escape.ts";

export type LogLevel = "INFO" | "WARN" | "ERROR";

/** What a line says, not yet escaped. */
type Said = { readonly level: LogLevel; readonly text: string; readonly worker?: WorkerLabel };

/**
 * The line of an event, its end included, or nothing for events that the log passes over.
 * `coordinator` is the label of what no worker did.
 */
export function logLine(event: RunEvent, coordinator: WorkerLabel, time: string): string {
	const said = say(event);
	if (said === undefined) return "";
	const { model, number } = said.worker ?? coordinator;
	return `${time} ${said.level} [${model}#${number}] ${escapeControls(said.text)}\n`;
}

/** What an event says; nothing for those that come too often to be worth a line. */
function say(event: RunEvent): Said | undefined {
	switch (event.type) {
		case "ended":
			return sayOutcome(event.outcome);
		case "retry": {
			const { url, failure, attempt, waitMs, worker } = event;
			const reason = `${failure.code}: ${publicMessage(failure.message)}`;
			const when = `attempt ${attempt}, again in ${Math.round(waitMs)} ms`;
			return { level: "WARN", text: `retry ${publicUrl(url)}: ${reason} (${when})`, worker };
		}
		case "level": {
			const { host, level, why } = event;
			return { level: "INFO", text: `level ${level} ${host === null ? "over all" : `to ${host}`}: ${why}` };
		}
		case "warning":
			return { level: "WARN", text: publicMessage(event.message) };
		case "note":
			return { level: "INFO", text: publicMessage(event.message), ...(event.worker && { worker: event.worker }) };
		case "stopping":
			return { level: "WARN", text: `stopping: ${event.reason}` };
		case "list-read":
			return event.complete ? { level: "INFO", text: `list read: entries ${event.total}` } : undefined;
		case "run-started": {
			const { run, list, dir, sink, method, concurrency } = event;
			const how = `method ${method}, concurrency ${concurrency}`;
			return { level: "INFO", text: `run ${run} started: ${publicText(list)} -> ${sink ?? dir} (${how})` };
		}
		case "run-ended": {
			const { run, saved, skipped, duplicates, failed, cancelled, seconds } = event.summary;
			const counts = `saved ${saved}, skipped ${skipped}, duplicates ${duplicates}, failed ${failed}, cancelled ${cancelled}`;
			return { level: "INFO", text: `run ${run} ended: ${counts} (${seconds} s)` };
		}
		case "paused":
			// The line of the retry tells of pauses that end by themselves.
			if (event.untilMs !== undefined) return undefined;
			return { level: "WARN", text: `paused ${event.host ?? "the run"}: ${event.why}` };
		case "resumed":
			return { level: "INFO", text: `resumed ${event.host ?? "the run"}: ${event.why}` };
		case "attempt-started":
		case "progress":
			return undefined;
	}
}

function sayOutcome(outcome: Outcome): Said {
	const { status, line, list, bytes, ms, attempts } = outcome;
	const url = publicUrl(outcome.url);
	const worker = { model: outcome.method, number: outcome.worker };
	const where = list === undefined ? `line ${line}` : `line ${line} of ${list}`;
	const tried = `attempt ${attempts}`;
	switch (status) {
		case "saved":
			return { level: "INFO", text: `saved ${url} -> ${outcome.file} (${bytes} bytes, ${ms} ms, ${tried})`, worker };
		case "skipped":
			return { level: "INFO", text: `skipped ${url} -> ${outcome.file} (${bytes} bytes, already there)`, worker };
		case "duplicate":
			return { level: "INFO", text: `duplicate ${url} (${where})`, worker };
		case "cancelled":
			return { level: "WARN", text: `cancelled ${url} (${where}, ${ms} ms, ${tried})`, worker };
		case "failed": {
			const reason = outcome.error ? `${outcome.error.code}: ${publicMessage(outcome.error.message)}` : "unknown";
			return { level: "ERROR", text: `failed ${url}: ${reason} (${where}, ${ms} ms, ${tried})`, worker };
		}
	}
}
