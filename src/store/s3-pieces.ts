/** Uploads of large files in pieces, which a store puts together at the end: what fails is given up without a trace. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { expectStore } from "./s3-answers.ts";
import { conditionOf, KeyTaken, type LargeUpload, letGo, pieceBytes, putAtOnce, underCondition } from "./s3-put.ts";
import type { FilePart } from "./s3-send-file.ts";
import { type Store, StoreError } from "./s3-store.ts";
import {
	endLeftOf,
	endUnfinished,
	forgetUnfinished,
	noteUnfinished,
	removeSoon,
	type Unfinished,
} from "./s3-unfinished.ts";

const piecesAtOnce = 4;
/** Times that a large file is sent as a whole, as a condition that another request decides voids all pieces. */
const mostWholes = 3;
/** Whether stores keep conditions of uploads in pieces, as far as that was tried. */
const proofs = new WeakMap<Store, Promise<boolean>>();

/**
 * Whether the store looks, when it puts pieces together, that nothing is there: some do so for objects of one request
 * alone, and would overwrite silently. It is tried once, before the first large file. @throws {StoreError}
 */
export function keepsConditionOfPieces(store: Store, signal: AbortSignal): Promise<boolean> {
	const known = proofs.get(store);
	if (known) return known;
	const proof = tryCondition(store, signal);
	proofs.set(store, proof);
	// What kept it from an answer may pass.
	proof.catch(() => proofs.delete(store));
	return proof;
}

async function tryCondition(store: Store, signal: AbortSignal): Promise<boolean> {
	const { sdk, bucket } = store;
	const key = `${bucket.prefix}.downspout/probe-${randomBytes(8).toString("hex")}`;
	const probe = { key, bytes: 5, content: { chunks: [Buffer.from("probe")] }, metadata: {}, replaces: true };
	await putAtOnce(store, probe, signal);
	const target = await begin(store, probe, signal);
	try {
		const piece = new sdk.UploadPartCommand({ ...target, PartNumber: 1, Body: "piece", ContentLength: 5 });
		const { ETag } = await store.ask((client, abortSignal) => client.send(piece, { abortSignal }), signal);
		await finish(store, target, { etags: [ETag], replaces: false }, signal);
		return false;
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		if (error instanceof KeyTaken) return true;
		// It knows no such condition, and says so.
		if (error.status === 400 || error.status === 501) return false;
		throw error;
	} finally {
		await Promise.all([endUnfinished(store, target), removeSoon(store, key)]);
	}
}

/** @throws {StoreError} also where something else has the key. */
export async function putInPieces(store: Store, large: LargeUpload, signal: AbortSignal): Promise<void> {
	const entryKey = large.metadata["downspout-key"] ?? "";
	await endLeftOf(store, entryKey, signal);
	for (let wholes = 1; ; wholes++) {
		try {
			return await putWhole(store, large, signal);
		} catch (error) {
			const isVoid = error instanceof StoreError && (error.status === 409 || error.reason === "NoSuchUpload");
			if (!isVoid || wholes >= mostWholes) throw error;
		}
	}
}

async function putWhole(store: Store, large: LargeUpload, signal: AbortSignal): Promise<void> {
	const entryKey = large.metadata["downspout-key"] ?? "";
	const target = await begin(store, large, signal);
	try {
		await noteUnfinished(store, { entryKey, target }, signal);
		const etags = await sendPieces(store, { ...large, target }, signal);
		const { replaces, ifMatch } = large;
		await finish(store, target, { etags, replaces, ifMatch }, signal);
	} catch (error) {
		// What lies there unfinished costs money for ever.
		if (await endUnfinished(store, target)) await forgetUnfinished(store, entryKey);
		throw error;
	}
	await forgetUnfinished(store, entryKey);
}

async function begin(
	{ sdk, bucket, ask }: Store,
	{ key, metadata }: Pick<LargeUpload, "key" | "metadata">,
	signal: AbortSignal,
): Promise<Unfinished> {
	const place = { Bucket: bucket.name, Key: key };
	const command = new sdk.CreateMultipartUploadCommand({ ...place, Metadata: metadata });
	return ask(async (client, abortSignal) => {
		const { UploadId } = await client.send(command, { abortSignal });
		expectStore(UploadId);
		return { ...place, UploadId };
	}, signal);
}

type Finish = Pick<LargeUpload, "replaces" | "ifMatch"> & { readonly etags: readonly (string | undefined)[] };

/** Has the pieces put together. */
async function finish(
	{ sdk, ask }: Store,
	target: Unfinished,
	{ etags, ...condition }: Finish,
	signal: AbortSignal,
): Promise<void> {
	const parts = etags.map((ETag, n) => ({ ETag, PartNumber: n + 1 }));
	const command = new sdk.CompleteMultipartUploadCommand({
		...target,
		MultipartUpload: { Parts: parts },
		...conditionOf(condition),
	});
	const done = ask(async (client, abortSignal) => {
		expectStore((await client.send(command, { abortSignal })).ETag);
	}, signal);
	const { replaces, ifMatch } = condition;
	await (replaces && ifMatch === undefined ? done : underCondition(target.Key, done));
}

type Pieces = LargeUpload & { readonly target: Unfinished };

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
			bytes: end - start,
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
