/** Bytes of a part that come in several places at once. */
import { fdatasync, fsync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { addSpan, lengthOf, type Span, withoutSpan } from "../core/spans.ts";
import { cannotFlush, syncFile } from "../files/sync.ts";
import { fileOf, type Part, type PartStore } from "./part.ts";
import { ensureOurs, lookNow, writeWhole } from "./part-file.ts";
import { closeState, writeRecord, writeState } from "./scattered-state.ts";

export type ScatterOptions = {
	/** What is to be kept of a part that is complete. */
	readonly here?: readonly Span[];
	/** Whether only digests will tell that its bytes belong together. */
	readonly needsProof?: boolean;
};

/**
 * Makes it known on disk that the bytes of a part are not the first ones of the file any more, before any of the others is
 * written: a part that told nothing of that would be taken for whole up to its last byte, after a loss of power.
 * @throws {NodeJS.ErrnoException} such as ENOSPC. @throws {PartLostError}
 */
export async function scatter(
	store: PartStore,
	part: Part,
	{ here, needsProof = false }: ScatterOptions = {},
): Promise<void> {
	const { source } = part;
	if (!source || part.scattered) return;
	const file = fileOf(store, part);
	lookNow(file);
	const known = here ?? (part.bytes > 0 ? [{ start: 0, end: part.bytes }] : []);
	const state = writeState(file.folder, source, { here: [...known], flushed: [], needsProof });
	try {
		await flushed(fsync, state.fd);
		await syncNames(file.folder);
	} catch (error) {
		closeState(state);
		throw error;
	}
	// It was given up, or begun again, meanwhile.
	if (part.file !== file || file.fd < 0 || part.source !== source || part.scattered) return closeState(state);
	// What came meanwhile came behind the rest.
	if (!here) addSpan(state.here, { start: 0, end: part.bytes });
	part.scattered = state;
}

/** Writes bytes at their place. @throws {NodeJS.ErrnoException} such as ENOSPC. @throws {PartLostError} */
export function writeAt(part: Part, chunk: Buffer, at: number): void {
	const { file, scattered } = part;
	if (!file || !scattered) return;
	ensureOurs(file);
	writeWhole(file.fd, chunk, { bytes: chunk.length, at });
	part.bytes += addSpan(scattered.here, { start: at, end: at + chunk.length });
}

/** Whether bytes that are here, at a place, are these. @throws {NodeJS.ErrnoException} */
export function hasBytesAt(part: Part, chunk: Buffer, at: number): boolean {
	if (!part.file) return false;
	const found = Buffer.alloc(chunk.length);
	const count = readSync(part.file.fd, found, 0, found.length, at);
	return count === found.length && found.equals(chunk);
}

/** Whether what is here already of the place of some bytes is the same. @throws {NodeJS.ErrnoException} */
export function agreesAt(part: Part, chunk: Buffer, at: number): boolean {
	if (chunk.length === 0) return true;
	return (part.scattered?.here ?? []).every((span) => {
		const start = Math.max(span.start, at);
		const end = Math.min(span.end, at + chunk.length);
		return start >= end || hasBytesAt(part, chunk.subarray(start - at, end - at), start);
	});
}

/** Bytes are not wanted as they are: they are missing again, on disk too. @throws {NodeJS.ErrnoException} */
export function loseSpan(part: Part, span: Span): void {
	const { scattered } = part;
	if (!scattered) return;
	scattered.here = withoutSpan(scattered.here, span);
	scattered.flushed = withoutSpan(scattered.flushed, span);
	scattered.losses++;
	part.bytes = lengthOf(scattered.here);
	// In both of its records, and at once, so that no older one is believed, after a loss of power neither.
	writeRecord(scattered);
	writeRecord(scattered);
	if (scattered.fd >= 0) syncFile(scattered.fd, true);
}

/** Tells on disk what is here. @throws {NodeJS.ErrnoException} such as EIO. */
export function tellHere({ scattered }: Part): void {
	if (scattered) writeRecord(scattered);
}

/** Flushes what is here, beside the work; what fails is tried again by the next call. */
export async function flushHere(part: Part): Promise<void> {
	const { file, scattered } = part;
	if (!file || !scattered || scattered.isFlushing) return;
	const { losses } = scattered;
	const here = [...scattered.here];
	scattered.isFlushing = true;
	try {
		await flushed(fdatasync, file.fd);
		// Where something was lost meanwhile, other bytes may have come in its place, and were not flushed.
		if (part.scattered !== scattered || scattered.losses !== losses) return;
		scattered.flushed = here;
		writeRecord(scattered);
		await flushed(fdatasync, scattered.fd);
	} catch {
		// Where the disk does not take the bytes, the next write tells.
	} finally {
		scattered.isFlushing = false;
	}
}

/** A file system that does not flush at all promises nothing either way. */
async function flushed(flush: typeof fsync | typeof fdatasync, fd: number): Promise<void> {
	try {
		await promisify(flush)(fd);
	} catch (error) {
		if (!cannotFlush(error)) throw error;
	}
}

async function syncNames(folder: string): Promise<void> {
	if (process.platform === "win32") return;
	const handle = await open(folder, "r");
	try {
		await flushed(fsync, handle.fd);
	} finally {
		await handle.close();
	}
}
