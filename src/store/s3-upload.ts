/** Puts one complete file under one key of a store, under the condition that nothing is there: at one go, or in pieces where it is large. */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type { FilePart } from "./s3-send-file.ts";
import { type FrequentRequest, type Store, StoreError } from "./s3-store.ts";

/** Files up to this size go at one go. */
const oneGoBytes = 64 * 1024 * 1024;
/** Of files from this size on it is asked first whether their name is free. */
const lookFirstBytes = 2 * 1024 * 1024;
const leastPieceBytes = 8 * 1024 * 1024;
/** A store takes at most 10,000 pieces. */
const mostPieces = 9000;
const piecesAtOnce = 4;
/** Times that a large file is sent as a whole, as a condition that another request decides voids all pieces. */
const mostWholes = 3;

export type Upload = {
	readonly key: string;
	readonly bytes: number;
	readonly content: Content;
	readonly metadata: Readonly<Record<string, string>>;
	/** Whether what is there may be replaced. */
	readonly replaces: boolean;
};

/** Where the bytes are: in memory, or in a file. */
export type Content = { readonly chunks: readonly Buffer[] } | { readonly path: string };

/** @returns Whether the key has it now; false where something else has the key. @throws {StoreError} */
export async function upload(store: Store, one: Upload, signal: AbortSignal): Promise<boolean> {
	try {
		if (one.bytes <= oneGoBytes || !("path" in one.content)) await putAtOnce(store, one, signal);
		else await putInPieces(store, { ...one, path: one.content.path }, signal);
		return true;
	} catch (error) {
		if (error instanceof StoreError && error.status === 412) return false;
		throw error;
	}
}

/** The size of the pieces of a file: the same for the same size, so that its ETag is as well. */
export function pieceBytes(bytes: number): number {
	return Math.max(leastPieceBytes, Math.ceil(bytes / mostPieces));
}

/** Whether a file of that size goes in pieces. */
export function goesInPieces(bytes: number): boolean {
	return bytes > oneGoBytes;
}

async function putAtOnce(
	store: Store,
	{ key, bytes, content, metadata, replaces }: Upload,
	signal: AbortSignal,
): Promise<void> {
	const memory = "path" in content ? undefined : joined(content.chunks);
	const headers: Record<string, string> = { "content-type": "application/octet-stream" };
	for (const [name, value] of Object.entries(metadata)) headers[`x-amz-meta-${name}`] = value;
	if (!replaces) headers["if-none-match"] = "*";
	const body = "path" in content ? { path: content.path, start: 0, end: bytes } : memory;
	// A store would read all of it before it says that the name is taken, or close the connection meanwhile.
	if (!replaces && bytes >= lookFirstBytes && (await isTaken(store, key, signal))) throw taken(key);
	await store.askMuch(
		{
			direct: { method: "PUT", key, headers, ...(body && { body }) },
			async bySdk(client, abortSignal) {
				const read: Buffer | Readable = "path" in content ? createReadStream(content.path) : joined(content.chunks);
				const command = new store.sdk.PutObjectCommand({
					Bucket: store.bucket.name,
					Key: key,
					Body: read,
					ContentLength: bytes,
					Metadata: metadata,
					...(!replaces && { IfNoneMatch: "*" }),
				});
				const { ETag } = await client.send(command, { abortSignal }).finally(() => letGo(read));
				return { etag: ETag, bytes, metadata };
			},
		},
		signal,
	);
}

async function isTaken(store: Store, key: string, signal: AbortSignal): Promise<boolean> {
	try {
		await store.askMuch(headRequest(store, key), signal);
		return true;
	} catch (error) {
		if (error instanceof StoreError && (error.status === 404 || error.status === 403)) return false;
		throw error;
	}
}

