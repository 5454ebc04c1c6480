/** Whether a bucket can be used, and keeps the promise that nothing is overwritten: found out before anything is downloaded. */
import { randomBytes } from "node:crypto";
import type { Bucket, ExistsPolicy } from "../core/options.ts";
import { removeClaims } from "./s3-claims.ts";
import { openStore, type Store, StoreError } from "./s3-store.ts";
import { upload } from "./s3-upload.ts";

/** Longest time that the check may take, in milliseconds. */
const patienceMs = 20_000;
const tidyMs = 5000;

/** @returns Why the bucket cannot be used; undefined where it can. */
export async function checkBucket(bucket: Bucket, onExists: ExistsPolicy): Promise<string | undefined> {
	const name = `s3://${bucket.name}/${bucket.prefix}`;
	const signal = AbortSignal.timeout(patienceMs);
	let store: Store | undefined;
	try {
		store = await openStore(bucket, 1);
		const key = `${bucket.prefix}.downspout/probe-${randomBytes(8).toString("hex")}`;
		const probe = { key, bytes: 5, content: { chunks: [Buffer.from("probe")] }, metadata: {}, replaces: false };
		await upload(store, probe, signal);
		const isSafe = onExists === "overwrite" || !(await upload(store, probe, signal));
		const remove = new store.sdk.DeleteObjectCommand({ Bucket: bucket.name, Key: key });
		// One that may write and not delete can be used all the same.
		await store.ask((client, abortSignal) => client.send(remove, { abortSignal }), signal).catch(() => {});
		if (isSafe) return undefined;
		return `${name} ignores If-None-Match: files of one name would overwrite each other (--on-exists overwrite accepts that)`;
	} catch (error) {
		return `${name} cannot be used: ${explain(error)}`;
	} finally {
		store?.close();
	}
}

/** Removes what is needed no more after a run whose journal is written. Nothing depends on it: the next run does it else. */
export async function tidyBucket(bucket: Bucket, hasEnded: (entryKey: string) => boolean): Promise<void> {
	let store: Store | undefined;
	try {
		store = await openStore(bucket, 1);
		await removeClaims(store, hasEnded, AbortSignal.timeout(tidyMs));
	} catch {
		// The claims stay where they are.
	} finally {
		store?.close();
	}
}

function explain(error: unknown): string {
	if (!(error instanceof StoreError)) return error instanceof Error ? error.message : String(error);
	if (error.reason === "NoSuchBucket") return "there is no such bucket";
	if (/Credentials/.test(error.reason)) return `no credentials: ${error.message}`;
	return error.message;
}
