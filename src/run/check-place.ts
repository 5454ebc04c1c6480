/** Whether files can be written where an option says: better said before the downloads than after them. */
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { quote } from "../core/read-option.ts";
import { leadsIntoState } from "../core/resolve-sink.ts";
import { UsageError } from "../core/usage-error.ts";
import { isStateFolder } from "../store/is-state.ts";

/**
 * @param made - A folder that the run makes itself.
 * @throws {UsageError} a folder is there, or none for it, or it is not for files.
 */
export async function checkPlace(flag: string, path: string, made?: string): Promise<void> {
	await checkOutsideState(flag, path);
	if (await isFolder(path)) throw new UsageError(`${flag}: ${quote(path)} is a directory`);
	const folder = dirname(resolve(path));
	if (folder === made || (await isFolder(folder))) return;
	throw new UsageError(`${flag}: there is no folder for ${quote(path)}`);
}

/** @throws {UsageError} a path leads into what some run keeps for itself, by its name or through a link. */
export async function checkOutsideState(flag: string, path: string): Promise<void> {
	for (let at = await realPlace(resolve(path)); at !== dirname(at); at = dirname(at)) {
		if (isStateFolder(at)) throw leadsIntoState(flag, path);
	}
}

/** Where a path leads, of which not all need be there. */
async function realPlace(path: string): Promise<string> {
	try {
		return await realpath(path);
	} catch {
		const above = dirname(path);
		return above === path ? path : join(await realPlace(above), basename(path));
	}
}

function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}
