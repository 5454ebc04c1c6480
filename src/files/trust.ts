/** Whether files and folders that another run, or somebody else, has left here may be entered. */
import {
	accessSync,
	chmodSync,
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	mkdirSync,
	openSync,
	readFileSync,
	type Stats,
	unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { fileErrorCode } from "./file-error.ts";

/** Something that is not ours: it was neither read nor changed. */
class UntrustedError extends Error {
	readonly code = "untrusted";
	override readonly name = "UntrustedError";
}

/** For their owner alone. */
export const privateFolderMode = 0o700;
export const privateFileMode = 0o600;
const othersMayWrite = 0o022;
const others = 0o077;

/** Without following a link; absent on Windows. */
const noFollow = constants.O_NOFOLLOW ?? 0;
/** A pipe in the place of a file must not make us wait for its other end. */
const noWait = constants.O_NONBLOCK ?? 0;

/**
 * Makes a folder that belongs to its owner alone, or takes one that is ours as it is.
 * @throws {UntrustedError} something else is there, or it is somebody else's. @throws {NodeJS.ErrnoException}
 */
export function makePrivateFolder(path: string): void {
	try {
		mkdirSync(path, { mode: privateFolderMode });
	} catch (error) {
		if (fileErrorCode(error) !== "EEXIST") throw error;
	}
	const found = lstatSync(path);
	if (!found.isDirectory()) throw new UntrustedError(`${path} is ${kindOf(found)}, not a folder: remove it`);
	if (process.geteuid === undefined) return;
	if (!isOurs(found)) {
		if (allIsOf(found.uid, path)) return;
		throw stranger(path, found);
	}
	const isRoots = found.uid !== process.geteuid();
	if (isRoots && !mayEnter(path)) throw stranger(path, found);
	if ((found.mode & others) === 0) return;
	if (!isRoots) keepOthersOut(path);
	else if (found.mode & othersMayWrite) throw new UntrustedError(`${path} can be written by others: chmod 700 it`);
}

function mayEnter(path: string): boolean {
	try {
		accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

function keepOthersOut(path: string): void {
	try {
		chmodSync(path, privateFolderMode);
	} catch {
		// A file system that knows no rights, such as exFAT.
	}
}

/** Users that stand for us, or do not, on one file system: it is tried once for each. */
export type Strangers = Map<number, boolean>;

export type Kind = "file" | "folder" | "socket";

/**
 * Fails unless a path that is there names what it should, and that is ours or root's.
 * @param wanted - Of these kinds. @throws {UntrustedError} @throws {NodeJS.ErrnoException}
 */
export function trust(path: string, wanted: readonly Kind[], strangers: Strangers): void {
	const found = lstatSync(path, { throwIfNoEntry: false });
	if (!found) return;
	const kind = found.isDirectory() ? "folder" : found.isFile() ? "file" : found.isSocket() ? "socket" : undefined;
	if (kind === undefined || !wanted.includes(kind)) {
		throw new UntrustedError(`${path} is ${kindOf(found)}, not a ${wanted[0]} of downspout's: remove it`);
	}
	if (isOurs(found)) return;
	const standsForUs = strangers.get(found.uid) ?? allIsOf(found.uid, join(path, ".."));
	strangers.set(found.uid, standsForUs);
	if (!standsForUs) throw stranger(path, found);
}

/**
 * Opens a file of the state: what stands under its name, not what a link there leads to.
 * @param flags - Of `fs.constants`. @throws {UntrustedError} it is no file. @throws {NodeJS.ErrnoException}
 */
export function openTrusted(path: string, flags: number): number {
	const fd = openSync(path, flags | noFollow | noWait, privateFileMode);
	const found = fstatSync(fd);
	if (found.isFile()) return fd;
	closeSync(fd);
	throw new UntrustedError(`${path} is ${kindOf(found)}, not a file`);
}

/** Reads a small file of the state. @throws as `openTrusted`. */
export function readTrusted(path: string): string {
	const fd = openTrusted(path, constants.O_RDONLY);
	try {
		return readFileSync(fd, "utf8");
	} finally {
		closeSync(fd);
	}
}

/** Whether a file is ours or root's; Windows keeps others out by other means. */
function isOurs({ uid }: Stats): boolean {
	return process.geteuid === undefined || uid === process.geteuid() || uid === 0;
}

/** Whether a file system says of whatever we make that it is of that user: exFAT, shares and the like. */
function allIsOf(uid: number, folder: string): boolean {
	const probe = join(folder, `probe-${process.pid}-${Date.now()}`);
	try {
		closeSync(openSync(probe, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, privateFileMode));
		const made = lstatSync(probe).uid;
		unlinkSync(probe);
		return made === uid;
	} catch {
		return false;
	}
}

function stranger(path: string, { uid }: Stats): UntrustedError {
	const who = uid === 0 ? "root" : `another user (uid ${uid})`;
	return new UntrustedError(`${path} belongs to ${who}: remove it, or run as that user`);
}

function kindOf(found: Stats): string {
	if (found.isSymbolicLink()) return "a symbolic link";
	if (found.isDirectory()) return "a folder";
	if (found.isFile()) return "a file";
	return found.isSocket() ? "a socket" : "a device or a pipe";
}
