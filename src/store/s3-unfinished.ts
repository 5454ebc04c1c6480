/** Uploads in pieces that were begun, written down in the bucket: what a killed run has left of one is found and ended. */
import { expectStore } from "./s3-answers.ts";
import { namesBelow } from "./s3-names-below.ts";
import { findReadable } from "./s3-own.ts";
import type { Store } from "./s3-store.ts";

/** An upload in pieces, as the store knows it. */
export type Unfinished = { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };

/** Below the prefix of the bucket: an object for each entry that is on its way in pieces, named by its key. */
const folder = ".downspout/uploads/";
/** What a run that stops waits for. */
const patienceMs = 1000;

/** Before the first piece is sent. @throws {StoreError} */
export async function noteUnfinished(
	{ sdk, bucket, ask }: Store,
	{ entryKey, target }: { readonly entryKey: string; readonly target: Unfinished },
	signal: AbortSignal,
): Promise<void> {
	const metadata = { name: Buffer.from(target.Key).toString("base64url"), upload: target.UploadId ?? "" };
	const place = { Bucket: bucket.name, Key: bucket.prefix + folder + entryKey };
	const command = () => new sdk.PutObjectCommand({ ...place, Body: "", ContentLength: 0, Metadata: metadata });
	await ask(async (client, abortSignal) => {
		expectStore((await client.send(command(), { abortSignal })).ETag);
	}, signal);
}

/** Never throws: the next run would find it again. */
export async function forgetUnfinished(store: Store, entryKey: string): Promise<void> {
	await removeSoon(store, store.bucket.prefix + folder + entryKey);
}

/** Removes what is of use to nobody, also when the run stops. Never throws: one that may write need not be one that may delete. */
export async function removeSoon({ sdk, bucket, ask }: Store, key: string): Promise<void> {
	const command = new sdk.DeleteObjectCommand({ Bucket: bucket.name, Key: key });
	const signal = AbortSignal.timeout(patienceMs);
	await ask((client, abortSignal) => client.send(command, { abortSignal }), signal).catch(() => {});
}

/** Gives an upload up, also when the run stops: so with a limit of its own. @returns Whether nothing is left of it. */
export async function endUnfinished({ sdk, ask }: Store, target: Unfinished): Promise<boolean> {
	const command = new sdk.AbortMultipartUploadCommand(target);
	try {
		await ask((client, abortSignal) => client.send(command, { abortSignal }), AbortSignal.timeout(patienceMs));
		return true;
	} catch (error) {
		return error instanceof Error && "status" in error && error.status === 404;
	}
}

/** Ends what a run that was killed has left of an entry. Another that is at the same entry now begins it again. */
export async function endLeftOf(store: Store, entryKey: string, signal: AbortSignal): Promise<void> {
	const { bucket } = store;
	const found = await findReadable(store, bucket.prefix + folder + entryKey, signal);
	if (!found) return;
	const { name = "", upload } = found.metadata;
	const key = Buffer.from(name, "base64url").toString();
	if (!key.startsWith(bucket.prefix)) return;
	await endUnfinished(store, { Bucket: bucket.name, Key: key, UploadId: upload });
}

/** The same for all entries that have ended. @throws {StoreError} */
export async function endAllLeft(
	store: Store,
	hasEnded: (entryKey: string) => boolean,
	signal: AbortSignal,
): Promise<void> {
	for await (const entryKey of namesBelow(store, folder, signal)) {
		if (!hasEnded(entryKey)) continue;
		await endLeftOf(store, entryKey, signal);
		await forgetUnfinished(store, entryKey);
	}
}
