/** One run, from a list to its summary: open the directory, start the runner, feed it, and shut down in order. */
import { createChecksumTable } from "../core/checksum-table.ts";
import type { Control } from "../core/control.ts";
import { deferAbort } from "../core/defer-abort.ts";
import type { Entry } from "../core/entry.ts";
import type { Sink } from "../core/event.ts";
import type { RunOptions } from "../core/options.ts";
import type { HostCounts, Summary } from "../core/outcome.ts";
import { createTally, summarize, type Tally } from "../core/tally.ts";
import { atExit } from "../files/at-exit.ts";
import { explainFileError, fileErrorCode, isOutOfSpace } from "../files/file-error.ts";
import { openFileLimit } from "../files/open-file-limit.ts";
import type { Directory } from "../journal/directory.ts";
import { createRunner } from "../runners/create-runner.ts";
import { NoWorkerError, type Runner, type RunnerOptions } from "../runners/runner.ts";
import { createCoordinator } from "./coordinator.ts";
import type { Coordinator, CoordinatorOptions } from "./coordinator-types.ts";
import { createSkippedDigests } from "./digest-skipped.ts";
import { createDryCheck, type DryCheck } from "./dry-check.ts";
import { entriesLeft } from "./entries-left.ts";
import { fitConcurrency } from "./fit-concurrency.ts";
import { createHostTroubles, watched } from "./host-troubles.ts";
import { dirUnusable, openRunDirectory } from "./open-run-directory.ts";
import { createPlanner } from "./plan.ts";
import { readEntries } from "./read-entries.ts";
import { createRecorder } from "./recorder.ts";
import { createRunCookies } from "./run-cookies.ts";
import { RunError } from "./run-error.ts";
import { createRunRates } from "./run-rates.ts";
import { createShortfalls, type Shortfalls } from "./shortfalls.ts";
import { endLeftovers, expectUsable, openDigests, sinkName, tidy } from "./sink-of-run.ts";
import { watchSpace } from "./space-watch.ts";
import { tellUnmatched } from "./tell-unmatched.ts";

/** The journal is written at least so often, in milliseconds. */
const flushMs = 200;

export type RunRequest = {
	/** Names the run; unique. */
	readonly run: string;
	/** Names the list, for the records. */
	readonly list: string;
	readonly entries: AsyncIterable<readonly Entry[]>;
	readonly fractionRead?: () => number | undefined;
	readonly options: RunOptions;
	readonly sink: Sink;
	/** What is asked of the run while it goes on. */
	readonly control?: Control;
	/** Stops the run: nothing new starts, what is in flight is kept for the next run. */
	readonly signal: AbortSignal;
};

/**
 * Downloads a list.
 * @throws {RunError} the run could not start or go on. Errors of the list are thrown on.
 */
export async function run(asked: RunRequest): Promise<Summary> {
	const { sink, signal } = asked;
	const { options, most, warning } = fitConcurrency(asked.options, openFileLimit());
	if (warning !== undefined) sink.on({ type: "warning", message: warning });
	for (const message of options.warnings ?? []) sink.on({ type: "warning", message });
	const dry = options.dryRun ? createDryCheck(options) : undefined;
	const request: Request = { ...asked, options, most, sink: dry ? noted(dry, sink) : sink };
	const held: Held = {};
	const startedMs = performance.now();
	const tally = createTally();
	const broken = new AbortController();
	const stopped = AbortSignal.any([signal, broken.signal]);
	using deferred = deferAbort(stopped);
	const stop = deferred.signal;
	const shortfalls = createShortfalls(sink);
	if (options.bucket && !options.dryRun) await expectUsable(options.bucket, options.onExists);
	const over = options.cluster ? await endLeftovers(options.cluster, options) : [];
	await using directory = await openRunDirectory(request, shortfalls, over);
	using _written = { [Symbol.dispose]: atExit(() => directory.journal.flush()) };
	const cookies = options.cookies && (await createRunCookies(options));
	using rates = isRateLimited(options) ? createRunRates(options) : undefined;
	const runner = await startRunner(request, held, {
		signal: stop,
		counts: tally.snapshot,
		over,
		published: directory.published,
		onBroken: (error) => broken.abort(new RunError("no_worker", error.message)),
		...(cookies && { onSetCookie: cookies.onSetCookie }),
		...(rates && { onDemand: rates.onDemand }),
	});
	cookies?.share(runner);
	rates?.share(runner);
	const elsewhere = sinkName(options);
	sink.on({
		type: "run-started",
		run: request.run,
		list: request.list,
		dir: options.journalDir ?? options.dir,
		...(elsewhere !== undefined && { sink: elsewhere }),
		method: options.method,
		concurrency: options.concurrency,
		perHost: options.perHost,
	});
	try {
		await download(request, { directory, runner, tally, shortfalls, stop, broken, held });
	} finally {
		await runner[Symbol.asyncDispose]();
		const unsaved = await cookies?.save();
		if (unsaved) broken.abort(unsaved);
	}
	for (const [host, memory] of held.coordinator?.levels() ?? []) directory.journal.rememberLevel(host, memory);
	if (!stopped.aborted) directory.forgetOld();
	attemptFlush(directory, (cause) => broken.abort(journalError(options.dir, cause)));
	if (options.bucket && !options.dryRun && !stopped.aborted) await tidy(options.bucket, directory);
	const { run: name, list } = request;
	const hosts = held.coordinator?.hosts() ?? [];
	const elapsedMs = performance.now() - startedMs;
	const dir = options.journalDir ?? options.dir;
	const facts = { run: name, list, dir, method: options.method, elapsedMs, hosts };
	const counted = summarize(tally.snapshot(), facts);
	const summary = dry ? dry.conclude(counted, sink) : counted;
	sink.on({ type: "run-ended", summary });
	const reason: unknown = broken.signal.reason;
	if (reason instanceof RunError) throw new RunError(reason.code, reason.message, { cause: reason.cause, summary });
	return summary;
}

