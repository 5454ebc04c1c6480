/** Letting go of files where nothing is lost when that fails. */
import { closeSync, rmdirSync, unlinkSync } from "node:fs";

/** Closes a descriptor. Whatever close says, the number is free afterwards and must not be closed again. */
export function closeQuietly(fd: number): void {
	attempt(() => closeSync(fd));
}

/** @returns Whether the file is gone. */
export function unlinkQuietly(path: string): boolean {
	return attempt(() => unlinkSync(path));
}

/** Removes a folder that is empty. @returns Whether it is gone. */
export function rmdirQuietly(path: string): boolean {
	return attempt(() => rmdirSync(path));
}

function attempt(act: () => void): boolean {
	try {
		act();
		return true;
	} catch {
		return false;
	}
}
