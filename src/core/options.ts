/** The options of a run, checked and in plain units, and their defaults. */
import type { Header } from "./entry.ts";
import type { Method } from "./outcome.ts";

export const existsPolicies = ["rename", "skip", "overwrite", "fail"] as const;
/** What happens where a file of the name is already there. */
export type ExistsPolicy = (typeof existsPolicies)[number];

export const layouts = ["flat", "host", "path"] as const;
/** How file names are spread over folders. */
export type Layout = (typeof layouts)[number];

export const progressModes = ["auto", "bar", "plain", "json", "none"] as const;
/** How a run is shown while it goes on; `auto` depends on the terminal. */
export type ProgressMode = (typeof progressModes)[number];

/** What one attempt needs to know; plain data, sent once to every worker. */
export type DownloadOptions = {
	/** Absolute path of the download directory. */
	readonly dir: string;
	/**
	 * A shorter path of the same directory, relative, where the working directory never changes: the system looks up each
	 * folder of a path, four times for each file.
	 */
	readonly dirPath?: string;
	readonly onExists: ExistsPolicy;
	readonly layout: Layout;
	readonly contentDisposition: boolean;
	readonly adjustExtension: boolean;
	readonly fsync: boolean;
	/** For DNS, TCP and TLS together. */
	readonly connectTimeoutMs: number;
	/** Longest wait for the next byte, the response head included. */
	readonly idleTimeoutMs: number;
	/** Longest wait that Retry-After may ask for. */
	readonly retryMaxWaitMs: number;
	readonly maxRedirects: number;
	/** Largest file in bytes; absent when there is no limit. */
	readonly maxSizeBytes?: number;
	/** Sent with every request, in their order; the entry's own replace those of the same name. */
	readonly headers: readonly Header[];
	/** PEM text of the certificates to trust instead of the built-in ones. */
	readonly caCertificate?: string;
	readonly insecure: boolean;
	/** The bucket that complete files go to, from the download directory, which then holds nothing but parts and the journal. */
	readonly bucket?: Bucket;
	/** Whether others may take over what a worker does while it still lives: it then looks each time before it gives a file its name. */
	readonly revocable?: boolean;
};

/** A place in an S3 store: keys of objects begin with the prefix, which is empty or ends with `/`. */
export type Bucket = { readonly name: string; readonly prefix: string };

/** What the coordinator needs to know. */
export type RunOptions = DownloadOptions & {
	readonly method: Method;
	readonly concurrency: number;
	readonly perHost: number;
	readonly workers: number;
	/** Further attempts after the first. */
	readonly retries: number;
	readonly retryBaseMs: number;
	/** Longest time for one entry, all attempts and waits together; absent when there is no limit. */
	readonly timeoutMs?: number;
	readonly keepDuplicates: boolean;
	/** Forget what earlier runs in the directory recorded. */
	readonly fresh: boolean;
	/** Absolute path of the directory whose journal the run writes, where that is not the one that the files go to. */
	readonly journalDir?: string;
	/** For the method `cluster`: the Redis server, and the sink as the user named it. */
	readonly cluster?: { readonly redis: string; readonly sink: string; readonly isLimited: boolean };
};

export const defaults = {
	dir: "downloads",
	method: "async",
	/** A fixed number until it adapts while running. */
	concurrency: 32,
	perHost: 16,
	retries: 3,
	retryBaseSeconds: 0.5,
	retryMaxWaitSeconds: 60,
	connectTimeoutSeconds: 10,
	idleTimeoutSeconds: 30,
	timeoutSeconds: 0,
	onExists: "rename",
	layout: "flat",
	maxRedirects: 10,
	logDir: "logs",
} as const;
