/** `LOGDIR/latest`, which points to the newest run. */
import { lstat, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes `latest` point to the run: a relative symbolic link, or, where the file system has none, a text file that
 * holds the run's name. Another run that does the same at once leaves one of the two, never none.
 * @throws what the file system says, for example where `latest` is a folder with something in it.
 */
export async function pointLatestTo(logDir: string, run: string): Promise<void> {
	const fresh = join(logDir, `.latest-${run}`);
	const latest = join(logDir, "latest");
	try {
		await symlink(run, fresh, "dir").catch(() => writeFile(fresh, `${run}\n`));
		await rename(fresh, latest).catch((error: unknown) => replace(fresh, latest, error));
	} catch (error) {
		await rm(fresh, { force: true });
		throw error;
	}
}

/** Windows renames nothing over a link to a folder: that is removed first. Whatever else stands there is not ours. */
async function replace(fresh: string, latest: string, error: unknown): Promise<void> {
	const found = await lstat(latest).catch(() => undefined);
	if (!found?.isSymbolicLink()) throw error;
	await unlink(latest);
	await rename(fresh, latest);
}
