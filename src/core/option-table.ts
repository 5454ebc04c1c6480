/** The one table of the options of `get`: parsing, checks, help and docs/cli.md all come from it. */
import type { Kind } from "./option-kinds.ts";
import {
	bytes,
	choice,
	integer,
	integerOrAuto,
	onOff,
	perSecond,
	seconds,
	statuses,
	text,
	texts,
	typePatterns,
} from "./option-kinds.ts";
import type { Bytes, OptionName, OptionValues } from "./option-values.ts";
import { defaults, existsPolicies, http2Modes, layouts, progressModes } from "./options.ts";
import { methods } from "./outcome.ts";

/** One option. */
export type OptionSpec<T> = {
	/** Long name, without its dashes. */
	readonly name: string;
	readonly short?: string;
	readonly group: string;
	readonly kind: Kind<T>;
	readonly help: string;
	/** The default as the help shows it. */
	readonly fallback?: string;
};

/** What reading gives: bytes come out as a number, everything else as it went in. */
type Read<V> = [Bytes] extends [V] ? number : V;
type OptionTable = { readonly [K in OptionName]-?: OptionSpec<Read<NonNullable<OptionValues[K]>>> };

const listFormats = ["text", "aria2", "jsonl", "json", "csv", "tsv", "metalink", "parquet"] as const;

const files = "Files:";
const speed = "Concurrency:";
const retry = "Retries and time-outs:";
const http = "HTTP:";
const lists = "Lists:";
const records = "Runs, records and output:";

const optionalPort: Kind<boolean | number> = {
	argument: "PORT",
	optional: true,
	read(given) {
		if (given === true || given === "true") return { value: true };
		if (given === false || given === "false") return { value: false };
		const reading = integer(0, 65535).read(given);
		return "value" in reading ? reading : { expected: "a port, from 0 to 65535" };
	},
};

