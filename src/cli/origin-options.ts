/** The options of `origin`: the table that its help comes from, and how they are read. */
import { bytes, integer, type Kind, onOff, seconds, text } from "../core/option-kinds.ts";
import type { OptionSpec } from "../core/option-table.ts";
import { readOption } from "../core/read-option.ts";
import { type OriginOptions, originDefaults } from "../origin/options.ts";
import { parseSizeSpec, type SizeSpec } from "../origin/size-spec.ts";

const size: Kind<SizeSpec> = {
	argument: "SIZE",
	read(given) {
		const value = typeof given === "string" ? parseSizeSpec(given) : undefined;
		return value === undefined ? { expected: "a size such as 10Ki or lognormal:10Ki:1.5" } : { value };
	},
};

/** Milliseconds, with their unit: a bare number could be either. */
const duration: Kind<number> = {
	argument: "TIME",
	read(given) {
		const parts = typeof given === "string" ? /^(\d+\.?\d*|\.\d+)(ms|s)$/.exec(given) : null;
		const value = given === "0" ? 0 : Number(parts?.[1]) * (parts?.[2] === "s" ? 1000 : 1);
		return value <= 3_600_000 ? { value } : { expected: "a time up to an hour, such as 50ms or 0.05s" };
	},
};

const rate: Kind<number> = {
	argument: "RATE",
	read(given) {
		const value = typeof given === "string" && /^(\d+\.?\d*|\.\d+)$/.test(given) ? Number(given) : Number.NaN;
		return value <= 1 ? { value } : { expected: "a share from 0 to 1, such as 0.05" };
	},
};

const serving = "Serving:";
const faults = "Speed and faults:";

type OriginTable = {
	readonly [K in
		| "port"
		| "files"
		| "latency"
		| "jitter"
		| "bandwidth"
		| "bandwidthPerConnection"
		| "errorRate"
		| "resetRate"
		| "cutRate"
		| "stallRate"
		| "lieRate"
		| "missingRate"
		| "mostInFlight"
		| "requestsPerSecond"
		| "retryAfter"
		| "seed"]: OptionSpec<number>;
} & { readonly [K in "ranges" | "tls" | "http2"]: OptionSpec<boolean> } & {
	readonly size: OptionSpec<SizeSpec>;
	readonly list: OptionSpec<string>;
};

// biome-ignore format: one option a line reads as the table that it is
export const originTable: OriginTable = {
	port: { name: "port", group: serving, kind: integer(0, 65535), fallback: "0, any free one", help: "the port on 127.0.0.1" },
	files: { name: "files", group: serving, kind: integer(0, 100_000_000), fallback: "1000", help: "how many files there are" },
	size: { name: "size", group: serving, kind: size, fallback: "10Ki", help: "size of each file, or lognormal:MEDIAN:SIGMA" },
	seed: { name: "seed", group: serving, kind: integer(0, Number.MAX_SAFE_INTEGER), fallback: "1", help: "what all that is drawn follows from" },
	list: { name: "list", group: serving, kind: text("FILE"), help: "write the list of the URLs to this file" },
	tls: { name: "tls", group: serving, kind: onOff, help: "https, with a certificate made at the start" },
	http2: { name: "http2", group: serving, kind: onOff, help: "speak HTTP/2 as well" },
	ranges: { name: "no-ranges", group: serving, kind: onOff, help: "do not support Range" },
	latency: { name: "latency", group: faults, kind: duration, fallback: "0ms", help: "wait before each response, such as 50ms or 0.05s" },
	jitter: { name: "jitter", group: faults, kind: duration, fallback: "0ms", help: "how much the latency varies" },
	bandwidth: { name: "bandwidth", group: faults, kind: bytes, fallback: "none", help: "bytes a second of the whole server" },
	bandwidthPerConnection: { name: "bandwidth-per-connection", group: faults, kind: bytes, fallback: "none", help: "bytes a second of each connection" },
	errorRate: { name: "error-rate", group: faults, kind: rate, fallback: "0", help: "share of requests that end with a 5xx status" },
	resetRate: { name: "reset-rate", group: faults, kind: rate, fallback: "0", help: "share of requests whose connection is reset" },
	cutRate: { name: "cut-rate", group: faults, kind: rate, fallback: "0", help: "share of requests whose connection ends in order within the body" },
	stallRate: { name: "stall-rate", group: faults, kind: rate, fallback: "0", help: "share of requests whose body stops half-way for ever" },
	lieRate: { name: "lie-rate", group: faults, kind: rate, fallback: "0", help: "share of files whose ranges are answered falsely" },
	mostInFlight: { name: "most-in-flight", group: faults, kind: integer(1, 1_000_000), fallback: "none", help: "refuse more requests at once with 429" },
	requestsPerSecond: { name: "requests-per-second", group: faults, kind: integer(1, 1_000_000), fallback: "none", help: "refuse more requests a second with 429" },
	retryAfter: { name: "retry-after", group: faults, kind: seconds, fallback: "none", help: "the Retry-After of 429 and 503, in seconds" },
	missingRate: { name: "missing-rate", group: faults, kind: rate, fallback: "0", help: "share of files that are not there" },
};

/**
 * What the origin is started with.
 * @throws {UsageError} a value is wrong.
 */
export function readOriginOptions(values: Readonly<Record<string, unknown>>): OriginOptions {
	const read = <T>(name: keyof OriginTable, spec: OptionSpec<T>): T | undefined => readOption(values[name], spec);
	const list = read("list", originTable.list);
	const bandwidth = read("bandwidth", originTable.bandwidth);
	const mostInFlight = read("mostInFlight", originTable.mostInFlight);
	const requestsPerSecond = read("requestsPerSecond", originTable.requestsPerSecond);
	const retryAfterSeconds = read("retryAfter", originTable.retryAfter);
	const perConnection = read("bandwidthPerConnection", originTable.bandwidthPerConnection);
	return {
		...originDefaults,
		port: read("port", originTable.port) ?? originDefaults.port,
		files: read("files", originTable.files) ?? originDefaults.files,
		size: read("size", originTable.size) ?? originDefaults.size,
		seed: read("seed", originTable.seed) ?? originDefaults.seed,
		tls: read("tls", originTable.tls) ?? originDefaults.tls,
		http2: read("http2", originTable.http2) ?? originDefaults.http2,
		ranges: read("ranges", originTable.ranges) ?? originDefaults.ranges,
		latencyMs: read("latency", originTable.latency) ?? originDefaults.latencyMs,
		jitterMs: read("jitter", originTable.jitter) ?? originDefaults.jitterMs,
		errorRate: read("errorRate", originTable.errorRate) ?? originDefaults.errorRate,
		resetRate: read("resetRate", originTable.resetRate) ?? originDefaults.resetRate,
		cutRate: read("cutRate", originTable.cutRate) ?? originDefaults.cutRate,
		stallRate: read("stallRate", originTable.stallRate) ?? originDefaults.stallRate,
		lieRate: read("lieRate", originTable.lieRate) ?? originDefaults.lieRate,
		missingRate: read("missingRate", originTable.missingRate) ?? originDefaults.missingRate,
		...(mostInFlight !== undefined && { mostInFlight }),
		...(requestsPerSecond !== undefined && { requestsPerSecond }),
		...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
		...(list !== undefined && { list }),
		...(bandwidth !== undefined && { bandwidthBytesPerSecond: bandwidth }),
		...(perConnection !== undefined && { bandwidthPerConnectionBytesPerSecond: perConnection }),
	};
}
