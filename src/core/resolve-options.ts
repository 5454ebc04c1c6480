/** From what a user asked for to what a run needs: every value checked, every default filled in. */
import { resolve } from "node:path";
import type { Header } from "./entry.ts";
import { longestTimerMs } from "./option-kinds.ts";
import { type OptionSpec, optionTable } from "./option-table.ts";
import type { OptionName, OptionValues } from "./option-values.ts";
import { defaults, existsPolicies, layouts, type RunOptions } from "./options.ts";
import { type Method, methods } from "./outcome.ts";
import { checkHeader, parseHeader } from "./parse-header.ts";
import { UsageError } from "./usage-error.ts";

/** What defaults depend on. */
export type Surroundings = {
	/** Of downspout, for the User-Agent header. */
	readonly version: string;
	/** Processor cores that this process may use. */
	readonly cores: number;
	/** PEM text of the file that `caCertificate` names. */
	readonly caCertificate?: string;
};

/**
 * The options of a run.
 * @throws {UsageError} a value is wrong, two contradict each other, or one is not available yet.
 */
export function resolveOptions(values: OptionValues, surroundings: Surroundings): RunOptions {
	checkNames(values);
	const maxSizeBytes = read(values, "maxSize", optionTable.maxSize);
	const timeoutMs = milliseconds(read(values, "timeout", optionTable.timeout) ?? defaults.timeoutSeconds);
	return {
		dir: resolve(read(values, "dir", optionTable.dir) ?? defaults.dir),
		method: resolveMethod(values),
		...resolveConcurrency(values, surroundings.cores),
		onExists: oneOf(existsPolicies, read(values, "onExists", optionTable.onExists), defaults.onExists),
		layout: oneOf(layouts, read(values, "layout", optionTable.layout), defaults.layout),
		contentDisposition: read(values, "contentDisposition", optionTable.contentDisposition) ?? true,
		adjustExtension: read(values, "adjustExtension", optionTable.adjustExtension) ?? false,
		fsync: read(values, "fsync", optionTable.fsync) ?? false,
		...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
		...resolveWaits(values),
		...(timeoutMs === 0 ? {} : { timeoutMs }),
		headers: resolveHeaders(values, surroundings.version),
		maxRedirects: read(values, "maxRedirects", optionTable.maxRedirects) ?? defaults.maxRedirects,
		...(surroundings.caCertificate === undefined ? {} : { caCertificate: surroundings.caCertificate }),
		insecure: read(values, "insecure", optionTable.insecure) ?? false,
		keepDuplicates: read(values, "keepDuplicates", optionTable.keepDuplicates) ?? false,
		fresh: read(values, "fresh", optionTable.fresh) ?? false,
	};
}

/** The option as a user writes it on the command line. */
export function flagOf(spec: Pick<OptionSpec<unknown>, "name">): string {
	return `--${spec.name}`;
}

/**
 * Reads one option; undefined where it was not given.
 * @throws {UsageError} its value is wrong or not available yet.
 */
export function read<T>(values: OptionValues, key: OptionName, spec: OptionSpec<T>): T | undefined {
	const given = values[key];
	if (given === undefined) return undefined;
	const reading = spec.kind.read(given);
	if (!("value" in reading)) throw new UsageError(`${flagOf(spec)}: ${quote(given)} is not ${reading.expected}`);
	refuseUnavailable(spec, given);
	return reading.value;
}

function refuseUnavailable(spec: OptionSpec<unknown>, given: unknown): void {
	const { notYet, kind } = spec;
	if (notYet === undefined || given === false) return;
	if (notYet === true) throw new UsageError(`${flagOf(spec)} is not available yet in this release`);
	if (!notYet.includes(String(given))) return;
	const choices = kind.choices?.filter((choice) => !notYet.includes(choice));
	const instead = choices === undefined ? "" : `; available: ${choices.join(", ")}`;
	throw new UsageError(`${flagOf(spec)} ${String(given)} is not available yet in this release${instead}`);
}

