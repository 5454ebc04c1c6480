/** What the page is told: the summary's fields at the top, and what it shows besides. Plain data, shared with the page. */
import type { Summary } from "../core/outcome.ts";
import type { WorkerLabel } from "../core/task.ts";
import type { Point } from "./series.ts";

export type Phase = "starting" | "running" | "paused" | "stopping" | "ended";

/** How the run goes now. */
export type Now = {
	readonly phase: Phase;
	/** Entries that ended, and those read so far. */
	readonly files: number;
	readonly listed: number;
	readonly listedAll: boolean;
	/** From 0 to 1; null while the number of entries cannot even be estimated. */
	readonly share: number | null;
	/** Bytes received, those of failed attempts included. */
	readonly received: number;
	/** Over the last seconds; 0 after the end. */
	readonly filesPerSecond: number;
	readonly bytesPerSecond: number;
	readonly secondsLeft: number | null;
	readonly inFlight: number;
	/** Most in flight at once. */
	readonly level: number | null;
	/** Most in flight to one host, where it has no level of its own. */
	readonly perHost: number | null;
};

/** A download under way. */
export type Flight = {
	readonly id: number;
	readonly url: string;
	readonly host: string;
	readonly seconds: number;
	readonly bytes: number;
	readonly totalBytes: number | null;
	readonly bytesPerSecond: number;
};

export type HostRow = {
	readonly host: string;
	readonly inFlight: number;
	/** Most in flight to it, where that was told. */
	readonly level: number | null;
	/** The level that somebody set; null where nobody has. */
	readonly cap: number | null;
	readonly saved: number;
	readonly failed: number;
	readonly retries: number;
	/** Of the files saved. */
	readonly bytes: number;
	/** What a file took of late that was saved at the first attempt, in milliseconds; null where there was none. */
	readonly fileMs: number | null;
	/** Failures by code. */
	readonly errors: Readonly<Record<string, number>>;
	/** When its pause ends, in milliseconds since 1970; 0 where somebody must let it go on; null where it has none. */
	readonly pausedUntilMs: number | null;
	readonly pauseReason: string | null;
};

export type FailureRow = {
	/** Counts the failures of the run: later ones have higher numbers. */
	readonly id: number;
	readonly line: number;
	readonly list: string | null;
	readonly url: string;
	readonly host: string;
	readonly code: string;
	readonly message: string;
	readonly attempts: number;
	readonly atMs: number;
};

export type WorkerRow = {
	readonly worker: WorkerLabel;
	readonly saved: number;
	readonly failed: number;
	readonly bytes: number;
	/** Attempts that were not the last of their entry. */
	readonly retried: number;
};

export type LevelChange = {
	readonly id: number;
	readonly atMs: number;
	readonly host: string | null;
	readonly level: number;
	readonly why: string;
};

/** A line of the log; later ones have higher numbers. */
export type LogRow = { readonly id: number; readonly text: string };

export type Details = {
	readonly now: Now;
	/** When the run began, in milliseconds since 1970. */
	readonly startedAtMs: number;
	/** When this was told. */
	readonly atMs: number;
	/** Where the files go: `dir`, or the sink. */
	readonly filesTo: string;
	/** The command that tries again what failed; null where no records are kept. */
	readonly tryAgain: string | null;
	readonly points: readonly Point[];
	readonly flights: readonly Flight[];
	readonly hostRows: readonly HostRow[];
	/** Hosts that fit the filter, and all. */
	readonly hostsFitting: number;
	readonly hostsKnown: number;
	/** The newest first; those that fit the filter. */
	readonly failures: readonly FailureRow[];
	readonly workers: readonly WorkerRow[];
	/** The newest first. */
	readonly levels: readonly LevelChange[];
	/** The oldest first. */
	readonly log: readonly LogRow[];
};

/** What `GET /state` gives. */
export type State = Summary & Details;

/** What comes every now and then after a whole state: what stays as it was is left out. */
export type Update = Summary & Pick<Details, "now" | "atMs" | "points" | "flights" | "log"> & Partial<Details>;

export const hostOrders = ["failed", "saved", "inFlight", "bytes", "fileMs", "host"] as const;
export type HostOrder = (typeof hostOrders)[number];

/** What a reader wants to see of hosts, failures and the log. */
export type View = {
	/** Part of a host's name; empty for all. */
	readonly host: string;
	/** A code of failures, or the beginning of one; empty for all. */
	readonly code: string;
	readonly order: HostOrder;
	/** Whether the log has a line for each file as well. */
	readonly wholeLog: boolean;
};

export const wholeView: View = { host: "", code: "", order: "failed", wholeLog: false };
