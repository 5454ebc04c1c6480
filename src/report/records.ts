/** The records of a run: LOGDIR/RUN with log.txt, results.jsonl, failed.txt and summary.json. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent, Sink } from "../core/event.ts";
import type { Outcome, Summary } from "../core/outcome.ts";
import type { WorkerLabel } from "../core/task.ts";
import { makeFolder } from "../files/make-folder.ts";
import { privateFolderMode } from "../files/trust.ts";
import { type BatchFile, createBatchFile } from "./batch-file.ts";
import { failedEntry } from "./failed-entry.ts";
import { pointLatestTo } from "./latest.ts";
import { LogDirError } from "./log-dir-error.ts";
import { logLine } from "./log-line.ts";
import { resultLine } from "./result-line.ts";

export type RecordsOptions = {
	readonly logDir: string;
	/** Name of the run and of its folder, which must not exist yet. */
	readonly run: string;
	/** Told once, when a record can no longer be written. */
	readonly onFailure?: (error: LogDirError) => void;
};

/** Writes the records. `close` never throws: ask `failure` afterwards. */
export type Records = Sink & {
	/** The folder of this run. */
	readonly folder: string;
	/** Why records were lost, where they were: the run then ends with exit code 3. */
	failure(): LogDirError | undefined;
};

/**
 * Makes the folder of the run and opens its files.
 * @throws {LogDirError} the folder cannot be made or written.
 */
export async function openRecords(options: RecordsOptions): Promise<Records> {
	const { logDir, run, onFailure } = options;
	const folder = join(logDir, run);
	let failure: LogDirError | undefined;
	const fail = (error: unknown): void => {
		if (failure !== undefined) return;
		failure = new LogDirError(folder, error);
		onFailure?.(failure);
	};
	const files = await openFiles(logDir, folder, fail);
	const recorder = createRecorder(files);
	await pointLatestTo(logDir, run).catch((error: unknown) =>
		recorder.on({ type: "warning", message: `latest: ${error}` }),
	);
	return {
		folder,
		on: recorder.on,
		failure: () => failure,
		async close() {
			await Promise.all([files.log.close(), files.results.close(), files.failed.close()]);
			const summary = recorder.summary();
			if (summary !== undefined) await writeSummary(folder, summary).catch(fail);
		},
	};
}

type Said = { readonly event: RunEvent; readonly coordinator: WorkerLabel; readonly time: string };
type Ended = RunEvent & { readonly type: "ended" };

type Files = {
	readonly log: BatchFile<Said>;
	readonly results: BatchFile<Outcome>;
	readonly failed: BatchFile<Ended>;
};

async function openFiles(logDir: string, folder: string, onError: (error: unknown) => void): Promise<Files> {
	const open = <T>(name: string, format: (line: T) => string): Promise<BatchFile<T>> =>
		createBatchFile(join(folder, name), { format, onError });
	try {
		await makeFolder(logDir);
		// URLs may be signed, and entries may have headers and cookies: nobody else's business.
		await mkdir(folder, { mode: privateFolderMode });
		const log = await open("log.txt", ({ event, coordinator, time }: Said) => logLine(event, coordinator, time));
		const results = await open("results.jsonl", resultLine);
		const failed = await open("failed.txt", ({ entry, outcome }: Ended) => failedEntry(entry, outcome));
		return { log, results, failed };
	} catch (error) {
		throw new LogDirError(folder, error);
	}
}

function createRecorder({ log, results, failed }: Files): {
	on(event: RunEvent): void;
	summary(): Summary | undefined;
} {
	let coordinator: WorkerLabel = { model: "async", number: 0 };
	let summary: Summary | undefined;
	const now = createClock();
	return {
		on(event) {
			if (event.type === "attempt-started" || event.type === "progress") return;
			if (event.type === "run-started") coordinator = { model: event.method, number: 0 };
			if (event.type === "run-ended") summary = event.summary;
			if (event.type === "ended") {
				results.write(event.outcome);
				if (event.outcome.status === "failed") failed.write(event);
			}
			log.write({ event, coordinator, time: now() });
		},
		summary: () => summary,
	};
}

/** Whole or not there at all, for scripts that wait for it. */
async function writeSummary(folder: string, summary: Summary): Promise<void> {
	const path = join(folder, "summary.json");
	await writeFile(`${path}.part`, `${JSON.stringify(summary)}\n`);
	await rename(`${path}.part`, path);
}

/** A clock that makes the text of a millisecond once: thousands of lines share one. */
function createClock(): () => string {
	let atMs = Number.NaN;
	let text = "";
	return () => {
		const nowMs = Date.now();
		if (nowMs !== atMs) {
			atMs = nowMs;
			text = new Date(nowMs).toISOString();
		}
		return text;
	};
}
