/** Where a worker's files go: the directory, a bucket, or nowhere in a dry run. */
import { permanent } from "../core/failure.ts";
import type { Bucket, DownloadOptions } from "../core/options.ts";
import { stateLayout } from "../core/state-layout.ts";
import { createOwner, type Owner } from "../journal/owner.ts";
import { createFolders } from "../store/folders.ts";
import type { PartStore } from "../store/part.ts";
import { createPublisher, type Publisher } from "../store/publish.ts";
import type { BucketPublisher } from "../store/s3-publish.ts";

export type Destination = {
	readonly owner: Owner;
	readonly store: PartStore;
	readonly publisher: Publisher;
	/** The publisher once more, where it is a bucket's. */
	readonly bucket?: BucketPublisher | undefined;
};

export type DestinationOptions = {
	readonly options: DownloadOptions;
	/** Names the worker in the directory: unique among all runs. */
	readonly ownerId: string;
	/** Process id of the coordinator. */
	readonly coordinatorPid: number;
	/** Most attempts that are made at once. */
	readonly concurrency: number;
};

/** @throws {NodeJS.ErrnoException} the directory's state cannot be written. */
export async function openDestination(worker: DestinationOptions): Promise<Destination> {
	const { options, ownerId, coordinatorPid } = worker;
	if (options.dryRun) return nowhere(ownerId);
	const dir = options.dirPath ?? options.dir;
	const layout = stateLayout(dir);
	const owner = createOwner(layout, ownerId, { ...options, coordinatorPid });
	const assertWanted = options.revocable ? owner.assertWanted : undefined;
	const store = { parts: layout.parts, ownerId: owner.id, assertWanted };
	const folders = createFolders(dir, {
		evade: options.onExists === "rename" && options.layout !== "flat",
		fsync: options.fsync,
	});
	const bucket = options.bucket && (await openBucket(options.bucket, worker));
	return { owner, store, publisher: bucket ?? createPublisher({ ...options, store, owner, folders }), bucket };
}

async function openBucket(
	bucket: Bucket,
	{ options, concurrency, ownerId }: DestinationOptions,
): Promise<BucketPublisher> {
	const { createBucketPublisher } = await import("../store/s3-publish.ts");
	return createBucketPublisher({ bucket, onExists: options.onExists, connections: concurrency, ownerId });
}

/** Nothing is asked of it but to be there: no attempt of a dry run comes to a body. */
function nowhere(ownerId: string): Destination {
	const nothing = (): void => {};
	return {
		owner: {
			id: ownerId,
			segment: () => 0,
			intend: nothing,
			withdraw: nothing,
			assertWanted: nothing,
			sync: () => undefined,
			renew: nothing,
			now: Date.now,
			whenDisplaced: nothing,
			retire: nothing,
		},
		store: { parts: "", ownerId },
		publisher: {
			add: ({ settle }) => settle({ kind: "failed", failure: permanent("io", "nothing is saved in a dry run") }),
			flush: nothing,
		},
	};
}
