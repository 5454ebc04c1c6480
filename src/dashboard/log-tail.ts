/** The last lines of the log. Events are kept as they are, and become text when somebody reads them. */
import type { RunEvent } from "../core/event.ts";
import type { WorkerLabel } from "../core/task.ts";
import { logLine } from "../report/log-line.ts";
import type { LogRow } from "./model.ts";
import { createRing } from "./ring.ts";

export type LogTail = {
	on(event: RunEvent): void;
	/** Where the next line will stand. */
	next(whole: boolean): number;
	/** From that place on. `whole` has a line for each file as well, else there are only those that say more. */
	rows(whole: boolean, since: number): LogRow[];
};

type Told = { readonly event: RunEvent; readonly atMs: number };

const mostLines = 200;
/** Each saved file has a line: many thousands a second, which nobody reads, and which live just long enough to cost the collector most. */
const mostOfFiles = 50;

export function createLogTail(): LogTail {
	const whole = createRing<Told>(mostOfFiles);
	const telling = createRing<Told>(mostLines);
	let coordinator: WorkerLabel = { model: "async", number: 0 };
	return {
		on(event) {
			if (event.type === "attempt-started" || event.type === "progress") return;
			if (event.type === "list-read" && !event.complete) return;
			if (event.type === "paused" && event.untilMs !== undefined) return;
			if (event.type === "run-started") coordinator = { model: event.method, number: 0 };
			const told = { event, atMs: Date.now() };
			whole.add(told);
			if (event.type !== "ended" || event.outcome.status === "failed") telling.add(told);
		},
		next: (isWhole) => (isWhole ? whole : telling).added,
		rows: (isWhole, since) =>
			(isWhole ? whole : telling).since(since).map(({ number, item: { event, atMs } }) => ({
				id: number,
				text: logLine(event, coordinator, new Date(atMs).toISOString()).trimEnd(),
			})),
	};
}
