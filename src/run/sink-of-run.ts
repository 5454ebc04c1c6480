/** What a run does before and after its downloads for a sink that is not its directory alone: a bucket, or what a cluster left. */
import type { Bucket, RunOptions } from "../core/options.ts";
import { explainFileError } from "../files/file-error.ts";
import type { Directory } from "../journal/directory.ts";
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

export async function tidy(bucket: Bucket, { journal }: Pick<Directory, "journal">): Promise<void> {
	const { tidyBucket } = await import("../store/s3-check.ts");
	// All entries that this run met have ended, and the journal is written.
	await tidyBucket(bucket, (key) => journal.meet(key).seen);
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
