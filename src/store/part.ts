/** The bytes of a file that is not complete: in memory while they are few, then in a folder of their own that a later attempt can take over. */
import { accessSync, constants, existsSync, fdatasyncSync, ftruncateSync, lstatSync, readSync } from "node:fs";
import { join } from "node:path";
import { ifRangeValue } from "../core/ranges.ts";
import { lengthOf, prefixOf, withoutSpan } from "../core/spans.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { movePart, removePart } from "../journal/parts.ts";
import { letGoOf, withRoom } from "./body-memory.ts";
import {
	abandonPartFile,
	bodyPath,
	closePartFile,
	createPartFile,
	ensureOurs,
	lookNow,
	makePartFolder,
	openPartFile,
	type PartFile,
	writeWhole,
} from "./part-file.ts";
import { type PartSource, readSource, writeSource } from "./part-source.ts";
import { closeState, knowsBoot, readState, type Scattered, writeRecord, writeState } from "./scattered-state.ts";

export type { PartSource } from "./part-source.ts";

/** Bytes that are held in memory before a part gets a file. */
const memoryBytes = 128 * 1024;

export type Part = {
	readonly key: string;
	/** Bytes of the file that are here, in memory or on disk. */
	bytes: number;
	/** Absent until the first response head. */
	source: PartSource | undefined;
	/** The bytes, from its start on, until there is a file. */
	memory: Buffer | undefined;
	file: PartFile | undefined;
	/** Present where the bytes that are here are not the first ones of the file: which they are. */
	scattered: Scattered | undefined;
};

/** Where a worker keeps its parts. */
export type PartStore = {
	/** The folder of all parts of the directory. */
	readonly parts: string;
	readonly ownerId: string;
	/** Throws when others have the worker's work, as it slept: what it put down now would be nobody's. Absent where that cannot be. */
	readonly assertWanted?: (() => void) | undefined;
};

export function newPart(key: string): Part {
	return { key, bytes: 0, source: undefined, memory: undefined, file: undefined, scattered: undefined };
}

/**
 * Takes over what an earlier attempt left, or starts afresh. The rename makes sure that nobody else does. Never throws:
 * what cannot be used is left where it is, or cleared away.
 */
export function claimPart(store: PartStore, key: string): Part {
	const part = newPart(key);
	const free = join(store.parts, key);
	const folder = ownedFolder(store, key);
	// Looked at first: what another user has left could not be put back, nor be got out of the way.
	if (!isUsable(store, free) || !movePart(free, folder)) return part;
	try {
		part.source = readSource(folder);
		const opened = part.source && openPartFile(folder);
		if (opened) {
			part.file = opened.file;
			part.bytes = opened.bytes;
			return part;
		}
		if (!part.source && claimScattered(part, folder)) return part;
	} catch {
		// Whatever it is, it is no part.
	}
	removePart(folder);
	return newPart(key);
}

/** The same for a part whose bytes lie in several places. @returns Whether it is one that can be continued. */
function claimScattered(part: Part, folder: string): boolean {
	const found = readState(folder);
	const last = found?.here.at(-1);
	const opened = found && last && openPartFile(folder);
	if (!opened) return false;
	try {
		const { source, here, flushed, needsProof } = found;
		if (last.end > Math.min(opened.bytes, source.totalBytes ?? 0))
			throw new RangeError("it tells of more than there is");
		// Another file: a worker that was taken for dead may still write to the old one.
		part.scattered = writeState(folder, source, { here, flushed, needsProof });
		part.source = source;
		part.file = opened.file;
		part.bytes = lengthOf(here);
		return true;
	} catch (error) {
		abandonPartFile(opened.file);
		throw error;
	}
}

/** Adds bytes; `chunk` may be used again afterwards. @throws {NodeJS.ErrnoException} such as ENOSPC. @throws {PartLostError} */
export function append(store: PartStore, part: Part, chunk: Buffer): void {
	if (part.file) ensureOurs(part.file);
	else {
		const total = part.bytes + chunk.length;
		if (total <= memoryBytes) {
			// At once as much as the file will need, where that is known.
			const wanted = Math.max(total, Math.min(part.source?.totalBytes ?? 0, memoryBytes));
			part.memory = withRoom(part.memory, part.bytes, wanted);
			chunk.copy(part.memory, part.bytes);
			part.bytes = total;
			return;
		}
		part.file = spill(store, part);
	}
	writeWhole(part.file.fd, chunk, { bytes: chunk.length, at: part.bytes });
	part.bytes += chunk.length;
}

/** Begins again with another version of the file, or with the same from its start. @throws as `append`. */
export function restart(part: Part, source: PartSource): void {
	part.bytes = 0;
	part.source = source;
	gather(part);
	const { file } = part;
	if (!file) return;
	lookNow(file);
	// First the bytes go, then what they were: a crash in between leaves an empty part, never a wrong pair. A new file, as
	// a worker that was taken for dead, and paused within a write, may still write to the old one.
	abandonPartFile(file);
	unlinkQuietly(bodyPath(file.folder));
	writeSource(file.folder, source);
	part.file = createPartFile(file.folder);
}

