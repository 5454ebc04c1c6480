/** The way to a folder with the fewest folders on it. */
import { isAbsolute, relative } from "node:path";

/**
 * Relative to the working directory where the folder is that or lies below it, otherwise as it is. For this process and
 * its workers: the command never leaves the folder that it was started in.
 *
 * @param folder - Absolute path.
 */
export function shortestPath(folder: string): string {
	try {
		const below = relative(process.cwd(), folder);
		return below.startsWith("..") || isAbsolute(below) ? folder : below || ".";
	} catch {
		// The working directory has been removed: only absolute paths lead anywhere.
		return folder;
	}
}
