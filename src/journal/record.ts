/** A line of the journal: what an entry came to. */
import { jsonText } from "../core/json-text.ts";
import type { Saved } from "../core/saved.ts";
import { keyDigits } from "./entry-key.ts";
import { parseObject } from "./parse-object.ts";

export type JournalRecord =
	| ({ readonly key: string; readonly status: "saved" } & Saved)
	| { readonly key: string; readonly status: "failed"; readonly code: string };

export function formatRecord(record: JournalRecord): string {
	if (record.status === "failed") return `${JSON.stringify(record)}\n`;
	let more = record.atMs === undefined ? "" : `,"at":${record.atMs}`;
	if (record.sha256 !== undefined) more += `,"sha256":"${record.sha256}"`;
	if (record.etag !== undefined) more += `,"etag":${jsonText(record.etag)}`;
	if (record.lastModified !== undefined) more += `,"modified":${jsonText(record.lastModified)}`;
	return `{"key":"${record.key}","status":"saved","file":${jsonText(record.file)},"bytes":${record.bytes}${more}}\n`;
}

const keyPattern = new RegExp(`^[0-9a-f]{${keyDigits}}$`);

/** Reads a line; undefined where it is damaged. */
export function parseRecord(line: string): JournalRecord | undefined {
	const field = parseObject(line);
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

function isSha256(value: unknown): value is string {
	return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
