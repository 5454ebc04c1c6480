/** The error of a log folder that cannot be made or written. */
import { explainFileError } from "../files/file-error.ts";

/** Thrown where LOGDIR cannot be used; the run ends with exit code 3. */
export class LogDirError extends Error {
	readonly code = "log_dir_unusable";
	readonly hint = "Choose a folder that can be written, with room on its disk: --log-dir DIR";

	constructor(path: string, cause: unknown) {
		super(`cannot write logs to ${path}: ${explainFileError(cause)}`, { cause });
		this.name = "LogDirError";
	}
}
