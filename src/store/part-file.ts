/** The folder of a part that has a file: whose it is, and whether it still is. */
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { closeQuietly } from "../files/quietly.ts";
import { openTrusted, privateFolderMode } from "../files/trust.ts";

/** A worker looks so often whether its part is still its own, in milliseconds of the clock on the wall. */
const lookMs = 5000;

export type PartFile = {
	readonly folder: string;
	/** -1 once it is closed: its number may then name another file. */
	fd: number;
	/** Device and inode of the bytes. */
	readonly identity: string;
	/** When it was last looked at, in milliseconds since 1970. */
	lookedMs: number;
};

/** Another run took this worker for dead, and its part over: nothing of ours may be written there any more. */
class PartLostError extends Error {
	readonly code = "part_lost";
	override readonly name = "PartLostError";
}

/** Path of a part's bytes. */
export function bodyPath(folder: string): string {
	return join(folder, "body");
}

/** Makes the folder of a part. Its bytes become a file of the user's, so they have the rights of one. @throws {NodeJS.ErrnoException} */
export function makePartFolder(folder: string): void {
	mkdirSync(folder, { mode: privateFolderMode });
}

/** Begins the file of a part. @throws {NodeJS.ErrnoException} such as ENOSPC. */
export function createPartFile(folder: string): PartFile {
	return partFile(folder, openSync(bodyPath(folder), "wx+"));
}

/**
 * Opens what an earlier attempt left; undefined where these bytes are not ours to change: they have a second name, so
 * they were published and the user may have changed them since, or they are no file.
 * @throws {NodeJS.ErrnoException} they cannot be opened.
 */
export function openPartFile(folder: string): { readonly file: PartFile; readonly bytes: number } | undefined {
	const fd = openTrusted(bodyPath(folder), constants.O_RDWR);
	const { nlink, size } = fstatSync(fd);
	if (nlink <= 1) return { file: partFile(folder, fd), bytes: size };
	closeQuietly(fd);
	return undefined;
}

/** Looks, where it is time to. @throws {PartLostError} */
export function ensureOurs(file: PartFile, nowMs: number = Date.now()): void {
	// A pause of the process shows as a jump of the clock.
	const pastMs = nowMs - file.lookedMs;
	if (pastMs >= 0 && pastMs < lookMs) return;
	lookNow(file, nowMs);
}

/** @throws {PartLostError} */
export function lookNow(file: PartFile, nowMs: number = Date.now()): void {
	const found = lstatSync(bodyPath(file.folder), { throwIfNoEntry: false, bigint: true });
	if (!found || `${found.dev}:${found.ino}` !== file.identity) {
		throw new PartLostError("another run has taken its part over");
	}
	file.lookedMs = nowMs;
}

/** Writes bytes at a place. A short write is rare: a disk that is nearly full, or a signal. @throws {NodeJS.ErrnoException} */
export function writeWhole(
	fd: number,
	from: Buffer,
	{ bytes, at }: { readonly bytes: number; readonly at: number },
): void {
	for (let done = 0; done < bytes; ) done += writeSync(fd, from, done, bytes - done, at + done);
}

/** Closes the file, once. @throws {NodeJS.ErrnoException} what was written may be lost, such as EDQUOT. */
export function closePartFile(file: PartFile): void {
	const { fd } = file;
	file.fd = -1;
	if (fd >= 0) closeSync(fd);
}

/** Closes a file whose bytes nobody wants. */
export function abandonPartFile(file: PartFile): void {
	const { fd } = file;
	file.fd = -1;
	if (fd >= 0) closeQuietly(fd);
}

function partFile(folder: string, fd: number): PartFile {
	const { dev, ino } = fstatSync(fd, { bigint: true });
	return { folder, fd, identity: `${dev}:${ino}`, lookedMs: Date.now() };
}
