/** Brings a file to the mount of its folder, where that is another than the one of the state: under a name of ours first, as only there it can be given its own in one step. */
import { closeSync, constants, copyFileSync, openSync, utimesSync } from "node:fs";
import { relative } from "node:path";
import { besideName } from "../core/state-layout.ts";
import { closeQuietly, unlinkQuietly } from "../files/quietly.ts";
import { syncFile } from "../files/sync.ts";
import type { Owner } from "../journal/owner.ts";
import type { Folder } from "./folders.ts";
import type { PartStore } from "./part.ts";

export type Distant = {
	readonly publication: { readonly part: { readonly key: string }; readonly modifiedSeconds?: number | undefined };
	readonly folder: Folder;
	readonly n: number;
	readonly path: string;
	readonly bytes: number;
	beside: { readonly source: string; readonly path: string } | undefined;
};

export type CopyOptions = { readonly store: PartStore; readonly owner: Owner; readonly fsync: boolean };

/**
 * Copies the bytes. That there is a copy is announced first, so that the next run can remove what a killed one leaves.
 * @throws {NodeJS.ErrnoException} such as ENOSPC.
 */
export function copyBeside(ready: Distant, file: string, { store, owner, fsync }: CopyOptions): void {
	const { folder, publication } = ready;
	const path = `${folder.path}/${besideName(owner.id, ready.n)}`;
	const source = relative(store.parts, path);
	owner.intend([{ key: publication.part.key, file, bytes: ready.bytes, source }]);
	try {
		copyFileSync(ready.path, path, constants.COPYFILE_EXCL);
		if (publication.modifiedSeconds !== undefined) setTime(path, publication.modifiedSeconds);
		if (fsync) flush(path);
	} catch (error) {
		unlinkQuietly(path);
		owner.withdraw(source);
		throw error;
	}
	ready.beside = { source, path };
}

/** Where it cannot be set, that was told of the original. */
function setTime(path: string, modifiedSeconds: number): void {
	try {
		utimesSync(path, Date.now() / 1000, modifiedSeconds);
	} catch {
		// The file has the present time.
	}
}

function flush(path: string): void {
	const fd = openSync(path, "r+");
	try {
		syncFile(fd);
	} catch (error) {
		closeQuietly(fd);
		throw error;
	}
	closeSync(fd);
}
