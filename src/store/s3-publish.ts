/** Gives complete files their names in a bucket: the publisher of directories, with a store's own means. */
import { type Failure, permanent, transient } from "../core/failure.ts";
import { numberedName } from "../core/naming.ts";
import type { Bucket, ExistsPolicy } from "../core/options.ts";
import type { Saved } from "../core/saved.ts";
import { classifyFileError } from "./classify-file-error.ts";
import { discard, forgetMemory, type Part } from "./part.ts";
import { bodyPath } from "./part-file.ts";
import type { Publication, PublicationEnd, Publisher } from "./publish.ts";
import { readClaim, writeClaim } from "./s3-claims.ts";
import { createNames } from "./s3-names.ts";
import { findObject, findReadable, hasBytes, isOfSameEntry, isOwn, metadataOf } from "./s3-own.ts";
import type { Content, Upload } from "./s3-put.ts";
import { openStore, type Store, StoreError } from "./s3-store.ts";
import { upload } from "./s3-upload.ts";

/** Longest key that stores take, in bytes of UTF-8. */
const longestKey = 1024;
/** Names of one file that a store may refuse as taken, and then deny that anything is there. */
const mostContradictions = 5;
/** Names of one file that others may take first, and after how many of them it is asked again how far they are. */
const mostTaken = 256;
const takenAtOnce = 16;

export type BucketPublisherOptions = {
	readonly bucket: Bucket;
	readonly onExists: ExistsPolicy;
	/** Most uploads at once. */
	readonly connections: number;
	/** What the worker is called: its run's name comes first. */
	readonly ownerId: string;
};

export type BucketPublisher = Required<Publisher> & {
	/** Whether an object of that size is there, or why that cannot be told. Never throws. */
	has(file: string, bytes: number): Promise<boolean | Failure>;
	close(): void;
};

/** @throws {StoreError} the SDK is not installed. */
export async function createBucketPublisher(options: BucketPublisherOptions): Promise<BucketPublisher> {
	const store = await openStore(options.bucket, options.connections);
	const run = options.ownerId.replace(/-(?:async|threads|processes|cluster)-.*$/, "");
	const stop = new AbortController();
	const { signal } = stop;
	const names = createNames();

	const keyOf = (file: string): string => options.bucket.prefix + file;

	const publish = async (publication: Publication): Promise<PublicationEnd> => {
		const { part, folder, name, modifiedSeconds, replaces } = publication;
		const version = part.source?.etag ?? part.source?.lastModified;
		// Of a file that was to be replaced and has changed, another stands beside it.
		const policy = replaces ? "rename" : options.onExists;
		const shared = {
			bytes: part.bytes,
			content: contentOf(part),
			metadata: metadataOf({ key: part.key, run, version, modifiedSeconds }),
			replaces: policy === "overwrite",
		};
		const fileOf = (n: number): string =>
			folder === "" ? numberedName(name, n) : `${folder}/${numberedName(name, n)}`;
		const uploadOf = (file: string): Upload => ({ ...shared, key: keyOf(file) });
		const slot = fileOf(0);
		if (Buffer.byteLength(keyOf(fileOf(99_999))) > longestKey) {
			return failed(permanent("io", `the key of ${name} would be longer than ${longestKey} bytes`));
		}
		const published = (file: string): PublicationEnd => ({ kind: "published", file, bytes: part.bytes });
		if (replaces && (await replace(store, uploadOf(slot), replaces, signal))) return published(slot);
		const hasFirst = names.isTaken(slot)
			? await isThere(store, uploadOf(slot), signal)
			: await put(store, uploadOf(slot), signal);
		if (hasFirst) return published(slot);
		if (policy !== "rename") {
			const found = await findReadable(store, keyOf(slot), signal);
			return found ? { kind: "exists", file: slot, bytes: found.bytes } : failed(contradiction(slot));
		}
		const claimed = await readClaim(store, part.key, signal);
		if (claimed !== undefined && (await isThere(store, uploadOf(claimed), signal))) return published(claimed);
		for (let taken = 1, contradictions = 0; ; taken++) {
			const isFree = async (n: number): Promise<boolean> => !(await findReadable(store, keyOf(fileOf(n)), signal));
			const file = fileOf(await names.next(slot, isFree));
			await writeClaim(store, { entryKey: part.key, file }, signal);
			if (await put(store, uploadOf(file), signal)) return published(file);
			// Somebody may have taken it away again meanwhile, but not each time.
			const isGone = !(await findReadable(store, keyOf(file), signal));
			if (isGone && ++contradictions >= mostContradictions) return failed(contradiction(file));
			if (taken >= mostTaken) return failed(fickle(file));
			if (taken % takenAtOnce === 0) names.forget(slot);
		}
	};

	const settle = (publication: Publication, end: PublicationEnd): void => {
		const { part } = publication;
		// What is here already is stored by the next run.
		if (end.kind !== "stopped" && !(end.kind === "failed" && end.failure.endsRun)) {
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
			try {
				const found = await findReadable(store, keyOf(file), signal);
				return found?.bytes === bytes;
			} catch (error) {
				return classifyStoreError(error, `whether ${file} is still there`, "asked");
			}
		},
		async hasBytesOf(part, file) {
			const key = keyOf(file);
			const found = await findReadable(store, key, signal);
			if (!found) return false;
			return hasBytes(store, found, { key, bytes: part.bytes, content: contentOf(part) }, signal);
		},
		close() {
			stop.abort();
			store.close();
		},
	};
}

