/** What the page shows, as signals: each part is drawn again only when it changed. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { LogRow, State, Update, View } from "../model.ts";
import { wholeView } from "../model.ts";
import { firstHosts, fitsFailure } from "../select.ts";
import { createSeries, type Point } from "../series.ts";
import { connection, embeddedState, listen } from "./source.ts";

/** Lines of the log that are kept. */
const mostLines = 300;

export const state = signal<State | undefined>(undefined);
export const points = signal<readonly Point[]>([]);
export const view = signal<View>(wholeView);
/** Whether charts show all of it, or the last minutes. */
export const isWholeRun = signal(true);
/** Something to tell the user for a moment, such as that a command was copied. */
export const told = signal("");

export const isReport: ReadonlySignal<boolean> = computed(() => connection.value === "report");
export const hasEnded: ReadonlySignal<boolean> = computed(() => state.value?.now.phase === "ended");
/** Whether the run does what is asked of it. */
export const isSteerable: ReadonlySignal<boolean> = computed(
	() => connection.value === "connected" && !hasEnded.value && state.value?.now.phase !== "stopping",
);

let series = createSeries();

export function start(): void {
	const report = embeddedState();
	if (report === undefined) {
		addEventListener("hashchange", follow);
		follow();
		return;
	}
	connection.value = "report";
	full = report;
	takeState(report);
}

/** Of a report: all that there is, whatever the view. */
let full: State | undefined;

/** Shows something else. */
export function look(changes: Partial<View>): void {
	view.value = { ...view.value, ...changes };
	if (full === undefined) follow();
	else state.value = { ...full, ...selected(full) };
}

function follow(): void {
	listen(view.value, { onState: takeState, onUpdate: takeUpdate });
}

function takeState(whole: State): void {
	batch(() => {
		series = createSeries(whole.points);
		points.value = series.points();
		state.value = whole;
	});
}

function takeUpdate(update: Update): void {
	const known = state.value;
	if (known === undefined) return;
	batch(() => {
		if (update.points.length > 0) {
			for (const point of update.points) series.add(point);
			points.value = series.points();
		}
		state.value = { ...known, ...update, log: joinLogs(known.log, update.log) };
	});
}

/** The same list where nothing is new, so that nothing is drawn again. */
function joinLogs(known: readonly LogRow[], news: readonly LogRow[]): readonly LogRow[] {
	return news.length === 0 ? known : [...known, ...news].slice(-mostLines);
}

function selected(all: State): Partial<State> {
	const { rows, fitting } = firstHosts(all.hostRows, view.value, all.hostRows.length);
	const failures = all.failures.filter((failure) => fitsFailure(failure, view.value));
	return { hostRows: rows, hostsFitting: fitting, failures };
}
