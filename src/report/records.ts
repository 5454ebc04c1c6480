/** The records of a run: LOGDIR/RUN with log.txt, results.jsonl, failed.txt and summary.json. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent, Sink } from "../core/event.ts";
import type { Summary } from "../core/outcome.ts";
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
	await pointLatestTo(logDir, run).catch((error: unknown) =>
		files.log.write(
			logLine(
				{ type: "warning", message: `latest: ${error}` },
				{ model: "async", number: 0 },
				new Date().toISOString(),
			),
		),
	);
	const recorder = createRecorder(files);
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

type Files = { readonly log: BatchFile; readonly results: BatchFile; readonly failed: BatchFile };

async function openFiles(logDir: string, folder: string, fail: (error: unknown) => void): Promise<Files> {
	try {
		await makeFolder(logDir);
		// URLs may be signed, and entries may have headers and cookies: nobody else's business.
		await mkdir(folder, { mode: privateFolderMode });
		const log = await createBatchFile(join(folder, "log.txt"), fail);
		const results = await createBatchFile(join(folder, "results.jsonl"), fail);
		const failed = await createBatchFile(join(folder, "failed.txt"), fail);
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
				results.write(resultLine(event.outcome));
				if (event.outcome.status === "failed") failed.write(failedEntry(event.entry, event.outcome));
			}
			log.write(logLine(event, coordinator, now()));
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
