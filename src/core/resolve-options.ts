/** From what a user asked for to what a run needs: every value checked, every default filled in. */
import { resolve } from "node:path";
import type { StoredCookie } from "./cookie-file.ts";
import type { Header } from "./entry.ts";
import type { NetrcEntry } from "./netrc.ts";
import { longestTimerMs } from "./option-kinds.ts";
import { optionTable } from "./option-table.ts";
import type { OptionName } from "./option-values.ts";
import { defaults, existsPolicies, http2Modes, layouts, type RunOptions } from "./options.ts";
import { type Method, methods } from "./outcome.ts";
import { checkHeader, parseHeader } from "./parse-header.ts";
import { type Environment, readProxies, withAuthorization } from "./proxy.ts";
import { flagOf, quote, readOption } from "./read-option.ts";
import { resolvePlaces } from "./resolve-sink.ts";
import { parseTypePatterns } from "./type-patterns.ts";
import { UsageError } from "./usage-error.ts";

/** What defaults depend on. */
export type Surroundings = {
	/** Of downspout, for the User-Agent header. */
	readonly version: string;
	/** Processor cores that this process may use. */
	readonly cores: number;
	/** PEM text of the file that `caCertificate` names. */
	readonly caCertificate?: string;
	/** Text of the file that `checksums` names. */
	readonly checksums?: string;
	/** The variables of the environment, which may name proxies. */
	readonly environment?: Environment;
	/** What the file of `netrc` or `netrcFile` says. */
	readonly netrc?: readonly NetrcEntry[];
	/** What the file of `loadCookies` holds. */
	readonly cookies?: readonly StoredCookie[];
	/** What the user should know of those files. */
	readonly warnings?: readonly string[];
};

/** Values by option name, as the type OptionValues has them, numbers as text too, and not checked yet. */
export type GivenValues = { readonly [K in OptionName]?: unknown };

/**
 * The options of a run.
 * @throws {UsageError} a value is wrong, or two contradict each other.
 */
export function resolveOptions(values: GivenValues, surroundings: Surroundings): RunOptions {
	checkNames(values);
	const { headers, proxyAuthorization } = resolveHeaders(values, surroundings.version);
	const maxSizeBytes = readOption(values.maxSize, optionTable.maxSize);
	const timeoutMs = milliseconds(readOption(values.timeout, optionTable.timeout) ?? defaults.timeoutSeconds);
	return {
		...resolvePlaces(values),
		method: resolveMethod(values),
		...resolveConcurrency(values, surroundings.cores),
		onExists: oneOf(existsPolicies, readOption(values.onExists, optionTable.onExists), defaults.onExists),
		layout: oneOf(layouts, readOption(values.layout, optionTable.layout), defaults.layout),
		contentDisposition: readOption(values.contentDisposition, optionTable.contentDisposition) ?? true,
		adjustExtension: readOption(values.adjustExtension, optionTable.adjustExtension) ?? false,
		fsync: readOption(values.fsync, optionTable.fsync) ?? false,
		...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
		...resolveMinSpeed(values),
		...resolveByteRates(values),
		...resolveWaits(values),
		...(timeoutMs === 0 ? {} : { timeoutMs }),
		...resolveTypes(values),
		compressed: readOption(values.compressed, optionTable.compressed) ?? false,
		dryRun: readOption(values.dryRun, optionTable.dryRun) ?? false,
		retryStatuses: (readOption(values.retryStatus, optionTable.retryStatus)?.split(",") ?? []).map(Number),
		headers,
		maxRedirects: readOption(values.maxRedirects, optionTable.maxRedirects) ?? defaults.maxRedirects,
		segments: readOption(values.segments, optionTable.segments) ?? "auto",
		...(surroundings.caCertificate === undefined ? {} : { caCertificate: surroundings.caCertificate }),
		...(surroundings.checksums === undefined ? {} : { checksums: surroundings.checksums }),
		sha256: readOption(values.writeChecksums, optionTable.writeChecksums) !== undefined && values.dryRun !== true,
		insecure: readOption(values.insecure, optionTable.insecure) ?? false,
		http2: oneOf(http2Modes, readOption(values.http2, optionTable.http2), "auto"),
		...resolveAccess(values, surroundings, proxyAuthorization),
		...(surroundings.warnings && { warnings: surroundings.warnings }),
		keepDuplicates: readOption(values.keepDuplicates, optionTable.keepDuplicates) ?? false,
		fresh: readOption(values.fresh, optionTable.fresh) ?? false,
		refresh: readOption(values.refresh, optionTable.refresh) ?? false,
	};
}

