/** Whether an object that is in the way is what was to be put there: by an earlier try whose answer was lost, or a run that was killed. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { headRequest, pieceBytes, type Upload } from "./s3-put.ts";
import type { Store } from "./s3-store.ts";

/** What objects tell of themselves. */
export type Mark = {
	/** Of the entry. */
	readonly key: string;
	readonly run: string;
	/** What tells the version of the resource, where its server does. */
	readonly version?: string | undefined;
	readonly modifiedSeconds?: number | undefined;
};

/** What is as long may have been cut. */
const longestVersion = 500;

/** Metadata are header fields: nothing but ASCII. */
export function metadataOf({ key, run, version, modifiedSeconds }: Mark): Readonly<Record<string, string>> {
	return {
		"downspout-key": key,
		"downspout-run": run,
		...(version !== undefined && { "downspout-version": encodeURIComponent(version).slice(0, longestVersion) }),
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

/** The same for those who may not list the bucket: they are told that it is forbidden where nothing is. */
export async function findReadable(store: Store, key: string, signal: AbortSignal): Promise<Found | undefined> {
	try {
		return await findObject(store, key, signal);
	} catch (error) {
		if (error instanceof Error && "status" in error && error.status === 403) return undefined;
		throw error;
	}
}

/** Stores name validators with their quotes: one that begins so is strong, and names one version (RFC 9110, 8.8.3). */
const strongTag = "%22";

/** Whether it is the same entry in the same version. Bytes are read where nothing cheaper tells. @throws {StoreError} */
export async function isOwn(store: Store, found: Found, one: Upload, signal: AbortSignal): Promise<boolean> {
	if (found.bytes !== one.bytes || !isOfSameEntry(found, one)) return false;
	// A run and a date are no proof: what was asked for again may have other bytes by then.
	const version = one.metadata["downspout-version"] ?? "";
	const isProof = version.startsWith(strongTag) && version.length < longestVersion;
	if (isProof && version === found.metadata["downspout-version"]) return true;
	return hasBytes(store, found, one, signal);
}

/** Whether an object was put there for the same entry, in whatever version. */
export function isOfSameEntry(found: Found, { metadata }: Upload): boolean {
	const key = metadata["downspout-key"];
	return key !== undefined && key === found.metadata["downspout-key"];
}

type Bytes = Pick<Upload, "key" | "bytes" | "content">;

/** Whether an object has the bytes of an upload. */
export async function hasBytes(store: Store, found: Found, one: Bytes, signal: AbortSignal): Promise<boolean> {
	if (found.bytes !== one.bytes) return false;
	if (found.etag === (await etagOf(one, found.etag.includes("-")))) return true;
	// Of what it encrypts, a store gives no digest.
	return (await digestOfObject(store, one.key, signal)) === (await digestOf(one));
}

/** The SHA-256 of an object; undefined where there is none. @throws {StoreError} */
export async function digestOfObject(store: Store, key: string, signal: AbortSignal): Promise<string | undefined> {
	const { sdk, bucket, ask } = store;
	const place = { Bucket: bucket.name, Key: key };
	try {
		return await ask(async (client, abortSignal) => {
			const hash = createHash("sha256");
			const { Body } = await client.send(new sdk.GetObjectCommand(place), { abortSignal });
			if (Body === undefined || !("pipe" in Body)) return undefined;
			await pipeline(Body, hash, { signal: abortSignal });
			return hash.digest("hex");
		}, signal);
	} catch (error) {
		if (error instanceof Error && "status" in error && error.status === 404) return undefined;
		throw error;
	}
}

async function digestOf({ content, bytes }: Bytes): Promise<string> {
	if (!("path" in content)) return digest(createHash("sha256"), content.chunks).toString("hex");
	return (await digestOfRange(content.path, "sha256", { start: 0, end: bytes })).toString("hex");
}

/** The ETag that a store gives to these bytes, where it does so by their MD5. */
async function etagOf({ content, bytes }: Bytes, isOfPieces: boolean): Promise<string> {
	if (!("path" in content)) return digest(createHash("md5"), content.chunks).toString("hex");
	const size = isOfPieces ? pieceBytes(bytes) : Math.max(1, bytes);
	const digests: Buffer[] = [];
	for (let start = 0; start < bytes; start += size) {
		digests.push(await digestOfRange(content.path, "md5", { start, end: Math.min(bytes, start + size) }));
	}
	if (!isOfPieces) return (digests[0] ?? createHash("md5").digest()).toString("hex");
	return `${digest(createHash("md5"), digests).toString("hex")}-${digests.length}`;
}

type Range = { readonly start: number; readonly end: number };

async function digestOfRange(path: string, algorithm: string, { start, end }: Range): Promise<Buffer> {
	const hash = createHash(algorithm);
	if (end > start) for await (const chunk of createReadStream(path, { start, end: end - 1 })) hash.update(chunk);
	return hash.digest();
}

function digest(hash: Hash, chunks: readonly Buffer[]): Buffer {
	for (const chunk of chunks) hash.update(chunk);
	return hash.digest();
}
