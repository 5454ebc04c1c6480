/** One run with all that belongs to it: its name, its records, its progress, and how it ended. */
import type { Control } from "../core/control.ts";
import type { Sink } from "../core/event.ts";
import type { RunOptions } from "../core/options.ts";
import type { Summary } from "../core/outcome.ts";
import { createTally, summarize } from "../core/tally.ts";
import type { Dashboard } from "../dashboard/dashboard.ts";
import type { JoinedList } from "../list/open-lists.ts";
import { checksumsSink } from "../report/checksums-file.ts";
import { LogDirError } from "../report/log-dir-error.ts";
import { createProgress } from "../report/progress.ts";
import { openRecords } from "../report/records.ts";
import { combine, noSink } from "../report/sinks.ts";
import { run } from "../run/run.ts";
import { createRunId } from "../run/run-id.ts";
import type { OutputOptions } from "./output-options.ts";
import { openWatch } from "./watch.ts";

export type Performance = {
	readonly options: RunOptions;
	readonly output: OutputOptions;
	readonly list: JoinedList;
	readonly signal: AbortSignal;
	/** Where health and metrics are asked for; absent where nobody asks. */
	readonly health?: string | undefined;
};

/** How a run ended: `error` is why it could not start or go on, the summary counts what ended before. */
export type Performed = {
	readonly summary: Summary;
	/** The folder of its records. */
	readonly folder?: string;
	readonly error?: Error;
	/** The dashboard, where there is one: it stays for a while. */
	readonly dashboard?: Dashboard;
};

/** Runs to the end; whatever keeps the run itself from going on is part of the result. */
export async function perform(performance: Performance): Promise<Performed> {
	const { options, output, list } = performance;
	const name = createRunId(new Date());
	const dir = options.journalDir ?? options.dir;
	const counter = createCounter({
		run: name,
		list: list.name,
		dir,
		method: options.method,
	});
	const broken = new AbortController();
	await using health = await openHealth(performance.health);
	let dashboard: Dashboard | undefined;
	try {
		const onFailure = (error: Error): void => broken.abort(error);
		const records = options.dryRun ? noRecords : await openRecords({ logDir: output.logDir, run: name, onFailure });
		const { folder } = records;
		dashboard = await openWatch(output, { folder, dir, summary: counter.summary });
		const progress = await createProgress({ mode: output.progress, stream: process.stderr, env: process.env });
		const checksums = await checksumsSink(options.sha256 ? output.writeChecksums : undefined, options, onFailure);
		const sinks = [counter, records, progress, checksums.sink, dashboard ?? noSink, ...health.sinks];
		const sink = combine(sinks);
		if (dashboard?.warning !== undefined) sink.on({ type: "warning", message: dashboard.warning });
		const signal = AbortSignal.any([performance.signal, broken.signal]);
		const ended = await performWatched(
			{ ...performance, signal },
			{ name, sink, counter, control: dashboard?.control },
		);
		const error = ended ?? records.failure() ?? checksums.failure() ?? reportError(folder, dashboard);
		return {
			summary: counter.summary(),
			...(folder !== undefined && { folder }),
			...(error !== undefined && { error }),
			...(dashboard !== undefined && { dashboard }),
		};
	} catch (error) {
		await dashboard?.[Symbol.asyncDispose]();
		return { summary: counter.summary(), error: asError(error) };
	}
}

/** A dry run leaves nothing behind. */
const noRecords: Sink & { readonly folder?: string; failure(): Error | undefined } = {
	...noSink,
	failure: () => undefined,
};

/** @throws {UsageError} the address cannot be used. */
async function openHealth(address: string | undefined): Promise<AsyncDisposable & { readonly sinks: readonly Sink[] }> {
	if (address === undefined) return { sinks: [], async [Symbol.asyncDispose]() {} };
	const [{ startHealth }, { createHealthSink }] = await Promise.all([
		import("../cluster/health.ts"),
		import("./health-sink.ts"),
	]);
	const sink = createHealthSink();
	return { sinks: [sink], ...(await startHealth(address, sink)) };
}

type Watched = {
	readonly name: string;
	readonly sink: Sink;
	readonly counter: Counter;
	readonly control: Control | undefined;
};

/** Gives the error that ended the run early; the sinks are told of an end in any case. */
async function performWatched(
	{ options, list, signal }: Performance,
	{ name, sink, counter, control }: Watched,
): Promise<Error | undefined> {
	const warn = (message: string): void => sink.on({ type: "warning", message });
	try {
		const entries = list.entries(warn);
		const { name: listName, fractionRead } = list;
		const request = { run: name, list: listName, entries, fractionRead, options, sink, signal };
		await run(control === undefined ? request : { ...request, control });
		return undefined;
	} catch (error) {
		if (!counter.hasEnded()) sink.on({ type: "run-ended", summary: counter.summary() });
		return asError(error);
	} finally {
		await sink.close();
	}
}

function reportError(folder: string | undefined, dashboard: Dashboard | undefined): Error | undefined {
	const cause = dashboard?.failure();
	return cause && folder !== undefined ? new LogDirError(folder, cause) : undefined;
}

type Facts = Pick<Summary, "run" | "list" | "dir" | "method">;
type Counter = Sink & { hasEnded(): boolean; summary(): Summary };

/** Counts what ended, for runs that break off before they can say it themselves. */
function createCounter(facts: Facts): Counter {
	const tally = createTally();
	const startedMs = performance.now();
	let ended: Summary | undefined;
	return {
		on(event) {
			if (event.type === "ended") tally.count(event.outcome);
			if (event.type === "attempt-started" && event.attempt > 1) tally.retry();
			if (event.type === "run-ended") ended = event.summary;
		},
		hasEnded: () => ended !== undefined,
		summary: () => ended ?? summarize(tally.snapshot(), { ...facts, elapsedMs: performance.now() - startedMs }),
		async close() {},
	};
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
