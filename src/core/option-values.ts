/** What a user can ask for: the long options of `get` in camelCase, as the command line and the library take them. */

/** A number of bytes, or its text with one of the suffixes k, M, G (1000) and Ki, Mi, Gi (1024). */
export type Bytes = number | string;

/** Every option may be left out; {@link resolveOptions} checks the values and fills in the defaults. */
export type OptionValues = {
	/** Where the files go. */
	readonly dir?: string;
	/** The concurrency model: async, threads, processes, mix, cluster or auto. */
	readonly method?: string;
	/** Downloads in flight at once, over all workers. */
	readonly concurrency?: number | "auto";
	/** Most downloads in flight to one host. */
	readonly perHost?: number | "auto";
	/** Most requests a second over all workers. */
	readonly rate?: number;
	/** Most requests a second to one host. */
	readonly ratePerHost?: number;
	/** Threads or processes. */
	readonly workers?: number;
	/** Further attempts after the first. */
	readonly retries?: number;
	/** First back-off, in seconds. */
	readonly retryBase?: number;
	/** Longest wait between attempts, in seconds; also caps Retry-After. */
	readonly retryMaxWait?: number;
	/** For DNS, TCP and TLS together, in seconds; 0 is no limit. */
	readonly connectTimeout?: number;
	/** Longest wait for the next byte, in seconds; 0 is no limit. */
	readonly idleTimeout?: number;
	/** Further statuses to try again, with commas. */
	readonly retryStatus?: string;
	/** Longest time for one entry, in seconds; 0 is no limit. */
	readonly timeout?: number;
	/** A body that stays slower than so many bytes a second fails and is tried again. */
	readonly minSpeed?: Bytes;
	/** For how long, in seconds. */
	readonly minSpeedTime?: number;
	/** False goes on asking a host that answers nobody. */
	readonly circuitBreaker?: boolean;
	/** rename, skip, overwrite or fail. */
	readonly onExists?: string;
	/** flat, host or path. */
	readonly layout?: string;
	readonly contentDisposition?: boolean;
	readonly adjustExtension?: boolean;
	/** A SHA256SUMS-style file. */
	readonly checksums?: string;
	/** Where to write what was saved or skipped, as a file for `sha256sum -c`. */
	readonly writeChecksums?: string;
	readonly maxSize?: Bytes;
	/** Media types that are wanted, with commas and `*`: anything else fails. */
	readonly expectType?: string;
	/** Ask for saved files again, conditionally, and replace those that changed. */
	readonly refresh?: boolean;
	/** Ask for the heads alone, and save nothing. */
	readonly dryRun?: boolean;
	/** Bytes a second over all workers. */
	readonly limitRate?: Bytes;
	/** Bytes a second to one host. */
	readonly limitRatePerHost?: Bytes;
	/** Connections for one large file. */
	readonly segments?: number | "auto";
	/** Request headers, each as `Name: value`. */
	readonly header?: readonly string[];
	readonly userAgent?: string;
	readonly referer?: string;
	/** A cookie file in Netscape's format. */
	readonly loadCookies?: string;
	/** Where the cookies of the run go at its end. */
	readonly saveCookies?: string;
	readonly netrc?: boolean;
	readonly netrcFile?: string;
	readonly proxy?: string;
	/** A file with the PEM certificates to trust. */
	readonly caCertificate?: string;
	readonly insecure?: boolean;
	/** auto, always or never. */
	readonly http2?: string;
	readonly denyPrivate?: boolean;
	readonly compressed?: boolean;
	readonly maxRedirects?: number;
	/** text, aria2, jsonl, json, csv, tsv, metalink or parquet. */
	readonly format?: string;
	/** What entries that are no absolute URL are resolved against. */
	readonly base?: string;
	/** Numbers, letters and words in URLs of text lists, as curl's globs. */
	readonly expand?: boolean;
	readonly urlColumn?: string;
	readonly outColumn?: string;
	readonly checksumColumn?: string;
	readonly keepDuplicates?: boolean;
	readonly fresh?: boolean;
	readonly fsync?: boolean;
	/** Where the records of each run go. */
	readonly logDir?: string;
	/** auto, bar, plain, json or none. */
	readonly progress?: string;
	readonly quiet?: boolean;
	readonly json?: boolean;
	readonly dashboard?: boolean | number;
	/** The dashboard as a file of the records, at the end. */
	readonly report?: boolean;
	/** For `cluster`: the Redis server. */
	readonly redis?: string;
	/** For `cluster`: a port, or HOST:PORT, for health and metrics. */
	readonly health?: string;
	/** Where the files go instead of `dir`: a directory, or s3://bucket/prefix. */
	readonly sink?: string;
};

export type OptionName = keyof OptionValues;
