/** The library's one function: a run whose results are an async iterable. */
import { resolve } from "node:path";
import type { Entry } from "../core/entry.ts";
import type { Sink } from "../core/event.ts";
import { optionTable } from "../core/option-table.ts";
import type { RunOptions } from "../core/options.ts";
import type { Outcome } from "../core/outcome.ts";
import { readOption } from "../core/read-option.ts";
import { resolveOptions } from "../core/resolve-options.ts";
import { checksumsSink } from "../report/checksums-file.ts";
import { openRecords } from "../report/records.ts";
import { combine } from "../report/sinks.ts";
import { run } from "../run/run.ts";
import { createRunId } from "../run/run-id.ts";
import { lookAround } from "../run/surroundings.ts";
import type { DownloadSource } from "./entries-from.ts";
import { type LibraryOptions, valuesOf } from "./options.ts";
import { createResults, type Results } from "./results.ts";
import { openSource } from "./source.ts";

/**
 * Downloads what the source lists and gives the result of each entry as it ends; a failing URL is a result.
 *
 * Nothing happens before the first result is asked for. Leaving the loop early stops the run in order, as the signal
 * does. While more than 1000 results wait for the loop, no more of the source is read.
 * @throws {UsageError} an option or the source is wrong (`code` is `usage`).
 * @throws {ListError} the list cannot be read, or the iterable threw: its error is the `cause` (`list_unreadable`).
 * @throws {RunError} the run could not start or go on (`dir_unusable`, `sink_unusable`, `disk_full`, `no_worker`, `journal_unwritable`).
 * @throws {LogDirError} records cannot be written (`log_dir_unusable`).
 */
export async function* download(
	source: DownloadSource,
	options: LibraryOptions = {},
): AsyncGenerator<Outcome, void, undefined> {
	const values = valuesOf(options);
	const resolved = resolveOptions(values, await lookAround(values));
	const logDir = readOption(values.logDir, optionTable.logDir);
	const left = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
	if (signal.aborted) return;
	const writeChecksums = readOption(values.writeChecksums, optionTable.writeChecksums);
	await using list = await openSource(source, values, signal);
	const results = createResults();
	const ending = perform({ options: resolved, logDir, writeChecksums, list, results, signal }).then(
		() => undefined,
		(error: unknown) => ({ error }),
	);
	void ending.then(results.finish);
	try {
		yield* results.take();
	} finally {
		left.abort("the loop over the results was left");
		await ending;
	}
	const broken = await ending;
	if (broken && !options.signal?.aborted) throw broken.error;
}

type Performance = {
	readonly options: RunOptions;
	readonly logDir: string | undefined;
	readonly writeChecksums: string | undefined;
	readonly list: { readonly name: string; entries(warn: (message: string) => void): AsyncIterable<readonly Entry[]> };
	readonly results: Results;
	readonly signal: AbortSignal;
};

/** Runs to the end; it throws whatever kept the run from starting or going on. */
async function perform({ options, logDir, writeChecksums, list, results, signal }: Performance): Promise<void> {
	const name = createRunId(new Date());
	const broken = new AbortController();
	const onFailure = (error: Error): void => broken.abort(error);
	const records = await recordsIn(options.dryRun ? undefined : logDir, name, onFailure);
	const place = options.sha256 && writeChecksums ? resolve(writeChecksums) : undefined;
	const checksums = await checksumsSink(place, options, onFailure);
	const sink = combine([results, ...records.sinks, checksums.sink]);
	const warn = (message: string): void => sink.on({ type: "warning", message });
	const stop = AbortSignal.any([signal, broken.signal]);
	const entries = heldBack(list.entries(warn), results, stop);
	try {
		await run({ run: name, list: list.name, entries, options, sink, signal: stop });
	} finally {
		await sink.close();
	}
	const failure = records.failure() ?? checksums.failure();
	if (failure !== undefined) throw failure;
}

type MaybeRecords = { readonly sinks: readonly Sink[]; failure(): Error | undefined };

async function recordsIn(
	logDir: string | undefined,
	run: string,
	onFailure: (error: Error) => void,
): Promise<MaybeRecords> {
	if (logDir === undefined) return { sinks: [], failure: () => undefined };
	const records = await openRecords({ logDir, run, onFailure });
	return { sinks: [records], failure: records.failure };
}

/** Hands on no more while the consumer has not caught up. */
async function* heldBack(
	batches: AsyncIterable<readonly Entry[]>,
	results: Results,
	signal: AbortSignal,
): AsyncGenerator<readonly Entry[], void, undefined> {
	for await (const batch of batches) {
		await results.room(signal);
		yield batch;
	}
}
