/** One run with all that belongs to it: its name, its records, its progress, and how it ended. */
import type { Sink } from "../core/event.ts";
import type { RunOptions } from "../core/options.ts";
import type { Summary } from "../core/outcome.ts";
import { createTally, summarize } from "../core/tally.ts";
import { createProgress } from "../report/progress.ts";
import { openRecords, type Records } from "../report/records.ts";
import { combine } from "../report/sinks.ts";
import { RunError, run } from "../run/run.ts";
import type { JoinedList } from "./open-lists.ts";
import type { OutputOptions } from "./output-options.ts";
import { proxyWarning } from "./proxy-warning.ts";
import { createRunId } from "./run-id.ts";

export type Performance = {
	readonly options: RunOptions;
	readonly output: OutputOptions;
	readonly list: JoinedList;
	readonly signal: AbortSignal;
};

/** How a run ended: `error` is why it could not start or go on, the summary counts what ended before. */
export type Performed = { readonly summary: Summary; readonly folder?: string; readonly error?: Error };

/** Runs to the end; whatever keeps the run itself from going on is part of the result. */
export async function perform(performance: Performance): Promise<Performed> {
	const { options, output } = performance;
	const name = createRunId(new Date());
	const broken = new AbortController();
	try {
		const records = await openRecords({ logDir: output.logDir, run: name, onFailure: (error) => broken.abort(error) });
		const progress = await createProgress({ mode: output.progress, stream: process.stderr, env: process.env });
		const signal = AbortSignal.any([performance.signal, broken.signal]);
		const ended = await performRecorded({ ...performance, signal }, name, combine([records, progress]));
		return { ...ended, ...failureOf(records), folder: records.folder };
	} catch (error) {
		const nothing = { run: name, list: performance.list.name, dir: options.dir, method: options.method, elapsedMs: 0 };
		return { summary: summarize(createTally().snapshot(), nothing), error: asError(error) };
	}
}

async function performRecorded(
	{ options, list, signal }: Performance,
	name: string,
	sink: Sink,
): Promise<Omit<Performed, "folder">> {
	const warn = (message: string): void => sink.on({ type: "warning", message });
	const proxies = proxyWarning(process.env);
	if (proxies !== undefined) warn(proxies);
	try {
		const entries = list.entries(warn);
		return {
			summary: await run({
				run: name,
				list: list.name,
				entries,
				fractionRead: list.fractionRead,
				options,
				sink,
				signal,
			}),
		};
	} catch (error) {
		if (error instanceof RunError && error.summary !== undefined) return { summary: error.summary, error };
		throw error;
	} finally {
		await sink.close();
	}
}

function failureOf(records: Records): { readonly error?: Error } {
	const error = records.failure();
	return error === undefined ? {} : { error };
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
