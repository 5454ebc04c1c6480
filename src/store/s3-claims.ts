/** Under which name an entry is about to be stored, where its own was taken: after a kill this alone tells that the file is there already. */
import { expectStore } from "./s3-answers.ts";
import { namesBelow } from "./s3-names-below.ts";
import { findReadable } from "./s3-own.ts";
import { type Store, StoreError } from "./s3-store.ts";

/** Below the prefix of the bucket: an object for each entry, named by its key. */
const folder = ".downspout/names/";
const removedAtOnce = 100;

/** The name that was last claimed for an entry. */
export async function readClaim(store: Store, entryKey: string, signal: AbortSignal): Promise<string | undefined> {
	const key = store.bucket.prefix + folder + entryKey;
	const found = await findReadable(store, key, signal);
	const name = found?.metadata.name;
	return name === undefined ? undefined : Buffer.from(name, "base64url").toString();
}

export async function writeClaim(
	store: Store,
	claim: { readonly entryKey: string; readonly file: string },
	signal: AbortSignal,
): Promise<void> {
	const Key = store.bucket.prefix + folder + claim.entryKey;
	const command = (): InstanceType<typeof store.sdk.PutObjectCommand> =>
		new store.sdk.PutObjectCommand({
			Bucket: store.bucket.name,
			Key,
			Body: "",
			ContentLength: 0,
			// A store takes 2 KiB of metadata: the longest key has twice that when it is percent-encoded.
			Metadata: { name: Buffer.from(claim.file).toString("base64url") },
		});
	await store.ask(async (client, abortSignal) => {
		expectStore((await client.send(command(), { abortSignal })).ETag);
	}, signal);
}

/** Removes the claims of entries of which the journal knows what became. @throws {StoreError} */
export async function removeClaims(
	store: Store,
	isKnown: (entryKey: string) => boolean,
	signal: AbortSignal,
): Promise<void> {
	const keys: string[] = [];
	for await (const entryKey of namesBelow(store, folder, signal)) {
		if (!isKnown(entryKey)) continue;
		keys.push(store.bucket.prefix + folder + entryKey);
		if (keys.length >= removedAtOnce) await Promise.all(keys.splice(0).map((key) => remove(store, key, signal)));
	}
	await Promise.all(keys.map((key) => remove(store, key, signal)));
}

async function remove(store: Store, Key: string, signal: AbortSignal): Promise<void> {
	const command = new store.sdk.DeleteObjectCommand({ Bucket: store.bucket.name, Key });
	await store
		.ask((client, abortSignal) => client.send(command, { abortSignal }), signal)
		.catch((error: unknown) => {
			if (!(error instanceof StoreError)) throw error;
		});
}
