/** The public library: `import { download } from "downspout"`. */
export type { FailureCode } from "./core/failure.ts";
export type { Method, Outcome, OutcomeStatus, Summary } from "./core/outcome.ts";
export { UsageError } from "./core/usage-error.ts";
export { download } from "./library/download.ts";
export type { DownloadEntry, DownloadItem, DownloadItems, DownloadSource } from "./library/entries-from.ts";
export type { LibraryOptions as DownloadOptions } from "./library/options.ts";
export { ListError } from "./list/list-error.ts";
export { LogDirError } from "./report/log-dir-error.ts";
export { RunError, type RunErrorCode } from "./run/run-error.ts";