/** @returns Whether the key has these bytes now, by this upload or an earlier one. */
async function put(store: Store, one: Upload, signal: AbortSignal): Promise<boolean> {
	if (await upload(store, one, signal)) return true;
	// Something is there: who may not read it cannot tell whose it is.
	const found = await findObject(store, one.key, signal);
	return found !== undefined && isOwn(store, found, one, signal);
}

/** Whether an earlier upload of the same was it that has the key. */
async function isThere(store: Store, one: Upload, signal: AbortSignal): Promise<boolean> {
	const found = await findReadable(store, one.key, signal);
	return found !== undefined && isOwn(store, found, one, signal);
}

/** Puts a file in the place of an older version of it. @returns Whether it is there; false where somebody has changed that. */
async function replace(store: Store, one: Upload, older: Saved, signal: AbortSignal): Promise<boolean> {
	const found = await findReadable(store, one.key, signal);
	if (!found) return false;
	if (found.bytes !== older.bytes || !isOfSameEntry(found, one)) return false;
	return put(store, { ...one, replaces: true, ifMatch: found.etag }, signal);
}

function contentOf(part: Part): Content {
	if (!part.file) return { chunks: part.memory ? [part.memory.subarray(0, part.bytes)] : [] };
	return { path: bodyPath(part.file.folder) };
}

function contradiction(file: string): Failure {
	return permanent("io", `${file} cannot be stored: the store says that its name is taken, and that nothing is there`);
}

function fickle(file: string): Failure {
	return permanent(
		"io",
		`${file} cannot be stored: the store says of ${mostTaken} names that they are free and then taken`,
	);
}

function failed(failure: Failure): PublicationEnd {
	return { kind: "failed", failure };
}

/** Names what went wrong at a store. */
function classifyStoreError(error: unknown, what: string, done: "stored" | "asked" = "stored"): Failure {
	if (!(error instanceof StoreError)) return classifyFileError(error, what);
	const message = `${what} cannot be ${done}: ${error.message}`;
	if (/Credentials|Token|InvalidAccessKeyId/.test(error.reason)) {
		const advice = "renew the credentials, then run the same command again";
		return { ...permanent("io", `${message} (${advice})`), endsRun: true };
	}
	if (error.reason === "NoSuchBucket") return { ...permanent("io", message), endsRun: true };
	if (/QuotaExceeded|StorageFull|XMinioStorageFull/i.test(error.reason) || error.status === 507)
		return permanent("disk_full", message);
	// What a store cannot do it will not learn meanwhile.
	if (error.status === 501) return permanent("io", message);
	return error.status === 0 || error.status >= 500 || error.status === 429 || error.status === 409
		? transient("io", message)
		: permanent("io", message);
}
