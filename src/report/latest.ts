/** `LOGDIR/latest`, which points to the newest run. */
import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes `latest` point to the run: a relative symbolic link, or, where the file system has none, a text file that
 * holds the run's name. Another run that does the same at once leaves one of the two, never none.
 * @throws what the file system says, for example where `latest` is a folder with something in it.
 */
export async function pointLatestTo(logDir: string, run: string): Promise<void> {
	const fresh = join(logDir, `.latest-${run}`);
	try {
		await symlink(run, fresh, "dir").catch(() => writeFile(fresh, `${run}\n`));
		await rename(fresh, join(logDir, "latest"));
	} catch (error) {
		await rm(fresh, { force: true });
		throw error;
	}
}
