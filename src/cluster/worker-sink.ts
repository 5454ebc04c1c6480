/** Where a worker's files go: a directory that all see, or a bucket, before which they lie in a folder of the worker's own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DownloadOptions } from "../core/options.ts";
import { readBucket } from "../core/resolve-sink.ts";
import { stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";
import { ClusterError, messageOf } from "./cluster-error.ts";

export type WorkerSink = AsyncDisposable & {
	/** What it changes in the options of each run. */
	readonly place: Pick<DownloadOptions, "dir" | "bucket">;
};

/** @throws {ClusterError} it cannot be used. */
export async function openWorkerSink(sink: string): Promise<WorkerSink> {
	const bucket = readBucket(sink);
	if (!bucket) return { place: { dir: resolve(sink) }, async [Symbol.asyncDispose]() {} };
	try {
		const dir = await mkdtemp(join(tmpdir(), "downspout-worker-"));
		const { parts, owners } = stateLayout(dir);
		for (const folder of [parts, owners]) await makeFolder(folder);
		return {
			place: { dir, bucket },
			async [Symbol.asyncDispose]() {
				await rm(dir, { recursive: true, force: true });
			},
		};
	} catch (cause) {
		throw new ClusterError("cluster_unusable", `no temporary folder for ${sink}: ${messageOf(cause)}`, { cause });
	}
}