/** A sink that a dry run's check hears as well. */
function noted(dry: DryCheck, sink: Sink): Sink {
	return {
		on(event) {
			dry.note(event);
			sink.on(event);
		},
		close: sink.close,
	};
}

type Parts = {
	readonly directory: Directory;
	readonly runner: Runner;
	readonly tally: Tally;
	readonly shortfalls: Shortfalls;
	readonly stop: AbortSignal;
	readonly broken: AbortController;
	readonly held: Held;
};

/** A request that fits the system. */
type Request = RunRequest & { readonly most: number };

/** The coordinator, from when there is one: the runner, which comes first, reports to it. */
type Held = { coordinator?: Coordinator };

async function download(
	request: Request,
	{ directory, runner, tally, shortfalls, stop, broken, held }: Parts,
): Promise<void> {
	const { options, sink } = request;
	const breakOff = (error: RunError): void => broken.abort(error);
	const onBroken = (cause: unknown): void => breakOff(journalError(options.dir, cause));
	const { journal } = directory;
	const checksums = options.checksums === undefined ? undefined : createChecksumTable(options.checksums);
	const recorder = createRecorder({ tally, journal, sink, checksums, onBroken });
	const there = openDigests(options);
	const digests = options.sha256
		? createSkippedDigests({ digestOf: there.of, recorder, journal, signal: stop, onBroken })
		: undefined;
	const troubles = createHostTroubles();
	const parts: Pick<CoordinatorOptions, "planner" | "recorder"> = {
		planner: watchSpace(createPlanner(options, directory, { checksums, troubles }), options.dir, sink),
		recorder: digests?.recorder ?? recorder,
	};
	const coordinator = createCoordinator({
		...parts,
		run: request.run,
		options,
		most: request.most,
		runner,
		directory,
		tally,
		sink: watched(sink, troubles),
		shortfalls,
		onSinkLost: ({ code, message }) =>
			breakOff(new RunError(code === "disk_full" ? "disk_full" : "sink_unusable", message)),
	});
	held.coordinator = coordinator;
	const flusher = setInterval(() => attemptFlush(directory, onBroken), flushMs);
	const ended = new AbortController();
	request.control?.listen(coordinator.control, ended.signal);
	const onStop = (): void => {
		sink.on({ type: "stopping", reason: reasonOf(stop.reason) });
		coordinator.stop();
	};
	if (stop.aborted) onStop();
	else stop.addEventListener("abort", onStop, { once: true });
	try {
		const entries = digests?.holdBack(request.entries) ?? request.entries;
		await readEntries({ ...request, entries, coordinator, signal: stop });
		await coordinator.finish();
		if (checksums && !stop.aborted) tellUnmatched(checksums, sink);
	} catch (error) {
		// The list broke off: what is in flight is stopped in order before the error is told.
		broken.abort(error);
		await coordinator.finish();
		throw error;
	} finally {
		ended.abort();
		await digests?.finish();
		await there.close();
		clearInterval(flusher);
		stop.removeEventListener("abort", onStop);
	}
}

type RunnerEnds = Pick<RunnerOptions, "signal" | "onBroken" | "onSetCookie" | "onDemand" | "published"> &
	Pick<NonNullable<RunnerOptions["cluster"]>, "counts" | "over">;

async function startRunner(
	{ options: all, run: name, list, sink, most, fractionRead }: Request,
	held: Held,
	{ counts, over, ...ends }: RunnerEnds,
): Promise<Runner> {
	const { cluster, journalDir, ...options } = all;
	const hosts = (): readonly HostCounts[] => held.coordinator?.hosts() ?? [];
	const isPaced = options.rate !== undefined || options.ratePerHost !== undefined;
	const place = cluster && { ...cluster, isPaced, journalDir: journalDir ?? options.dir, list, counts, over, hosts };
	try {
		return await createRunner(options.method, {
			options,
			...(place && { cluster: place }),
			run: name,
			concurrency: most,
			left: () =>
				entriesLeft({
					waiting: held.coordinator?.waiting() ?? 0,
					ended: counts().total,
					fraction: fractionRead?.(),
				}),
			workers: options.workers,
			...ends,
			onProgress: (progress) => {
				held.coordinator?.progress(progress);
				for (const one of progress) sink.on({ type: "progress", ...one });
			},
			onNote: ({ level, message, worker }) =>
				sink.on(level === "note" ? { type: "note", message, worker } : { type: "warning", message }),
		});
	} catch (cause) {
		if (cause instanceof NoWorkerError) throw new RunError("no_worker", cause.message, { cause });
		throw dirUnusable(options.dir, cause);
	}
}

function isRateLimited({ limitRate, limitRatePerHost }: RunOptions): boolean {
	return limitRate !== undefined || limitRatePerHost !== undefined;
}

function attemptFlush(directory: Directory, onBroken: (error: unknown) => void): void {
	try {
		directory.journal.flush();
	} catch (error) {
		onBroken(error);
	}
}

function journalError(dir: string, cause: unknown): RunError {
	const isFull = isOutOfSpace(cause);
	const why = fileErrorCode(cause) === "ENOSPC" ? "no space left" : explainFileError(cause);
	return new RunError(isFull ? "disk_full" : "journal_unwritable", `the journal of ${dir} cannot be written: ${why}`, {
		cause,
	});
}

function reasonOf(reason: unknown): string {
	return reason instanceof Error ? reason.message : typeof reason === "string" ? reason : "stopped";
}
