/** What the origin says of a file: validators, digest and, for small ones, the bytes, remembered within a bound. */
import { hash } from "node:crypto";
import { originBytes, originDigest } from "./content.ts";
import { drawBits } from "./draw.ts";

export type FileFacts = {
	readonly sizeBytes: number;
	/** Strong entity tag, quotes included. */
	readonly etag: string;
	/** HTTP-date. */
	readonly lastModified: string;
	/** Value of the Repr-Digest field (RFC 9530); absent for files too large to hash while a client waits. */
	readonly digest?: string;
	/** The whole file, where it is small. */
	readonly body?: Buffer;
};

/** Files up to this size are kept whole and sent in one write. */
const smallBytes = 64 * 1024;
const largestHashedBytes = 16 * 1024 * 1024;
/** What an entry takes beside its body, roughly. */
const entryBytes = 600;
const epochMs = Date.UTC(2020, 0, 1);
const fiveYearsSeconds = 5 * 365 * 86_400;

/** Describes one file; the same seed, path and size always give the same facts. */
function describeFile(seed: number, path: string, sizeBytes: number): FileFacts {
	const tag = drawBits(seed, `etag:${path}`);
	const facts = {
		sizeBytes,
		etag: `"${tag.toString(16).padStart(14, "0")}"`,
		lastModified: new Date(epochMs + (tag % fiveYearsSeconds) * 1000).toUTCString(),
	};
	if (sizeBytes > largestHashedBytes) return facts;
	if (sizeBytes > smallBytes) return { ...facts, digest: digestField(originDigest(seed, path, sizeBytes)) };
	const body = originBytes(seed, path, { start: 0, end: sizeBytes });
	return { ...facts, body, digest: digestField(hash("sha256", body, "base64")) };
}

/**
 * `describeFile` that remembers the first `cacheBytes` of files and forgets none of them: for lists that are asked for again and
 * again from their start, forgetting the oldest would lose each file just before it is wanted.
 */
export function createFactsCache(seed: number, cacheBytes: number): (path: string, sizeBytes: number) => FileFacts {
	const known = new Map<string, FileFacts>();
	let freeBytes = cacheBytes;
	return (path, sizeBytes) => {
		const found = known.get(path);
		if (found) return found;
		const facts = describeFile(seed, path, sizeBytes);
		const weightBytes = entryBytes + (facts.body?.length ?? 0);
		if (weightBytes <= freeBytes) {
			known.set(path, facts);
			freeBytes -= weightBytes;
		}
		return facts;
	};
}

function digestField(base64: string): string {
	return `sha-256=:${base64}:`;
}
