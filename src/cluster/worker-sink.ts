/** Where a worker's files go: a directory that all see, or a bucket, before which they lie in a folder of the worker's own. */
import { lstat, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DownloadOptions } from "../core/options.ts";
import { readBucket } from "../core/resolve-sink.ts";
import { type OwnerIdentity, stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";
import { readIdentity, seen } from "../journal/owner-state.ts";
import { processPlace, processStart } from "../journal/process-identity.ts";

const prefix = "downspout-worker-";
/** In the folder: whose it is. */
const identityFile = "worker.json";

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
	await removeAbandoned();
	const dir = await mkdtemp(join(tmpdir(), prefix));
	await writeFile(join(dir, identityFile), JSON.stringify(ownIdentity()), { mode: 0o600 });
	const { parts, owners } = stateLayout(dir);
	for (const folder of [parts, owners]) await makeFolder(folder);
	return {
		place: { dir, bucket },
		async remove() {
			await rm(dir, { recursive: true, force: true });
		},
	};
}

/** Folders of workers of this machine that were killed: nobody goes on with what lies there, and it may be much. Never throws. */
async function removeAbandoned(): Promise<void> {
	const names = await readdir(tmpdir()).catch(() => []);
	for (const name of names) {
		if (!name.startsWith(prefix)) continue;
		const folder = join(tmpdir(), name);
		try {
			const { uid } = await lstat(folder);
			const identity = uid === process.geteuid?.() ? readIdentity(join(folder, identityFile)) : undefined;
			if (!identity || seen(identity, identity.pid, identity.startTicks) !== "gone") continue;
			await rm(folder, { recursive: true, force: true });
		} catch {
			// Another worker removes it now, or it is not ours to remove.
		}
	}
}

function ownIdentity(): OwnerIdentity {
	const { pid } = process;
	const startTicks = processStart(pid);
	return { pid, coordinatorPid: pid, place: processPlace(), ...(startTicks !== undefined && { startTicks }) };
}
