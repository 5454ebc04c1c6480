/** Where a worker's files go: a directory that all see, or a bucket, before which they lie in a folder of the worker's own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DownloadOptions } from "../core/options.ts";
import { readBucket } from "../core/resolve-sink.ts";
import { stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";

export type WorkerSink = {
	readonly place: Place;
	/** Removes the folder, where it is the worker's own. */
	remove(): Promise<void>;
};

type Place = Pick<DownloadOptions, "dir" | "bucket">;

/**
 * The options of a run as a worker follows them: where files go is the worker's own to say, whoever wrote the options.
 * @param own - `denyPrivate`: whether the worker insists on public addresses.
 */
export function ownOptions(
	{ dir: _dir, dirPath: _path, bucket: _bucket, ...asked }: DownloadOptions,
	own: Place & Pick<DownloadOptions, "denyPrivate">,
): DownloadOptions {
	return { ...asked, ...own, denyPrivate: asked.denyPrivate || own.denyPrivate, revocable: true };
}

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
