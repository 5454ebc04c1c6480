/** Puts an object under a key of a store in one request, and asks what stands there. */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { type FrequentRequest, type Store, StoreError } from "./s3-store.ts";

export type Upload = {
	readonly key: string;
	readonly bytes: number;
	readonly content: Content;
	readonly metadata: Readonly<Record<string, string>>;
	/** Whether what is there may be replaced. */
	readonly replaces: boolean;
	/** Which object alone may be replaced, by its ETag. */
	readonly ifMatch?: string | undefined;
};

/** One that lies in a file. */
export type LargeUpload = Upload & { readonly path: string };

/** Where the bytes are: in memory, or in a file. */
export type Content = { readonly chunks: readonly Buffer[] } | { readonly path: string };

const leastPieceBytes = 8 * 1024 * 1024;
/** A store takes at most 10,000 pieces. */
const mostPieces = 9000;

/** The size of the pieces of a file: the same for the same size, so that its ETag is as well. */
export function pieceBytes(bytes: number): number {
	return Math.max(leastPieceBytes, Math.ceil(bytes / mostPieces));
}

/** Puts an object in one request. @throws {StoreError} also where something else has the key. */
export async function putAtOnce(
	store: Store,
	{ key, bytes, content, metadata, replaces, ifMatch }: Upload,
	signal: AbortSignal,
): Promise<void> {
	const memory = "path" in content ? undefined : joined(content.chunks);
	const headers: Record<string, string> = { "content-type": "application/octet-stream" };
	for (const [name, value] of Object.entries(metadata)) headers[`x-amz-meta-${name}`] = value;
	if (!replaces) headers["if-none-match"] = "*";
	else if (ifMatch !== undefined) headers["if-match"] = `"${ifMatch}"`;
	const body = "path" in content ? { path: content.path, start: 0, end: bytes } : memory;
	const done = store.askMuch(
		{
			direct: { method: "PUT", key, headers, ...(body && { body }) },
			bytes,
			async bySdk(client, abortSignal) {
				const read: Buffer | Readable = "path" in content ? createReadStream(content.path) : joined(content.chunks);
				const command = new store.sdk.PutObjectCommand({
					Bucket: store.bucket.name,
					Key: key,
					Body: read,
					ContentLength: bytes,
					Metadata: metadata,
					...conditionOf({ replaces, ifMatch }),
				});
				const { ETag } = await client.send(command, { abortSignal }).finally(() => letGo(read));
				return { etag: ETag, bytes, metadata };
			},
		},
		signal,
	);
	await (replaces && ifMatch === undefined ? done : underCondition(key, done));
}

/** On which condition an object is put, as the SDK takes it. */
export function conditionOf({ replaces, ifMatch }: Pick<Upload, "replaces" | "ifMatch">): {
	readonly IfNoneMatch?: "*";
	readonly IfMatch?: string;
} {
	if (!replaces) return { IfNoneMatch: "*" };
	return ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` };
}

/** Whether something has the key. @throws {StoreError} */
export async function isTaken(store: Store, key: string, signal: AbortSignal): Promise<boolean> {
	try {
		await store.askMuch(headRequest(store, key), signal);
		return true;
	} catch (error) {
		if (error instanceof StoreError && (error.status === 404 || error.status === 403)) return false;
		throw error;
	}
}

/** The condition of an upload was not met: something else has its key. */
export class KeyTaken extends StoreError {
	constructor(key: string) {
		const status = { $metadata: { httpStatusCode: 412 } };
		super(Object.assign(new Error(`${key} is there already`), { name: "PreconditionFailed", ...status }));
	}
}

/** Of a request with a condition, 412 is about that; of any other it is a refusal like others. @throws {StoreError} */
export async function underCondition<T>(key: string, request: Promise<T>): Promise<T> {
	try {
		return await request;
	} catch (error) {
		throw error instanceof StoreError && error.status === 412 ? new KeyTaken(key) : error;
	}
}

/** Asks what stands under a key. */
export function headRequest({ sdk, bucket }: Store, key: string): FrequentRequest {
	return {
		direct: { method: "HEAD", key, headers: {} },
		async bySdk(client, abortSignal) {
			const command = new sdk.HeadObjectCommand({ Bucket: bucket.name, Key: key });
			const head = await client.send(command, { abortSignal });
			return { bytes: head.ContentLength, etag: head.ETag, metadata: head.Metadata ?? {} };
		},
	};
}

function joined(chunks: readonly Buffer[]): Buffer {
	const [only] = chunks;
	return only && chunks.length === 1 ? only : Buffer.concat(chunks);
}

/** A stream that nobody read to its end keeps its file open. */
export function letGo(body: Buffer | Readable): void {
	if (!Buffer.isBuffer(body)) body.destroy();
}
