/** Opens the directory of a run, or what a dry run sees of it. */
import { explainFileError } from "../files/file-error.ts";
import { unflushedMessage } from "../files/sync.ts";
import { type Directory, openDirectory } from "../journal/directory.ts";
import { openDryDirectory } from "../journal/dry-directory.ts";
import type { RunRequest } from "./run.ts";
import { RunError } from "./run-error.ts";
import type { Shortfalls } from "./shortfalls.ts";

/** @throws {RunError} it cannot be used. */
export async function openRunDirectory(
	{ run: name, options, sink }: RunRequest,
	shortfalls: Shortfalls,
	over: readonly string[],
): Promise<Directory & AsyncDisposable> {
	const { dir, fresh, fsync, journalDir } = options;
	try {
		const warn = (message: string): void => sink.on({ type: "warning", message });
		const onUnflushed = (why: string): void => shortfalls.tell({ kind: "flush", message: unflushedMessage(why) });
		const directory = options.dryRun
			? openDryDirectory({ dir, fresh, warn })
			: await openDirectory({ dir, run: name, fresh, journalDir, over, fsync, onUnflushed, warn });
		return { ...directory, [Symbol.asyncDispose]: async () => directory.close() };
	} catch (cause) {
		throw dirUnusable(dir, cause);
	}
}

export function dirUnusable(dir: string, cause: unknown): RunError {
	return new RunError("dir_unusable", `the download directory ${dir} cannot be used: ${explainFileError(cause)}`, {
		cause,
	});
}
