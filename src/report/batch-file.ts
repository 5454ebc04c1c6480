/** A file that grows by lines: they are gathered and written in batches, in order, while the run goes on. */
import { atExit } from "../files/at-exit.ts";
import { createGatheredLines } from "../files/gathered-lines.ts";
import { type AppendFile, createAppendFile } from "./append-file.ts";

/** Bytes that are gathered before a write. */
const batchBytes = 64 * 1024;
const flushEveryMs = 250;
/** Bytes that may wait behind a write under way; beyond that the run waits for the disk, and memory stays bounded. */
const mostWaitingBytes = 4 * 1024 * 1024;

export type BatchFile<T> = {
	/** Takes a line. Never throws: the first error goes to `onError`, and what follows is dropped. */
	write(line: T): void;
	/** Writes what is left and closes the file; never throws. */
	close(): Promise<void>;
};

export type BatchFileOptions<T> = {
	/** The text of a line, its end included; made a moment later. */
	readonly format: (line: T) => string;
	readonly onError: (error: unknown) => void;
};

/** Creates the file. @throws what the file system says, where it cannot be created. */
export async function createBatchFile<T>(path: string, options: BatchFileOptions<T>): Promise<BatchFile<T>> {
	return batch(await createAppendFile(path), options);
}

function batch<T>(file: AppendFile, { format, onError }: BatchFileOptions<T>): BatchFile<T> {
	const waiting = createGatheredLines(format);
	let failed = false;
	let writing: Promise<void> | undefined;
	let timer: NodeJS.Timeout | undefined;
	let closed: Promise<void> | undefined;

	const fail = (error: unknown): void => {
		if (!failed) onError(error);
		failed = true;
		waiting.take();
	};
	const flush = (): void => {
		clearTimeout(timer);
		timer = undefined;
		const taken = waiting.take();
		writing = file
			.append(taken)
			.catch(fail)
			.then(() => {
				waiting.giveBack(taken);
				writing = undefined;
				schedule();
			});
	};
	const schedule = (): void => {
		if (writing !== undefined || waiting.size === 0) return;
		if (waiting.size >= batchBytes) flush();
		else timer ??= setTimeout(flush, flushEveryMs).unref();
	};
	const writeNow = (): void => {
		const taken = waiting.take();
		try {
			file.appendSync(taken);
		} catch (error) {
			fail(error);
		}
		waiting.giveBack(taken);
	};
	const forget = atExit(() => {
		if (failed) return;
		file.finishSync();
		if (waiting.size > 0) writeNow();
	});
	const finish = async (): Promise<void> => {
		while (writing !== undefined || waiting.size > 0) {
			if (writing === undefined) flush();
			await writing;
		}
		forget();
		await file.close().catch(fail);
	};

	return {
		write(line) {
			if (failed || closed !== undefined) return;
			waiting.add(line);
			if (waiting.size >= mostWaitingBytes) writeNow();
			else schedule();
		},
		close() {
			closed ??= finish();
			return closed;
		},
	};
}
