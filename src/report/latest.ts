/** `LOGDIR/latest`, which points to the newest run. */
import { lstat, readFile, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes `latest` point to the run: a relative symbolic link, or, where the file system has none, a text file that
 * holds the run's name. Another run that does the same at once leaves one of the two, never none.
 * @throws what the file system says, or that `latest` is a file or a folder which no run has made: that stays.
 */
export async function pointLatestTo(logDir: string, run: string): Promise<void> {
	const fresh = join(logDir, `.latest-${run}`);
	const latest = join(logDir, "latest");
	await refuseForeign(latest);
	try {
		await symlink(run, fresh, "dir").catch(() => writeFile(fresh, `${run}\n`));
		await rename(fresh, latest).catch((error: unknown) => replace(fresh, latest, error));
	} catch (error) {
		await rm(fresh, { force: true });
		throw error;
	}
}

/** A renaming takes the place of any file, and LOGDIR may be a folder of the user's, DIR itself included. */
async function refuseForeign(latest: string): Promise<void> {
	const found = await lstat(latest).catch(() => undefined);
	if (found === undefined || found.isSymbolicLink()) return;
	// Where there are no links a file names the run, and only such a one is replaced.
	if (found.isFile() && found.size <= longestText && nameOfRun.test(await readFile(latest, "utf8"))) return;
	throw new Error(`${latest} was not made by downspout, and stays as it is`);
}

/** As `run/run-id.ts` makes them. */
const nameOfRun = /^\d{8}T\d{6}Z-[0-9a-f]{6}\n?$/;

/** A longer file is none of ours, and need not be read. */
const longestText = 64;

/** Windows renames nothing over a link to a folder: that is removed first. Whatever else stands there is not ours. */
async function replace(fresh: string, latest: string, error: unknown): Promise<void> {
	const found = await lstat(latest).catch(() => undefined);
	if (!found?.isSymbolicLink()) throw error;
	await unlink(latest);
	await rename(fresh, latest);
}
