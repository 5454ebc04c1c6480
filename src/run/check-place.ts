/** Whether a file can be written where an option says: better said before the downloads than after them. */
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { quote } from "../core/read-option.ts";
import { UsageError } from "../core/usage-error.ts";

/**
 * @param made - A folder that the run makes itself.
 * @throws {UsageError} a folder is there, or none for it.
 */
export async function checkPlace(flag: string, path: string, made?: string): Promise<void> {
	if (await isFolder(path)) throw new UsageError(`${flag}: ${quote(path)} is a directory`);
	const folder = dirname(resolve(path));
	if (folder === made || (await isFolder(folder))) return;
	throw new UsageError(`${flag}: there is no folder for ${quote(path)}`);
}

function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}
