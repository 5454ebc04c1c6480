/** Flushing files and folders, where the file system can. */
import { closeSync, fdatasyncSync, fsyncSync, openSync } from "node:fs";
import { fileErrorCode } from "./file-error.ts";

/** What file systems say that do not flush at all. */
const cannot: ReadonlySet<string> = new Set(["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EACCES", "EROFS"]);

/** Whether an error of a flush says that there is no such thing here. */
export function cannotFlush(error: unknown): boolean {
	return cannot.has(fileErrorCode(error));
}

/**
 * Flushes a file.
 * @returns Why it cannot be flushed here; undefined where it was.
 * @throws {NodeJS.ErrnoException} its bytes could not be written, such as EIO.
 */
export function syncFile(fd: number, dataOnly = false): string | undefined {
	try {
		if (dataOnly) fdatasyncSync(fd);
		else fsyncSync(fd);
		return undefined;
	} catch (error) {
		if (cannotFlush(error)) return fileErrorCode(error);
		throw error;
	}
}

/** Flushes the names in a folder. @returns Why that failed; undefined where it did not, and on Windows, which has no such call. */
export function syncFolder(path: string): string | undefined {
	if (process.platform === "win32") return undefined;
	try {
		const fd = openSync(path, "r");
		try {
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		return undefined;
	} catch (error) {
		return fileErrorCode(error) || String(error);
	}
}

/** What the user is told once a run. @param why - Such as EINVAL. */
export function unflushedMessage(why: string): string {
	return `files or folders cannot be flushed to the disk here (${why}): --fsync holds for less than it says`;
}
