/** Gives complete files their names in a bucket: the publisher of directories, with a store's own means. */
import { type Failure, permanent, transient } from "../core/failure.ts";
import { numberedName } from "../core/naming.ts";
import type { Bucket, ExistsPolicy } from "../core/options.ts";
import { classifyFileError } from "./classify-file-error.ts";
import { discard, forgetMemory, type Part } from "./part.ts";
import { bodyPath } from "./part-file.ts";
import type { Publication, PublicationEnd, Publisher } from "./publish.ts";
import { readClaim, writeClaim } from "./s3-claims.ts";
import { createNames } from "./s3-names.ts";
import { findObject, isOwn, metadataOf } from "./s3-own.ts";
import { openStore, type Store, StoreError } from "./s3-store.ts";
import { type Content, type Upload, upload } from "./s3-upload.ts";

/** Longest key that stores take, in bytes of UTF-8. */
const longestKey = 1024;

export type BucketPublisherOptions = {
	readonly bucket: Bucket;
	readonly onExists: ExistsPolicy;
	/** Most uploads at once. */
	readonly connections: number;
	/** What the worker is called: its run's name comes first. */
	readonly ownerId: string;
};

export type BucketPublisher = Publisher & {
	/** Whether an object of that size is there. */
	has(file: string, bytes: number): Promise<boolean>;
	close(): void;
};

/** @throws {StoreError} the SDK is not installed. */
export async function createBucketPublisher(options: BucketPublisherOptions): Promise<BucketPublisher> {
	const store = await openStore(options.bucket, options.connections);
	const run = options.ownerId.replace(/-(?:async|threads|processes|cluster)-.*$/, "");
	const stop = new AbortController();
	const { signal } = stop;
	const names = createNames();

	const publish = async (publication: Publication): Promise<PublicationEnd> => {
		const { part, folder, name, modifiedSeconds } = publication;
		const version = part.source?.etag ?? part.source?.lastModified;
		const shared = {
			bytes: part.bytes,
			content: contentOf(part),
			metadata: metadataOf({ key: part.key, run, version, modifiedSeconds }),
			replaces: options.onExists === "overwrite",
		};
		const fileOf = (n: number): string =>
			folder === "" ? numberedName(name, n) : `${folder}/${numberedName(name, n)}`;
		const uploadOf = (file: string): Upload => ({ ...shared, key: options.bucket.prefix + file });
		const slot = fileOf(0);
		if (Buffer.byteLength(uploadOf(fileOf(99_999)).key) > longestKey) {
			return failed(permanent("io", `the key of ${name} would be longer than ${longestKey} bytes`));
		}
		const published = (file: string): PublicationEnd => ({ kind: "published", file, bytes: part.bytes });
		const hasFirst = names.isTaken(slot)
			? await isThere(store, uploadOf(slot), signal)
			: await put(store, uploadOf(slot), signal);
		if (hasFirst) return published(slot);
		if (options.onExists !== "rename") return { kind: "exists", file: slot };
		const claimed = await readClaim(store, part.key, signal);
		if (claimed !== undefined && (await isThere(store, uploadOf(claimed), signal))) return published(claimed);
		for (;;) {
			const isFree = async (n: number): Promise<boolean> => !(await findObject(store, uploadOf(fileOf(n)).key, signal));
			const file = fileOf(await names.next(slot, isFree));
			await writeClaim(store, { entryKey: part.key, file }, signal);
			if (await put(store, uploadOf(file), signal)) return published(file);
		}
	};

	const settle = (publication: Publication, end: PublicationEnd): void => {
		const { part } = publication;
		if (end.kind !== "stopped") {
			discard(part);
			forgetMemory(part);
		}
		publication.settle(end);
	};

	return {
		add(publication) {
			publish(publication)
				.catch(
					(error: unknown): PublicationEnd =>
						stop.signal.aborted ? { kind: "stopped" } : failed(classifyStoreError(error, publication.name)),
				)
				.then((end) => settle(publication, end));
		},
		// Called when the run stops: what has not its name by now may take too long.
		flush: () => stop.abort(),
		async has(file, bytes) {
			const found = await findObject(store, options.bucket.prefix + file, stop.signal);
			return found?.bytes === bytes;
		},
		close() {
			stop.abort();
			store.close();
		},
	};
}

/** @returns Whether the key has these bytes now, by this upload or an earlier one. */
async function put(store: Store, one: Upload, signal: AbortSignal): Promise<boolean> {
	return (await upload(store, one, signal)) || isThere(store, one, signal);
}

/** Whether an earlier upload of the same was it that has the key. */
async function isThere(store: Store, one: Upload, signal: AbortSignal): Promise<boolean> {
	const found = await findObject(store, one.key, signal);
	return found !== undefined && isOwn(found, one);
}

function contentOf(part: Part): Content {
	if (!part.file) return { chunks: part.memory ? [part.memory.subarray(0, part.bytes)] : [] };
	return { path: bodyPath(part.file.folder) };
}

function failed(failure: Failure): PublicationEnd {
	return { kind: "failed", failure };
}

/** Names what went wrong at a store. */
function classifyStoreError(error: unknown, what: string): Failure {
	if (!(error instanceof StoreError)) return classifyFileError(error, what);
	const message = `${what} cannot be stored: ${error.message}`;
	if (/QuotaExceeded|StorageFull|XMinioStorageFull/i.test(error.reason) || error.status === 507)
		return permanent("disk_full", message);
	return error.status === 0 || error.status >= 500 || error.status === 429 || error.status === 409
		? transient("io", message)
		: permanent("io", message);
}
