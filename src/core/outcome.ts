/** How entries end, and what a run adds up to: the objects of results.jsonl and summary.json. */
import type { FailureCode } from "./failure.ts";

/** The concurrency models that a user can choose. */
export const methods = ["async", "threads", "processes", "mix", "cluster", "auto"] as const;
export type Method = (typeof methods)[number];

/** The models that a worker can belong to. */
export type Model = Method;

export type OutcomeStatus = "saved" | "skipped" | "duplicate" | "failed" | "cancelled";

/** How one entry ended: one line of results.jsonl. */
export type Outcome = {
	readonly line: number;
	readonly list?: string;
	/** As listed, without user name and password. */
	readonly url: string;
	readonly status: OutcomeStatus;
	/** Relative to the download directory; null where nothing was saved. */
	readonly file: string | null;
	readonly bytes: number;
	/** Status of the last response; null where there was none. */
	readonly httpStatus: number | null;
	readonly attempts: number;
	/** Milliseconds from the start of the first attempt to the end, waits between attempts included. */
	readonly ms: number;
	readonly method: Method;
	/** Number of the worker within its model; 0 where no worker had the entry. */
	readonly worker: number;
	readonly sha256?: string;
	/** Where a redirect led elsewhere than listed. */
	readonly finalUrl?: string;
	/** In a dry run: the server does not say how many bytes it has, and `bytes` is 0. */
	readonly sizeUnknown?: true;
	/** Media type as the server named it. */
	readonly contentType?: string;
	readonly error?: { readonly code: FailureCode; readonly message: string };
};

/** What became of one host's entries. */
export type HostCounts = {
	/** Host, with its port where that is not the scheme's own. */
	readonly host: string;
	readonly saved: number;
	readonly failed: number;
	readonly bytes: number;
	/** Attempts that were made of it after the first of their entries. */
	readonly retries: number;
	/** Attempts that the host refused, or answered with 429 or 503. */
	readonly refused: number;
	/** Most downloads at once, at the end. */
	readonly level: number;
};

/** A file of a dry run. */
export type DryFile = {
	readonly line: number;
	readonly url: string;
	readonly file: string;
	/** Null where the server does not say. */
	readonly bytes: number | null;
	readonly contentType: string | null;
};

/** What a run adds up to: summary.json, and what `--json` prints. */
export type Summary = {
	readonly run: string;
	readonly list: string;
	readonly dir: string;
	readonly method: Method;
	/** Always the sum of the five counts. */
	readonly total: number;
	readonly saved: number;
	readonly skipped: number;
	readonly duplicates: number;
	readonly failed: number;
	readonly cancelled: number;
	/** Bytes of the files saved by this run. */
	readonly bytes: number;
	readonly seconds: number;
	readonly filesPerSecond: number;
	readonly bytesPerSecond: number;
	/** Attempts that were made after the first of their entries. */
	readonly retries: number;
	readonly errors: Readonly<Partial<Record<FailureCode, number>>>;
	/** Those with the most failures, then the most files: 20 at most. */
	readonly hosts: readonly HostCounts[];
	/** Only the heads were asked for: `saved` counts what would be saved, and `bytes` adds up what is known of it. */
	readonly dryRun?: true;
	/** In a dry run: what would be saved, in the order of ending. */
	readonly files?: readonly DryFile[];
	/** Files saved by each model, where a run had more than one. */
	readonly savedBy?: Readonly<Partial<Record<Model, number>>>;
};
