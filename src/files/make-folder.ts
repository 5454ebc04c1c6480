/** Makes a folder with its parents. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Like `mkdir` with `recursive`, which never comes back below /proc and other file systems that answer ENOENT
 * although the parent is there.
 * @param onMade - Called with each folder that was made, the outermost first. @throws what the file system says.
 */
export async function makeFolder(path: string, onMade?: (folder: string) => void): Promise<void> {
	try {
		await mkdir(path);
		onMade?.(path);
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		if (code === "ENOENT" && dirname(path) !== path) {
			await makeFolder(dirname(path), onMade);
			await mkdir(path).then(
				() => onMade?.(path),
				(again: unknown) => acceptFolder(path, again),
			);
		} else {
			await acceptFolder(path, error);
		}
	}
}

/** It is no error that the folder is there already, made by another run perhaps. */
async function acceptFolder(path: string, error: unknown): Promise<void> {
	const found = await stat(path).catch(() => undefined);
	if (!found?.isDirectory()) throw error;
}