// biome-ignore format: one option a line reads as the table that it is
export const optionTable: OptionTable = {
	dir: { name: "dir", short: "d", group: files, kind: text("DIR"), fallback: defaults.dir, help: "where the files go; created with its parents" },
	onExists: { name: "on-exists", group: files, kind: choice("P", existsPolicies), fallback: defaults.onExists, help: "rename, skip, overwrite or fail, for a file that is already there" },
	sink: { name: "sink", group: files, kind: text("URL"), fallback: "DIR", help: "where the files go instead of DIR: a directory, or s3://bucket/prefix" },
	layout: { name: "layout", group: files, kind: choice("L", layouts), fallback: defaults.layout, help: "flat, host (DIR/host/name) or path (DIR/host/path/name)" },
	contentDisposition: { name: "no-content-disposition", group: files, kind: onOff, help: "name files from the URL alone" },
	adjustExtension: { name: "adjust-extension", group: files, kind: onOff, help: "add the extension of the media type where the name has none" },
	maxSize: { name: "max-size", group: files, kind: bytes, fallback: "none", help: "a larger file fails as too_large" },
	checksums: { name: "checksums", group: files, kind: text("FILE"), help: "a SHA256SUMS-style file; entries are matched by the name that is listed or that they are saved under" },
	writeChecksums: { name: "write-checksums", group: files, kind: text("FILE"), help: "write what was saved or skipped as a file for sha256sum -c, run in DIR" },
	expectType: { name: "expect-type", group: files, kind: typePatterns, help: "media types that are wanted: 'image/*,application/pdf'; anything else fails as wrong_type" },
	refresh: { name: "refresh", group: files, kind: onOff, help: "ask for saved files again, and replace those that changed on the server" },
	dryRun: { name: "dry-run", group: files, kind: onOff, help: "print names, sizes and types without downloading anything" },
	fsync: { name: "fsync", group: files, kind: onOff, help: "flush each file and its folder before it counts as saved" },

	method: { name: "method", short: "m", group: speed, kind: choice("M", methods), fallback: "auto", help: "the concurrency model: async, threads, processes, mix, cluster or auto" },
	concurrency: { name: "concurrency", short: "c", group: speed, kind: integerOrAuto(1, 10_000), fallback: "auto", help: "most downloads in flight at once, over all workers; auto finds the best level" },
	perHost: { name: "per-host", group: speed, kind: integerOrAuto(1, 10_000), fallback: "auto", help: "most in flight to one host, over all workers; auto finds the best level of each" },
	rate: { name: "rate", group: speed, kind: perSecond, fallback: "none", help: "most requests a second over all workers; redirects and retries count" },
	ratePerHost: { name: "rate-per-host", group: speed, kind: perSecond, fallback: "none", help: "most requests a second to one host" },
	workers: { name: "workers", short: "w", group: speed, kind: integer(1, 1024), fallback: "cores", help: "threads or processes, for the methods that have them" },
	segments: { name: "segments", group: speed, kind: integerOrAuto(1, 64), fallback: "auto", help: "connections for one large file, where the server supports ranges" },
	limitRate: { name: "limit-rate", group: speed, kind: bytes, fallback: "none", help: "bytes a second over all workers" },
	limitRatePerHost: { name: "limit-rate-per-host", group: speed, kind: bytes, fallback: "none", help: "bytes a second from one host" },
	redis: { name: "redis", group: speed, kind: text("URL"), help: "for cluster: the Redis server, redis:// or rediss://; the password better from DOWNSPOUT_REDIS_PASSWORD" },
	health: { name: "health", group: speed, kind: text("PORT"), help: "for cluster: /health, and Prometheus metrics at /metrics, on 127.0.0.1 unless HOST:PORT is given" },

	retries: { name: "retries", group: retry, kind: integer(0, 1000), fallback: String(defaults.retries), help: "further attempts after the first" },
	retryBase: { name: "retry-base", group: retry, kind: seconds, fallback: String(defaults.retryBaseSeconds), help: "first back-off, in seconds" },
	retryMaxWait: { name: "retry-max-wait", group: retry, kind: seconds, fallback: String(defaults.retryMaxWaitSeconds), help: "longest wait between attempts, in seconds; also caps Retry-After" },
	connectTimeout: { name: "connect-timeout", group: retry, kind: seconds, fallback: String(defaults.connectTimeoutSeconds), help: "for DNS, TCP and TLS together, in seconds; 0 is no limit" },
	idleTimeout: { name: "idle-timeout", group: retry, kind: seconds, fallback: String(defaults.idleTimeoutSeconds), help: "longest wait for the next byte, the response head included; 0 is no limit" },
	timeout: { name: "timeout", group: retry, kind: seconds, fallback: String(defaults.timeoutSeconds), help: "longest time for one entry, all its attempts and waits together; 0 is no limit" },
	minSpeed: { name: "min-speed", group: retry, kind: bytes, fallback: "none", help: "a body that stays slower than so many bytes a second fails as too_slow and is tried again" },
	minSpeedTime: { name: "min-speed-time", group: retry, kind: seconds, fallback: String(defaults.minSpeedSeconds), help: "how long it may be slower, in seconds" },
	circuitBreaker: { name: "no-circuit-breaker", group: retry, kind: onOff, help: "go on asking a host that answers nobody" },
	retryStatus: { name: "retry-status", group: retry, kind: statuses, help: "further statuses to try again, with commas: 403,404" },

	header: { name: "header", short: "H", group: http, kind: texts("'K: V'"), help: "send this header with every request; repeatable; one without a value is not sent at all" },
	userAgent: { name: "user-agent", group: http, kind: text("TEXT"), fallback: "downspout/VERSION", help: "the User-Agent header" },
	referer: { name: "referer", group: http, kind: text("URL"), help: "the Referer header" },
	maxRedirects: { name: "max-redirects", group: http, kind: integer(0, 1000), fallback: String(defaults.maxRedirects), help: "redirects to follow for one request" },
	caCertificate: { name: "ca-certificate", group: http, kind: text("F"), help: "trust the PEM certificates of this file instead of the built-in ones" },
	insecure: { name: "insecure", group: http, kind: onOff, help: "do not check TLS certificates" },
	http2: { name: "http2", group: http, kind: choice("WHEN", http2Modes), fallback: "auto", help: "auto, always (also without TLS) or never; auto speaks HTTP/2 with servers that speak nothing else, or refuse further connections" },
	compressed: { name: "compressed", group: http, kind: onOff, help: "ask for and decode Content-Encoding; without it, bytes are saved as sent" },
	proxy: { name: "proxy", group: http, kind: text("URL"), help: "the proxy: http, https, socks5 or socks5h://[USER:PASSWORD@]HOST:PORT; else http_proxy, https_proxy and all_proxy; no_proxy holds for both" },
	loadCookies: { name: "load-cookies", group: http, kind: text("FILE"), help: "cookies to send, in Netscape's format; what servers set is kept for the run then" },
	saveCookies: { name: "save-cookies", group: http, kind: text("FILE"), help: "write the cookies of the run to this file at its end, in Netscape's format, without those of the session" },
	netrc: { name: "netrc", group: http, kind: onOff, help: "take user names and passwords from ~/.netrc, or the file that NETRC names" },
	netrcFile: { name: "netrc-file", group: http, kind: text("F"), help: "take user names and passwords from this file" },
	denyPrivate: { name: "deny-private", group: http, kind: onOff, help: "refuse addresses that are not public, redirects included" },

	format: { name: "format", group: lists, kind: choice("F", listFormats), fallback: "by name, else by content", help: "text, aria2, jsonl, json, csv, tsv, metalink or parquet" },
	base: { name: "base", group: lists, kind: text("URL"), help: "resolve what is no absolute URL against this one, in every format" },
	expand: { name: "expand", group: lists, kind: onOff, help: "numbers, letters and words in URLs of text lists, as curl's globs: img[001-120].jpg, {one,two}" },
	urlColumn: { name: "url-column", group: lists, kind: text("NAME"), fallback: "url", help: "the column of URLs, for csv, tsv, json, jsonl and parquet" },
	outColumn: { name: "out-column", group: lists, kind: text("NAME"), fallback: "out", help: "the column of file names" },
	checksumColumn: { name: "checksum-column", group: lists, kind: text("NAME"), fallback: "checksum", help: "the column of checksums" },
	keepDuplicates: { name: "keep-duplicates", group: lists, kind: onOff, help: "download a URL again each time that it is listed" },

	fresh: { name: "fresh", group: records, kind: onOff, help: "forget what earlier runs in DIR recorded" },
	logDir: { name: "log-dir", group: records, kind: text("DIR"), fallback: defaults.logDir, help: "where each run leaves its log, results, summary and failed.txt" },
	progress: { name: "progress", group: records, kind: choice("P", progressModes), fallback: "auto", help: "auto, bar, plain, json or none, on standard error" },
	quiet: { name: "quiet", short: "q", group: records, kind: onOff, help: "the same as --progress none" },
	json: { name: "json", group: records, kind: onOff, help: "print the summary as one JSON object" },
	dashboard: { name: "dashboard", group: records, kind: optionalPort, help: "the live web page, on 127.0.0.1 and any free port, or on PORT" },
	report: { name: "report", group: records, kind: onOff, help: "write the dashboard as a page of its own to the run's folder at the end" },
};
