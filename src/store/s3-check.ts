/** Whether a bucket can be used, and keeps the promise that nothing is overwritten: found out before anything is downloaded. */
import { randomBytes } from "node:crypto";
import type { Bucket, ExistsPolicy } from "../core/options.ts";
import { removeClaims } from "./s3-claims.ts";
import { digestOfObject } from "./s3-own.ts";
import { openStore, type Store, StoreError } from "./s3-store.ts";
import { endAllLeft, removeSoon } from "./s3-unfinished.ts";
import { upload } from "./s3-upload.ts";

/** Longest time that the check may take, in milliseconds. */
const patienceMs = 20_000;
const tidyMs = 5000;

/** @returns Why the bucket cannot be used; undefined where it can. */
export async function checkBucket(bucket: Bucket, onExists: ExistsPolicy): Promise<string | undefined> {
	const name = `s3://${bucket.name}/${bucket.prefix}`;
	const signal = AbortSignal.timeout(patienceMs);
	const key = `${bucket.prefix}.downspout/probe-${randomBytes(8).toString("hex")}`;
	let store: Store | undefined;
	let isThere = false;
	try {
		store = await openStore(bucket, 1);
		// A store that knows no conditions may refuse every request that has one.
		const replaces = onExists === "overwrite";
		const probe = { key, bytes: 5, content: { chunks: [Buffer.from("probe")] }, metadata: {}, replaces };
		await upload(store, probe, signal);
		isThere = true;
		const isSafe = replaces || !(await upload(store, probe, signal));
		if (isSafe) return undefined;
		return `${name} ignores If-None-Match: files of one name would overwrite each other (--on-exists overwrite accepts that)`;
	} catch (error) {
		return `${name} cannot be used: ${explain(error)}`;
	} finally {
		if (store && isThere) await removeSoon(store, key);
		store?.close();
	}
}

/** What the journal knows of entries. */
export type EndedEntries = {
	/** Whether it was saved, or needed not to be. */
	isSaved(entryKey: string): boolean;
	/** Whether this run met it. */
	hasEnded(entryKey: string): boolean;
};

/** Removes what is needed no more after a run whose journal is written. Nothing depends on it: the next run does it else. */
export async function tidyBucket(bucket: Bucket, { isSaved, hasEnded }: EndedEntries): Promise<void> {
	let store: Store | undefined;
	const signal = AbortSignal.timeout(tidyMs);
	try {
		store = await openStore(bucket, 1);
		// What failed may be there all the same, as the answer of the store was lost: its claim tells the next run.
		await removeClaims(store, isSaved, signal);
		await endAllLeft(store, hasEnded, signal);
	} catch {
		// It stays where it is.
	} finally {
		store?.close();
	}
}

/** Reads objects for their digests. @throws {StoreError} the SDK is not installed. */
export async function openDigests(bucket: Bucket): Promise<BucketDigests> {
	const store = await openStore(bucket, 2);
	return {
		of: (file, signal) => digestOfObject(store, bucket.prefix + file, signal),
		close: store.close,
	};
}

export type BucketDigests = {
	/** The SHA-256 of a file; undefined where it is not there. @throws {StoreError} */
	of(file: string, signal: AbortSignal): Promise<string | undefined>;
	close(): void;
};

function explain(error: unknown): string {
	if (!(error instanceof StoreError)) return error instanceof Error ? error.message : String(error);
	if (error.reason === "NoSuchBucket") return "there is no such bucket";
	if (/Credentials/.test(error.reason)) return `no credentials: ${error.message}`;
	return error.message;
}
