/** Under which name an entry is about to be stored, where its own was taken: after a kill this alone tells that the file is there already. */
import { findObject } from "./s3-own.ts";
import { type Store, StoreError } from "./s3-store.ts";

/** Below the prefix of the bucket: an object for each entry, named by its key. */
const folder = ".downspout/names/";

/** The name that was last claimed for an entry. */
export async function readClaim(store: Store, entryKey: string, signal: AbortSignal): Promise<string | undefined> {
	const key = store.bucket.prefix + folder + entryKey;
	const found = await findObject(store, key, signal);
	const file = found?.metadata.file;
	return file === undefined ? undefined : decodeURIComponent(file);
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
			Metadata: { file: encodeURIComponent(claim.file) },
		});
	await store.ask((client, abortSignal) => client.send(command(), { abortSignal }), signal);
}

/** Removes the claims of entries that have ended and are in the journal. @throws {StoreError} */
export async function removeClaims(
	store: Store,
	hasEnded: (entryKey: string) => boolean,
	signal: AbortSignal,
): Promise<void> {
	const place = { Bucket: store.bucket.name, Prefix: store.bucket.prefix + folder };
	for (let ContinuationToken: string | undefined; ; ) {
		const list = new store.sdk.ListObjectsV2Command({ ...place, ContinuationToken });
		const page = await store.ask((client, abortSignal) => client.send(list, { abortSignal }), signal);
		const keys = (page.Contents ?? []).flatMap(({ Key }) =>
			Key !== undefined && hasEnded(Key.slice(place.Prefix.length)) ? [Key] : [],
		);
		await Promise.all(keys.map((Key) => remove(store, Key, signal)));
		ContinuationToken = page.NextContinuationToken;
		if (ContinuationToken === undefined) return;
	}
}

async function remove(store: Store, Key: string, signal: AbortSignal): Promise<void> {
	const command = new store.sdk.DeleteObjectCommand({ Bucket: store.bucket.name, Key });
	await store
		.ask((client, abortSignal) => client.send(command, { abortSignal }), signal)
		.catch((error: unknown) => {
			if (!(error instanceof StoreError)) throw error;
		});
}
