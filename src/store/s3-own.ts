/** Whether an object that is in the way is what was to be put there: by an earlier try whose answer was lost, or a run that was killed. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Store } from "./s3-store.ts";
import { goesInPieces, headRequest, pieceBytes, type Upload } from "./s3-upload.ts";

/** What objects tell of themselves. */
export type Mark = {
	/** Of the entry. */
	readonly key: string;
	readonly run: string;
	/** What tells the version of the resource, where its server does. */
	readonly version?: string | undefined;
	readonly modifiedSeconds?: number | undefined;
};

/** Metadata are header fields: nothing but ASCII. */
export function metadataOf({ key, run, version, modifiedSeconds }: Mark): Readonly<Record<string, string>> {
	return {
		"downspout-key": key,
		"downspout-run": run,
		...(version !== undefined && { "downspout-version": encodeURIComponent(version).slice(0, 500) }),
		// As other programs that copy to stores write it.
		...(modifiedSeconds !== undefined && { mtime: String(modifiedSeconds) }),
	};
}

export type Found = {
	readonly bytes: number;
	readonly etag: string;
	readonly metadata: Readonly<Record<string, string>>;
};

/** What stands under a key; undefined where there is nothing. @throws {StoreError} */
export async function findObject(store: Store, key: string, signal: AbortSignal): Promise<Found | undefined> {
	try {
		const { bytes, etag, metadata } = await store.askMuch(headRequest(store, key), signal);
		return { bytes: bytes ?? -1, etag: (etag ?? "").replaceAll('"', ""), metadata };
	} catch (error) {
		if (error instanceof Error && "status" in error && error.status === 404) return undefined;
		throw error;
	}
}

/** Whether it is the same entry in the same version. Its bytes are read once where nothing cheaper tells. */
export async function isOwn(found: Found, one: Upload): Promise<boolean> {
	const { metadata } = one;
	const same = (name: string): boolean => metadata[name] !== undefined && metadata[name] === found.metadata[name];
	if (found.bytes !== one.bytes || !same("downspout-key")) return false;
	return same("downspout-run") || same("downspout-version") || found.etag === (await etagOf(one));
}

/** The ETag that a store gives to these bytes, where it does so by their MD5. */
async function etagOf({ content, bytes }: Upload): Promise<string> {
	if (!("path" in content)) return digest(createHash("md5"), content.chunks).toString("hex");
	const size = goesInPieces(bytes) ? pieceBytes(bytes) : Math.max(1, bytes);
	const digests: Buffer[] = [];
	for (let start = 0; start < bytes; start += size) {
		const hash = createHash("md5");
		for await (const chunk of createReadStream(content.path, { start, end: Math.min(bytes, start + size) - 1 }))
			hash.update(chunk);
		digests.push(hash.digest());
	}
	if (!goesInPieces(bytes)) return (digests[0] ?? createHash("md5").digest()).toString("hex");
	return `${digest(createHash("md5"), digests).toString("hex")}-${digests.length}`;
}

function digest(hash: Hash, chunks: readonly Buffer[]): Buffer {
	for (const chunk of chunks) hash.update(chunk);
	return hash.digest();
}
