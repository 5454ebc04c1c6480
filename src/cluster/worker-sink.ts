/** Where a worker's files go: a directory that all see, or a bucket, before which they lie in a folder of the worker's own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DownloadOptions } from "../core/options.ts";
import { readBucket } from "../core/resolve-sink.ts";
import { stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";

export type WorkerSink = {
	/** What it changes in the options of a run. */
	readonly place: Pick<DownloadOptions, "dir" | "bucket">;
	/** Removes the folder, where it is the worker's own. */
	remove(): Promise<void>;
};

/** For one run. @throws {NodeJS.ErrnoException} there is no room for the folder. */
export async function openWorkerSink(sink: string): Promise<WorkerSink> {
	const bucket = readBucket(sink);
	if (!bucket) return { place: { dir: resolve(sink) }, async remove() {} };
	const dir = await mkdtemp(join(tmpdir(), "downspout-worker-"));
	const { parts, owners } = stateLayout(dir);
	for (const folder of [parts, owners]) await makeFolder(folder);
	return {
		place: { dir, bucket },
		async remove() {
			await rm(dir, { recursive: true, force: true });
		},
	};
}