/** As a store refuses it. */
function taken(key: string): StoreError {
	const status = { $metadata: { httpStatusCode: 412 } };
	return new StoreError(Object.assign(new Error(`${key} is there already`), { name: "PreconditionFailed", ...status }));
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

type Large = Upload & { readonly path: string };

async function putInPieces(store: Store, large: Large, signal: AbortSignal): Promise<void> {
	for (let wholes = 1; ; wholes++) {
		try {
			return await putWhole(store, large, signal);
		} catch (error) {
			const isVoid = error instanceof StoreError && (error.status === 409 || error.reason === "NoSuchUpload");
			if (!isVoid || wholes >= mostWholes) throw error;
		}
	}
}

async function putWhole(store: Store, large: Large, signal: AbortSignal): Promise<void> {
	const { sdk, bucket } = store;
	const place = { Bucket: bucket.name, Key: large.key };
	const begin = new sdk.CreateMultipartUploadCommand({ ...place, Metadata: large.metadata });
	const { UploadId } = await store.ask((client, abortSignal) => client.send(begin, { abortSignal }), signal);
	const target = { ...place, UploadId };
	try {
		const etags = await sendPieces(store, { ...large, target }, signal);
		const parts = etags.map((ETag, n) => ({ ETag, PartNumber: n + 1 }));
		const end = new sdk.CompleteMultipartUploadCommand({
			...target,
			MultipartUpload: { Parts: parts },
			...(!large.replaces && { IfNoneMatch: "*" }),
		});
		await store.ask((client, abortSignal) => client.send(end, { abortSignal }), signal);
	} catch (error) {
		// What lies there unfinished costs money for ever. Also when the run stops: so not with its signal.
		const abort = new sdk.AbortMultipartUploadCommand(target);
		await store.ask((client) => client.send(abort), AbortSignal.timeout(1000)).catch(() => {});
		throw error;
	}
}

type Pieces = Large & {
	readonly target: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };
};

/** Sends the pieces, some at once; gives their ETags in order. */
async function sendPieces(
	store: Store,
	{ path, bytes, target }: Pieces,
	signal: AbortSignal,
): Promise<readonly (string | undefined)[]> {
	const size = pieceBytes(bytes);
	const count = Math.ceil(bytes / size);
	const etags: (string | undefined)[] = [];
	const failed = new AbortController();
	const either = AbortSignal.any([signal, failed.signal]);
	let next = 0;
	const send = async (): Promise<void> => {
		while (next < count && !either.aborted) {
			const n = next++;
			const start = n * size;
			const end = Math.min(bytes, start + size);
			etags[n] = await sendPiece(store, { path, start, end, target, number: n + 1 }, either);
		}
	};
	const senders = Array.from({ length: piecesAtOnce }, () =>
		send().catch((error: unknown) => {
			failed.abort();
			throw error;
		}),
	);
	// All of them: a piece that is still on its way must not arrive after the upload was given up.
	const ends = await Promise.allSettled(senders);
	for (const end of ends) if (end.status === "rejected" && !isAbort(end.reason)) throw end.reason;
	for (const end of ends) if (end.status === "rejected") throw end.reason;
	if (signal.aborted) throw new StoreError(new Error("stopped"));
	return etags;
}

type Piece = FilePart & Pick<Pieces, "target"> & { readonly number: number };

/** @returns Its ETag. */
async function sendPiece(
	store: Store,
	{ path, start, end, target, number }: Piece,
	signal: AbortSignal,
): Promise<string | undefined> {
	const query = { partNumber: String(number), uploadId: target.UploadId ?? "" };
	const { etag } = await store.askMuch(
		{
			direct: { method: "PUT", key: target.Key, query, headers: {}, body: { path, start, end } },
			async bySdk(client, abortSignal) {
				const body = createReadStream(path, { start, end: end - 1 });
				const length = { ContentLength: end - start };
				const command = new store.sdk.UploadPartCommand({ ...target, PartNumber: number, Body: body, ...length });
				const { ETag } = await client.send(command, { abortSignal }).finally(() => letGo(body));
				return { etag: ETag, bytes: end - start, metadata: {} };
			},
		},
		signal,
	);
	return etag;
}

function isAbort(error: unknown): boolean {
	return error instanceof StoreError && error.reason === "AbortError";
}

/** A stream that nobody read to its end keeps its file open. */
function letGo(body: Buffer | Readable): void {
	if (!Buffer.isBuffer(body)) body.destroy();
}