/** A copy of the first bytes, at most so many. @throws {NodeJS.ErrnoException} */
export function beginningOf(part: Part, bytes: number): Buffer {
	const start = Buffer.alloc(Math.min(bytes, part.bytes));
	if (part.file) {
		for (let at = 0; at < start.length; ) {
			const read = readSync(part.file.fd, start, at, start.length - at, at);
			if (read === 0) return start.subarray(0, at);
			at += read;
		}
		return start;
	}
	part.memory?.copy(start, 0, 0, start.length);
	return start;
}

/** The first bytes that are not here; without an end where none are known to follow that are. */
export function firstMissing({ scattered, bytes }: Part): { readonly start: number; readonly end?: number } {
	if (!scattered) return { start: bytes };
	const start = prefixOf(scattered.here);
	const next = scattered.here.find((one) => one.start > start);
	return { start, ...(next && { end: next.start }) };
}

/** Drops the last byte, so that a part of full length can be asked for its end. @throws as `append`. */
export function dropLastByte(part: Part): void {
	if (!part.file || part.bytes === 0) return;
	lookNow(part.file);
	part.bytes--;
	if (part.scattered) {
		part.scattered.here = withoutSpan(part.scattered.here, { start: part.bytes, end: part.bytes + 1 });
		return;
	}
	ftruncateSync(part.file.fd, part.bytes);
}

/**
 * Leaves the bytes to a later attempt, where that can continue them. Never throws.
 * @param isProven - Whether it can without a validator. @returns Whether something was kept.
 */
export function release(store: PartStore, part: Part, isProven = false): boolean {
	if (part.bytes === 0 || !part.source || (!isProven && ifRangeValue(part.source) === undefined)) {
		discard(part);
		return false;
	}
	try {
		const file = fileOf(store, part);
		lookNow(file);
		tellAll(part, file);
		closePartFile(file);
		if (movePart(file.folder, join(store.parts, part.key))) {
			part.file = undefined;
			return true;
		}
	} catch {
		// What could not be written, or is not ours any more.
	}
	discard(part);
	return false;
}

/** Removes the bytes. Never throws: what cannot be removed is cleared away by the next run. */
export function discard(part: Part): void {
	forgetMemory(part);
	part.bytes = 0;
	gather(part);
	const { file } = part;
	if (!file) return;
	part.file = undefined;
	abandonPartFile(file);
	removePart(file.folder);
}

/** Closes a part's file, whose bytes are complete. @throws {NodeJS.ErrnoException} they may be lost. @throws {PartLostError} */
export function closePart(part: Part): void {
	if (!part.file) return;
	lookNow(part.file);
	gather(part);
	closePartFile(part.file);
}

/** From here on its bytes are those from the start on, or there are none. */
function gather(part: Part): void {
	if (part.scattered) closeState(part.scattered);
	part.scattered = undefined;
}

/** Tells what is here of a part that is put down. @throws {NodeJS.ErrnoException} */
function tellAll(part: Part, { fd }: PartFile): void {
	const { scattered } = part;
	if (!scattered) return;
	if (!knowsBoot()) {
		fdatasyncSync(fd);
		scattered.flushed = [...scattered.here];
	}
	writeRecord(scattered);
	gather(part);
}

/** Place of a part's bytes in the folder of parts. */
export function bodyName(store: PartStore, { key }: Part): string {
	return `${key}@${store.ownerId}/body`;
}

/** Its bytes in memory are not needed any more. */
export function forgetMemory(part: Part): void {
	const { memory } = part;
	part.memory = undefined;
	if (memory) letGoOf(memory);
}

/** The file of a part; what is in memory moves there first. @throws as `append`. */
export function fileOf(store: PartStore, part: Part): PartFile {
	part.file ??= spill(store, part);
	return part.file;
}

/** Moves what is in memory to a file. @throws as `append`; and where others do the worker's work. */
function spill(store: PartStore, part: Part): PartFile {
	store.assertWanted?.();
	const folder = ownedFolder(store, part.key);
	removePart(folder);
	makePartFolder(folder);
	let file: PartFile | undefined;
	try {
		writeSource(folder, part.source);
		file = createPartFile(folder);
		writeMemory(file.fd, part);
	} catch (error) {
		if (file) abandonPartFile(file);
		removePart(folder);
		throw error;
	}
	forgetMemory(part);
	return file;
}

/** Writes what is in memory at the start of a file. @throws {NodeJS.ErrnoException} such as ENOSPC. */
export function writeMemory(fd: number, { memory, bytes }: Part): void {
	if (memory) writeWhole(fd, memory, { bytes, at: 0 });
}

function ownedFolder(store: PartStore, key: string): string {
	return join(store.parts, `${key}@${store.ownerId}`);
}

/** Whether a part lies there that this user may change, and this worker may still take. */
function isUsable(store: PartStore, folder: string): boolean {
	try {
		store.assertWanted?.();
		if (!lstatSync(folder).isDirectory()) return false;
		accessSync(folder, constants.W_OK | constants.X_OK);
		// A kill before the first byte leaves none: such a part is taken as well, to be cleared away.
		if (existsSync(bodyPath(folder))) accessSync(bodyPath(folder), constants.R_OK | constants.W_OK);
		return true;
	} catch {
		return false;
	}
}
