/** What lies in a folder of a bucket. */
import type { Store } from "./s3-store.ts";

/** The names of all objects below a folder of the sink, which ends with `/`. @throws {StoreError} */
export async function* namesBelow(store: Store, folder: string, signal: AbortSignal): AsyncGenerator<string> {
	const place = { Bucket: store.bucket.name, Prefix: store.bucket.prefix + folder };
	for (let ContinuationToken: string | undefined; ; ) {
		const list = new store.sdk.ListObjectsV2Command({ ...place, ContinuationToken });
		const page = await store.ask((client, abortSignal) => client.send(list, { abortSignal }), signal);
		for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(place.Prefix.length);
		ContinuationToken = page.NextContinuationToken;
		if (ContinuationToken === undefined) return;
	}
}
