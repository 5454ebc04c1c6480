/** A line of the journal: what an entry came to, or what was learned of a host. */
import { jsonText } from "../core/json-text.ts";
import { isLevelMemory, type LevelMemory } from "../core/level-memory.ts";
import type { Saved } from "../core/saved.ts";
import { keyDigits } from "./entry-key.ts";
import { parseObject } from "./parse-object.ts";

export type JournalRecord = EntryRecord | LevelRecord;

export type EntryRecord =
	| ({ readonly key: string; readonly status: "saved" } & Saved)
	| { readonly key: string; readonly status: "failed"; readonly code: string };

/** How much a host may be asked for, and when that was learned. */
export type LevelRecord = LevelMemory & { readonly status: "level"; readonly host: string; readonly atMs: number };

/** Longer names of versions are forgotten, so that a record stays shorter than what is read at once, however they are escaped. */
const longestVersion = 4096;

export function formatRecord(record: JournalRecord): string {
	if (record.status !== "saved") return `${JSON.stringify(record)}\n`;
	let more = record.atMs === undefined ? "" : `,"at":${record.atMs}`;
	if (record.sha256 !== undefined) more += `,"sha256":"${record.sha256}"`;
	if (isKept(record.etag)) more += `,"etag":${jsonText(record.etag)}`;
	if (isKept(record.lastModified)) more += `,"modified":${jsonText(record.lastModified)}`;
	return `{"key":"${record.key}","status":"saved","file":${jsonText(record.file)},"bytes":${record.bytes}${more}}\n`;
}

function isKept(version: string | undefined): version is string {
	return version !== undefined && version.length <= longestVersion;
}

const keyPattern = new RegExp(`^[0-9a-f]{${keyDigits}}$`);

/** Reads a line; undefined where it is damaged. */
export function parseRecord(line: string): JournalRecord | undefined {
	const field = parseObject(line);
	if (field?.("status") === "level") return parseLevel(field);
	const key = field?.("key");
	if (!field || typeof key !== "string" || !keyPattern.test(key)) return undefined;
	const file = field("file");
	const bytes = field("bytes");
	const code = field("code");
	if (field("status") === "saved" && typeof file === "string" && typeof bytes === "number") {
		const [sha256, atMs, etag, lastModified] = [field("sha256"), field("at"), field("etag"), field("modified")];
		return {
			key,
			status: "saved",
			file,
			bytes,
			...(isSha256(sha256) && { sha256 }),
			...(typeof atMs === "number" && { atMs }),
			...(typeof etag === "string" && { etag }),
			...(typeof lastModified === "string" && { lastModified }),
		};
	}
	if (field("status") === "failed" && typeof code === "string") return { key, status: "failed", code };
	return undefined;
}

function parseLevel(field: (name: string) => unknown): LevelRecord | undefined {
	const [host, atMs] = [field("host"), field("atMs")];
	const memory = { level: field("level"), refused: field("refused"), perSecond: field("perSecond") };
	if (typeof host !== "string" || typeof atMs !== "number" || !isLevelMemory(memory)) return undefined;
	return { status: "level", host, ...memory, atMs };
}

function isSha256(value: unknown): value is string {
	return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
