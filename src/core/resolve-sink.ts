/** Where the files of a run go: the download directory, another directory, or a bucket; and where its workers are met. */
import { resolve } from "node:path";
import { optionTable } from "./option-table.ts";
import type { OptionValues } from "./option-values.ts";
import { type Bucket, defaults, type RunOptions } from "./options.ts";
import { flagOf, quote, readOption } from "./read-option.ts";
import { isStateName, stateFolder } from "./state-layout.ts";
import { UsageError } from "./usage-error.ts";

type GivenValues = { readonly [K in keyof OptionValues]?: unknown };
type Places = Pick<RunOptions, "dir" | "journalDir" | "bucket" | "cluster">;

/** @throws {UsageError} the sink is neither a directory nor a bucket, or the method needs what is not given. */
export function resolvePlaces(values: GivenValues): Places {
	const dir = resolve(readOption(values.dir, optionTable.dir) ?? defaults.dir);
	const sink = readOption(values.sink, optionTable.sink);
	const cluster = readCluster(values, sink);
	const where = sink === undefined ? { dir } : placeOf(sink, dir);
	return { ...where, ...(cluster && { cluster }) };
}

/** The bucket that a sink names; undefined for a directory. @throws {UsageError} it is neither. */
export function readBucket(sink: string): Bucket | undefined {
	const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(sink)?.[1]?.toLowerCase();
	if (scheme === undefined) return undefined;
	const match = scheme === "s3" ? /^s3:\/\/([a-z0-9][a-z0-9._-]{1,253}[a-z0-9])(?:\/(.*))?$/i.exec(sink) : null;
	if (!match?.[1])
		throw new UsageError(`${flagOf(optionTable.sink)}: ${quote(sink)} is neither a directory nor s3://bucket/prefix`);
	const parts = (match[2] ?? "").split("/").filter((part) => part !== "");
	if (parts.some(isStateName)) throw leadsIntoState(flagOf(optionTable.sink), sink);
	return { name: match[1], prefix: parts.map((part) => `${part}/`).join("") };
}

/** What is there would be mixed with what downspout remembers. */
export function leadsIntoState(flag: string, place: string): UsageError {
	return new UsageError(
		`${flag}: ${quote(place)} is a ${stateFolder} folder or lies in one: that is for downspout alone`,
	);
}

/** @throws {UsageError} it is no URL of a Redis server. */
export function checkRedisUrl(url: string): string {
	if (/^rediss?:\/\/./.test(url) && URL.canParse(url)) return url;
	// It may hold a password: the message does not name it.
	throw new UsageError(`${flagOf(optionTable.redis)}: it should look like redis://host:6379 or rediss://host:6380`);
}

function placeOf(sink: string, dir: string): Omit<Places, "cluster"> {
	const bucket = readBucket(sink);
	return bucket ? { dir, bucket } : { dir: resolve(sink), journalDir: dir };
}

function readCluster(values: GivenValues, sink: string | undefined): Places["cluster"] {
	const given = readOption(values.redis, optionTable.redis);
	const redis = given === undefined ? undefined : checkRedisUrl(given);
	if (readOption(values.method, optionTable.method) !== "cluster") return undefined;
	if (redis === undefined) throw new UsageError("--method cluster needs --redis URL");
	if (sink === undefined)
		throw new UsageError("--method cluster needs --sink, a directory that all workers see or s3://bucket/prefix");
	const concurrency = readOption(values.concurrency, optionTable.concurrency) ?? "auto";
	return { redis, sink, isLimited: concurrency !== "auto" };
}