/** Every option is read once here, so that one which no run needs yet is checked and refused as well. */
function checkNames(values: GivenValues): void {
	for (const name of Object.keys(values)) {
		if (!isOptionName(name)) throw new UsageError(`unknown option ${quote(name)}`);
		readOption<unknown>(values[name], optionTable[name]);
	}
}

function isOptionName(name: string): name is OptionName {
	return Object.hasOwn(optionTable, name);
}

/** `auto` is the plain event loop until it can add threads by itself. */
function resolveMethod(values: GivenValues): Method {
	return oneOf(methods, readOption(values.method, optionTable.method), "auto");
}

type Levels = Pick<RunOptions, "concurrency" | "perHost" | "rate" | "ratePerHost" | "circuitBreaker" | "workers">;

function resolveConcurrency(values: GivenValues, cores: number): Levels {
	const concurrency = readOption(values.concurrency, optionTable.concurrency) ?? "auto";
	const workers = readOption(values.workers, optionTable.workers);
	if (workers !== undefined && concurrency !== "auto" && workers > concurrency) {
		throw new UsageError(
			`--workers: ${workers} is more than --concurrency ${concurrency}; use 1 to ${concurrency} workers`,
		);
	}
	const perHost = readOption(values.perHost, optionTable.perHost) ?? "auto";
	const rate = readOption(values.rate, optionTable.rate);
	const ratePerHost = readOption(values.ratePerHost, optionTable.ratePerHost);
	return {
		concurrency,
		perHost: perHost === "auto" || concurrency === "auto" ? perHost : Math.min(concurrency, perHost),
		...(rate === undefined ? {} : { rate }),
		...(ratePerHost === undefined ? {} : { ratePerHost }),
		circuitBreaker: readOption(values.circuitBreaker, optionTable.circuitBreaker) ?? true,
		workers: workers ?? (concurrency === "auto" ? cores : Math.max(1, Math.min(cores, concurrency))),
	};
}

function resolveMinSpeed(values: GivenValues): Pick<RunOptions, "minSpeed"> {
	const bytesPerSecond = readOption(values.minSpeed, optionTable.minSpeed);
	const seconds = readOption(values.minSpeedTime, optionTable.minSpeedTime) ?? defaults.minSpeedSeconds;
	return bytesPerSecond === undefined ? {} : { minSpeed: { bytesPerSecond, ms: milliseconds(seconds) } };
}

function resolveByteRates(values: GivenValues): Pick<RunOptions, "limitRate" | "limitRatePerHost"> {
	const limitRate = readOption(values.limitRate, optionTable.limitRate);
	const limitRatePerHost = readOption(values.limitRatePerHost, optionTable.limitRatePerHost);
	return {
		...(limitRate === undefined ? {} : { limitRate }),
		...(limitRatePerHost === undefined ? {} : { limitRatePerHost }),
	};
}

function resolveTypes(values: GivenValues): Pick<RunOptions, "expectTypes"> {
	const given = readOption(values.expectType, optionTable.expectType);
	const expectTypes = given === undefined ? undefined : parseTypePatterns(given);
	return expectTypes === undefined ? {} : { expectTypes };
}

type Waits = Pick<RunOptions, "retries" | "retryBaseMs" | "retryMaxWaitMs" | "connectTimeoutMs" | "idleTimeoutMs">;

