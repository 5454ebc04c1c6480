/** Gives a closed file its final name, in the ways that file systems have for it. */
import { fstatSync, linkSync, lstatSync, openSync, renameSync } from "node:fs";
import type { ExistsPolicy } from "../core/options.ts";
import { fileErrorCode } from "../files/file-error.ts";
import { closeQuietly, unlinkQuietly } from "../files/quietly.ts";

/**
 * `placed`: the file has the name. `taken`: something else has it. `elsewhere`: the name lies on another mount, so that
 * the bytes must be copied there first.
 */
export type Placing = "placed" | "taken" | "elsewhere";

/** What `link` says where there are no hard links, or none for us: exFAT, shares, mounts of several disks as one. */
const noLinks: ReadonlySet<string> = new Set([
	"EPERM",
	"EACCES",
	"ENOTSUP",
	"EOPNOTSUPP",
	"ENOSYS",
	"EMLINK",
	"EINVAL",
	"EISDIR",
	"EXDEV",
]);

/** What `rename` says of a folder in the way, on one system or the other. */
const maybeFolder: ReadonlySet<string> = new Set(["EISDIR", "ENOTEMPTY", "EPERM", "EACCES", "EBUSY"]);

export type PlaceOptions = {
	readonly onExists: ExistsPolicy;
	/** Whether the bytes lie in the folder of the name: then nothing is elsewhere, whatever the calls say. */
	readonly isBeside: boolean;
	/** Called before an empty file is put under the name, which nothing has. */
	readonly onReserve: () => void;
};

/** @throws {NodeJS.ErrnoException} the file has not got the name. */
export function place(source: string, target: string, { onExists, isBeside, onReserve }: PlaceOptions): Placing {
	try {
		if (onExists === "overwrite") renameSync(source, target);
		else linkSync(source, target);
		return "placed";
	} catch (error) {
		const code = fileErrorCode(error);
		if (code === "EXDEV" && !isBeside) return "elsewhere";
		// A share repeats a call whose answer was lost: the name may be taken by this very file.
		if (code === "EEXIST") return isSameFile(source, target) ? "placed" : "taken";
		if (onExists === "overwrite") {
			if (maybeFolder.has(code) && isFolder(target)) return "taken";
			throw error;
		}
		if (noLinks.has(code)) return placeWithoutLink(source, target, { isBeside, onReserve });
		throw error;
	}
}

/**
 * Reserves the name with an empty file, which fails where it exists, then renames over that file. A run killed between
 * the two leaves the empty file behind until the next one.
 */
function placeWithoutLink(
	source: string,
	target: string,
	{ isBeside, onReserve }: Omit<PlaceOptions, "onExists">,
): Placing {
	if (lstatSync(target, { throwIfNoEntry: false })) return "taken";
	onReserve();
	let reserved: string;
	try {
		reserved = reserve(target);
	} catch (error) {
		if (fileErrorCode(error) === "EEXIST") return "taken";
		throw error;
	}
	try {
		renameSync(source, target);
		return "placed";
	} catch (error) {
		// Only what we have put there.
		if (emptyFileAt(target) === reserved) unlinkQuietly(target);
		if (fileErrorCode(error) === "EXDEV" && !isBeside) return "elsewhere";
		throw error;
	}
}

/** Makes an empty file. @returns What identifies it. */
function reserve(target: string): string {
	const fd = openSync(target, "wx");
	try {
		const { dev, ino } = fstatSync(fd, { bigint: true });
		return `${dev}:${ino}`;
	} finally {
		closeQuietly(fd);
	}
}

function emptyFileAt(path: string): string | undefined {
	const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
	return found?.isFile() && found.size === 0n ? `${found.dev}:${found.ino}` : undefined;
}

/** Of big numbers: inodes of some file systems are beyond what others hold exactly. */
function isSameFile(one: string, other: string): boolean {
	const [a, b] = [one, other].map((path) => lstatSync(path, { throwIfNoEntry: false, bigint: true }));
	return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

function isFolder(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