/** Every option is read once here, so that one which no run needs yet is checked and refused as well. */
function checkNames(values: OptionValues): void {
	for (const name of Object.keys(values)) {
		if (!isOptionName(name)) throw new UsageError(`unknown option ${quote(name)}`);
		read<unknown>(values, name, optionTable[name]);
	}
}

function isOptionName(name: string): name is OptionName {
	return Object.hasOwn(optionTable, name);
}

/** `auto` is the plain event loop until it can add threads by itself. */
function resolveMethod(values: OptionValues): Method {
	const method = oneOf(methods, read(values, "method", optionTable.method), "auto");
	return method === "auto" ? "async" : method;
}

function resolveConcurrency(
	values: OptionValues,
	cores: number,
): Pick<RunOptions, "concurrency" | "perHost" | "workers"> {
	const asked = read(values, "concurrency", optionTable.concurrency) ?? "auto";
	const workers = read(values, "workers", optionTable.workers);
	if (workers !== undefined && asked !== "auto" && workers > asked) {
		throw new UsageError(`--workers: ${workers} is more than --concurrency ${asked}; use 1 to ${asked} workers`);
	}
	const concurrency = asked === "auto" ? Math.max(defaults.concurrency, workers ?? 0) : asked;
	const perHost = read(values, "perHost", optionTable.perHost) ?? "auto";
	return {
		concurrency,
		perHost: Math.min(concurrency, perHost === "auto" ? defaults.perHost : perHost),
		workers: workers ?? Math.max(1, Math.min(cores, concurrency)),
	};
}

type Waits = Pick<RunOptions, "retries" | "retryBaseMs" | "retryMaxWaitMs" | "connectTimeoutMs" | "idleTimeoutMs">;

function resolveWaits(values: OptionValues): Waits {
	const base = read(values, "retryBase", optionTable.retryBase) ?? defaults.retryBaseSeconds;
	const maxWait = read(values, "retryMaxWait", optionTable.retryMaxWait) ?? defaults.retryMaxWaitSeconds;
	const connect = read(values, "connectTimeout", optionTable.connectTimeout) ?? defaults.connectTimeoutSeconds;
	const idle = read(values, "idleTimeout", optionTable.idleTimeout) ?? defaults.idleTimeoutSeconds;
	return {
		retries: read(values, "retries", optionTable.retries) ?? defaults.retries,
		retryBaseMs: milliseconds(base),
		retryMaxWaitMs: milliseconds(maxWait),
		connectTimeoutMs: milliseconds(connect) || longestTimerMs,
		idleTimeoutMs: milliseconds(idle) || longestTimerMs,
	};
}

/** Headers of --header come before the options for single headers, as with curl. */
function resolveHeaders(values: OptionValues, version: string): readonly Header[] {
	const given = (read(values, "header", optionTable.header) ?? []).map(readHeader);
	const names = new Set(given.map(([name]) => name.toLowerCase()));
	const named: readonly (readonly [OptionName, string, string | undefined])[] = [
		["userAgent", "User-Agent", read(values, "userAgent", optionTable.userAgent) ?? `downspout/${version}`],
		["referer", "Referer", read(values, "referer", optionTable.referer)],
	];
	const own = named.flatMap(([key, name, value]) => {
		if (value === undefined || names.has(name.toLowerCase())) return [];
		const reading = checkHeader(name, value);
		if ("problem" in reading) throw new UsageError(`${flagOf(optionTable[key])}: ${quote(value)} ${reading.problem}`);
		return [reading.header];
	});
	return [...own, ...given];
}

function readHeader(line: string): Header {
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

/** The value in quotes, on one line and not too long for it. */
function quote(value: unknown): string {
	const shown = JSON.stringify(value) ?? String(value);
	return shown.length > 100 ? `${shown.slice(0, 96)}…"` : shown;
}