function resolveWaits(values: GivenValues): Waits {
	const base = readOption(values.retryBase, optionTable.retryBase) ?? defaults.retryBaseSeconds;
	const maxWait = readOption(values.retryMaxWait, optionTable.retryMaxWait) ?? defaults.retryMaxWaitSeconds;
	const connect = readOption(values.connectTimeout, optionTable.connectTimeout) ?? defaults.connectTimeoutSeconds;
	const idle = readOption(values.idleTimeout, optionTable.idleTimeout) ?? defaults.idleTimeoutSeconds;
	return {
		retries: readOption(values.retries, optionTable.retries) ?? defaults.retries,
		retryBaseMs: milliseconds(base),
		retryMaxWaitMs: milliseconds(maxWait),
		connectTimeoutMs: milliseconds(connect) || longestTimerMs,
		idleTimeoutMs: milliseconds(idle) || longestTimerMs,
	};
}

type Access = Pick<RunOptions, "proxies" | "denyPrivate" | "netrc" | "cookies" | "saveCookies">;

/** What requests go through, where they may go, and what they show there. */
function resolveAccess(
	values: GivenValues,
	{ environment = {}, netrc, cookies }: Surroundings,
	proxyAuthorization: string | undefined,
): Access {
	const named = readProxies(readOption(values.proxy, optionTable.proxy), environment);
	const proxies = named && proxyAuthorization !== undefined ? withAuthorization(named, proxyAuthorization) : named;
	const saveCookies = readOption(values.saveCookies, optionTable.saveCookies);
	const kept = cookies ?? (saveCookies === undefined ? undefined : []);
	return {
		denyPrivate: readOption(values.denyPrivate, optionTable.denyPrivate) ?? false,
		...(proxies && { proxies }),
		...(netrc && { netrc }),
		...(kept && { cookies: kept }),
		...(saveCookies !== undefined && { saveCookies: resolve(saveCookies) }),
	};
}

/** Headers of --header come before the options for single headers, as with curl. */
function resolveHeaders(
	values: GivenValues,
	version: string,
): { readonly headers: readonly Header[]; readonly proxyAuthorization: string | undefined } {
	const given = (readOption(values.header, optionTable.header) ?? []).map(readHeader);
	const names = new Set(given.map(([name]) => name.toLowerCase()));
	const named: readonly (readonly [OptionName, string, string | undefined])[] = [
		["userAgent", "User-Agent", readOption(values.userAgent, optionTable.userAgent) ?? `downspout/${version}`],
		["referer", "Referer", readOption(values.referer, optionTable.referer)],
	];
	const own = named.flatMap(([key, name, value]) => {
		if (value === undefined || names.has(name.toLowerCase())) return [];
		const reading = checkHeader(name, value);
		if ("problem" in reading) throw new UsageError(`${flagOf(optionTable[key])}: ${quote(value)} ${reading.problem}`);
		return [reading.header];
	});
	const isForProxy = ([name]: Header): boolean => name.toLowerCase() === "proxy-authorization";
	return {
		headers: [...own, ...given.filter((header) => !isForProxy(header))],
		proxyAuthorization: given.findLast(isForProxy)?.[1],
	};
}

/** @throws {UsageError} it is no header, or none that may be set. */
export function readHeader(line: string): Header {
	const reading = parseHeader(line);
	// The value may be a secret: the message names the header alone.
	if ("problem" in reading) throw new UsageError(`--header: ${quote(line.split(":", 1)[0])} ${reading.problem}`);
	return reading.header;
}

/** A wait that was asked for is never rounded down to none. */
function milliseconds(seconds: number): number {
	return seconds === 0 ? 0 : Math.max(1, Math.round(seconds * 1000));
}

function oneOf<T extends string>(choices: readonly T[], value: string | undefined, fallback: T): T {
	return choices.find((choice) => choice === value) ?? fallback;
}
