/** The options of a run, checked and in plain units, and their defaults. */
import type { StoredCookie } from "./cookie-file.ts";
import type { Header } from "./entry.ts";
import type { NetrcEntry } from "./netrc.ts";
import type { Method } from "./outcome.ts";
import type { ProxySettings } from "./proxy.ts";

export const existsPolicies = ["rename", "skip", "overwrite", "fail"] as const;
/** What happens where a file of the name is already there. */
export type ExistsPolicy = (typeof existsPolicies)[number];

export const layouts = ["flat", "host", "path"] as const;
/** How file names are spread over folders. */
export type Layout = (typeof layouts)[number];

export const http2Modes = ["auto", "always", "never"] as const;
/** Where HTTP/2 is spoken; `auto` is with servers that speak nothing else. */
export type Http2Mode = (typeof http2Modes)[number];

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
	/** Connections for one large file; `auto` finds out. */
	readonly segments: number | "auto";
	/** Bytes a second, over all workers and hosts, and from one host. */
	readonly limitRate?: number;
	readonly limitRatePerHost?: number;
	/** Largest file in bytes; absent when there is no limit. */
	readonly maxSizeBytes?: number;
	/** A body that stays slower, in bytes a second, for so long is tried again. */
	readonly minSpeed?: { readonly bytesPerSecond: number; readonly ms: number };
	/** Patterns of the media types that are wanted; absent where all are. */
	readonly expectTypes?: readonly string[];
	/** Whether encoded answers are asked for and decoded. */
	readonly compressed: boolean;
	/** Ask for the heads alone, and write nothing. */
	readonly dryRun: boolean;
	/** Statuses that are tried again beside the usual ones. */
	readonly retryStatuses: readonly number[];
	/** Sent with every request, in their order; the entry's own replace those of the same name. */
	readonly headers: readonly Header[];
	/** Text of the file with the checksums of files by their names. */
	readonly checksums?: string;
	/** Whether the SHA-256 of every file is wanted. */
	readonly sha256: boolean;
	/** PEM text of the certificates to trust instead of the built-in ones. */
	readonly caCertificate?: string;
	readonly insecure: boolean;
	readonly http2: Http2Mode;
	/** The bucket that complete files go to, from the download directory, which then holds nothing but parts and the journal. */
	readonly bucket?: Bucket;
	/** Whether others may take over what a worker does while it still lives: it then looks each time before it gives a file its name. */
	readonly revocable?: boolean;
	/** Absent where every origin is asked directly. */
	readonly proxies?: ProxySettings;
	/** Refuse to connect to addresses that are not public. */
	readonly denyPrivate: boolean;
	/** What the user's netrc says; absent where none is used. */
	readonly netrc?: readonly NetrcEntry[];
	/** Cookies to begin with, where the run keeps those that servers set; absent where each entry has its own. */
	readonly cookies?: readonly StoredCookie[];
};

/** A place in an S3 store: keys of objects begin with the prefix, which is empty or ends with `/`. */
export type Bucket = { readonly name: string; readonly prefix: string };

/** What the coordinator needs to know. */
export type RunOptions = DownloadOptions & {
	readonly method: Method;
	/** Most in flight at once, over all workers; `auto` finds the level. */
	readonly concurrency: number | "auto";
	/** Most in flight to one host. */
	readonly perHost: number | "auto";
	/** Requests a second, over all and to one host. */
	readonly rate?: number;
	readonly ratePerHost?: number;
	/** Whether hosts that answer nobody are given up. */
	readonly circuitBreaker: boolean;
	readonly workers: number;
	/** Further attempts after the first. */
	readonly retries: number;
	readonly retryBaseMs: number;
	/** Longest time for one entry, all attempts and waits together; absent when there is no limit. */
	readonly timeoutMs?: number;
	readonly keepDuplicates: boolean;
	/** What the user should know before anything starts. */
	readonly warnings?: readonly string[];
	/** Where the cookies of the run go at its end. */
	readonly saveCookies?: string;
	/** Forget what earlier runs in the directory recorded. */
	readonly fresh: boolean;
	/** Ask for saved files again. */
	readonly refresh: boolean;
	/** Absolute path of the directory whose journal the run writes, where that is not the one that the files go to. */
	readonly journalDir?: string;
	/** For the method `cluster`: the Redis server, and the sink as the user named it. */
	readonly cluster?: { readonly redis: string; readonly sink: string; readonly isLimited: boolean };
};

export const defaults = {
	dir: "downloads",
	method: "async",
	retries: 3,
	retryBaseSeconds: 0.5,
	retryMaxWaitSeconds: 60,
	connectTimeoutSeconds: 10,
	idleTimeoutSeconds: 30,
	timeoutSeconds: 0,
	minSpeedSeconds: 30,
	onExists: "rename",
	layout: "flat",
	maxRedirects: 10,
	logDir: "logs",
} as const;
