/** A run that could not start or go on. */
import type { Summary } from "../core/outcome.ts";

export type RunErrorCode =
	| "dir_unusable"
	| "sink_unusable"
	| "disk_full"
	| "no_worker"
	| "journal_unwritable"
	| "cookies_unwritable";

/** Users get its message and exit code 3. */
export class RunError extends Error {
	override readonly name = "RunError";
	readonly code: RunErrorCode;
	/** What the run came to before; absent where it did not begin. */
	readonly summary?: Summary;
	constructor(
		code: RunErrorCode,
		message: string,
		details: { readonly cause?: unknown; readonly summary?: Summary } = {},
	) {
		super(message, details.cause === undefined ? undefined : { cause: details.cause });
		this.code = code;
		if (details.summary) this.summary = details.summary;
	}
}
