/** Puts one complete file under one key of a store, under the condition that nothing is there: at one go, or in pieces where it is large. */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { type Store, StoreError } from "./s3-store.ts";

/** Files up to this size go at one go. */
const oneGoBytes = 64 * 1024 * 1024;
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
	await store.ask((client, abortSignal) => {
		const body: Buffer | Readable = "path" in content ? createReadStream(content.path) : Buffer.concat(content.chunks);
		const command = new store.sdk.PutObjectCommand({
			Bucket: store.bucket.name,
			Key: key,
			Body: body,
			ContentLength: bytes,
			Metadata: metadata,
			...(!replaces && { IfNoneMatch: "*" }),
		});
		return client.send(command, { abortSignal }).finally(() => letGo(body));
	}, signal);
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
			const { ETag } = await store.ask((client, abortSignal) => {
				const body = createReadStream(path, { start, end: end - 1 });
				const command = new store.sdk.UploadPartCommand({
					...target,
					PartNumber: n + 1,
					Body: body,
					ContentLength: end - start,
				});
				return client.send(command, { abortSignal }).finally(() => letGo(body));
			}, either);
			etags[n] = ETag;
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

function isAbort(error: unknown): boolean {
	return error instanceof StoreError && error.reason === "AbortError";
}

/** A stream that nobody read to its end keeps its file open. */
function letGo(body: Buffer | Readable): void {
	if (!Buffer.isBuffer(body)) body.destroy();
}
