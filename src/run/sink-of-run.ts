/** What a run does before and after its downloads for a sink that is not its directory alone: a bucket, or what a cluster left. */
import type { Bucket, RunOptions } from "../core/options.ts";
import { explainFileError } from "../files/file-error.ts";
import type { Directory } from "../journal/directory.ts";
import type { BucketDigests } from "../store/s3-check.ts";
import { type DigestOf, digestsIn } from "./digest-skipped.ts";
import { RunError } from "./run-error.ts";

/** Where the files go, where that is not the directory that has the journal. */
export function sinkName({ bucket, journalDir, dir }: RunOptions): string | undefined {
	if (bucket) return `s3://${bucket.name}/${bucket.prefix}`.replace(/\/$/, "");
	return journalDir === undefined ? undefined : dir;
}

/** Before anything is downloaded: a bucket is found out about only by writing to it. */
export async function expectUsable(bucket: Bucket, onExists: RunOptions["onExists"]): Promise<void> {
	const { checkBucket } = await import("../store/s3-check.ts");
	const why = await checkBucket(bucket, onExists);
	if (why !== undefined) throw new RunError("sink_unusable", why);
}

export type Digests = { readonly of: DigestOf; close(): Promise<void> };

/** Reads files that are there already for their SHA-256, wherever they are. */
export function openDigests({ bucket, dir }: Pick<RunOptions, "bucket" | "dir">): Digests {
	if (!bucket) return { of: digestsIn(dir), async close() {} };
	let opened: Promise<BucketDigests> | undefined;
	const open = async (): Promise<BucketDigests> => (await import("../store/s3-check.ts")).openDigests(bucket);
	return {
		async of(file, signal) {
			opened ??= open();
			try {
				return await (await opened).of(file, signal);
			} catch {
				return undefined;
			}
		},
		async close() {
			const bucketDigests = await opened?.catch(() => undefined);
			bucketDigests?.close();
		},
	};
}

export async function tidy(bucket: Bucket, { journal }: Pick<Directory, "journal">): Promise<void> {
	const { tidyBucket } = await import("../store/s3-check.ts");
	// All entries that this run met have ended, and the journal is written.
	await tidyBucket(bucket, {
		isSaved: (key) => journal.endOf(key) === "well",
		hasEnded: (key) => journal.endOf(key) !== undefined,
	});
}

/** What a cluster's coordinator that was killed has left in Redis is ended first: its workers may still be at it. */
export async function endLeftovers(
	cluster: NonNullable<RunOptions["cluster"]>,
	options: RunOptions,
): Promise<readonly string[]> {
	try {
		const { endRunsOf } = await import("../cluster/leftovers.ts");
		return await endRunsOf(cluster.redis, options.journalDir ?? options.dir);
	} catch (cause) {
		throw new RunError("no_worker", explainFileError(cause), { cause });
	}
}
