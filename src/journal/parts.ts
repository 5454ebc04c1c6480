/** The folder of parts: what earlier runs left there, taken over or cleared away. Only names that downspout gives are touched. */
import { lstatSync, readdirSync, renameSync, type Stats } from "node:fs";
import { join } from "node:path";
import { readPartName, type StateLayout, takenId } from "../core/state-layout.ts";
import { fileErrorCode } from "../files/file-error.ts";
import { rmdirQuietly, unlinkQuietly } from "../files/quietly.ts";

/** A part that nothing has touched for so long, and that no list names, is of no use to anybody. */
const oldMs = 30 * 24 * 60 * 60_000;

/** Whether what lies at a path in the name of an owner may be taken over. */
export type IsGone = (ownerId: string, path: string) => boolean;

/** The files of a part: where its bytes came from, the same while it is written anew, and they themselves. */
const files = ["source.json", "source.new", "body"];

/** Names in the folder of parts, as they are now. */
export function listParts({ parts }: StateLayout): string[] {
	return readdirSync(parts);
}

/**
 * Takes what an owner has from it, in one step: one that sleeps, and has looked already whether it may, then gives no file
 * its name. What had its name before is the same file still.
 * @returns What it is called now.
 */
export function seize({ parts }: StateLayout, name: string, isGone: IsGone): string {
	const ownerId = readPartName(name)?.ownerId;
	if (ownerId === undefined || !isGone(ownerId, join(parts, name))) return name;
	const seized = takenName(name, ownerId);
	return seized !== name && movePart(join(parts, name), join(parts, seized)) ? seized : name;
}

/** Of what lies in an owner's name, or within that: what it is called when it has been taken from there. */
export function takenName(name: string, ownerId: string): string {
	const at = name.lastIndexOf(ownerId);
	return at < 0 ? name : name.slice(0, at) + takenId(ownerId) + name.slice(at + ownerId.length);
}

/**
 * Takes a part from an owner that is gone.
 * @returns The key, where the part may be continued.
 */
export function settlePart({ parts }: StateLayout, name: string, isGone: IsGone): string | undefined {
	const known = readPartName(name);
	if (known?.kind !== "part") return undefined;
	const path = join(parts, name);
	if (known.ownerId === undefined) return known.key;
	return isGone(known.ownerId, path) && movePart(path, join(parts, known.key)) ? known.key : undefined;
}

/** Whether it is the temporary file of an owner that is gone. */
export function isTemporary({ parts }: StateLayout, name: string, isGone: IsGone): boolean {
	const known = readPartName(name);
	return known?.kind === "temporary" && isGone(known.ownerId, join(parts, name));
}

/** Removes a part that nobody has. What lies there besides its files stays, and so does the folder then. */
export function removePart(folder: string): void {
	// The bytes last: a kill in between leaves nothing that could be taken for another version.
	for (const name of files) unlinkQuietly(join(folder, name));
	rmdirQuietly(folder);
}

/**
 * Gives a part another name, over an older part that has it.
 * @returns Whether it has that name now; false where another run was faster, or it cannot be moved.
 */
export function movePart(from: string, to: string): boolean {
	for (let tries = 0; tries < 2; tries++) {
		try {
			renameSync(from, to);
			return true;
		} catch (error) {
			const code = fileErrorCode(error);
			if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") return false;
			removePart(to);
		}
	}
	return false;
}

/** Removes those of the parts that have lain there for a month. @param nowMs - As the file system tells it. */
export function forgetOldParts({ parts }: StateLayout, keys: Iterable<string>, nowMs: number): void {
	for (const key of keys) {
		const folder = join(parts, key);
		const found = look(join(folder, "body")) ?? look(folder);
		if (found && nowMs - found.mtimeMs > oldMs) removePart(folder);
	}
}

/** What cannot be looked at, such as a part that is root's, stays: it is nothing to end a run for. */
function look(path: string): Stats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false });
	} catch {
		return undefined;
	}
}
