/** The bytes of a file that is not complete: in memory while they are few, then in a folder of their own that a later attempt can take over. */
import {
	closeSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmdirSync,
	rmSync,
	statSync,
	unlinkSync,
	writeFileSync,
	writeSync,
	writevSync,
} from "node:fs";
import { join } from "node:path";
import { ifRangeValue, type Validators } from "../core/ranges.ts";
import { keepChunk } from "./chunk-memory.ts";

/** Bytes that are held in memory before a part gets a file. */
const memoryBytes = 128 * 1024;

/** What the bytes are a part of: where they came from and which version. */
export type PartSource = Validators & { readonly url: string };

export type Part = {
	readonly key: string;
	/** Bytes of the file that are here, in memory or on disk. */
	bytes: number;
	/** Absent until the first response head. */
	source: PartSource | undefined;
	/** In order; empty once there is a file. */
	chunks: Buffer[];
	file: { readonly folder: string; readonly fd: number } | undefined;
};

/** Stands in `file.fd` once the descriptor is closed: its number may already name another file. */
const closed = -1;

/** Where a worker keeps its parts. */
export type PartStore = {
	/** The folder of all parts of the directory. */
	readonly parts: string;
	readonly ownerId: string;
};

export function newPart(key: string): Part {
	return { key, bytes: 0, source: undefined, chunks: [], file: undefined };
}

/** Takes over what an earlier attempt left, or starts afresh. The rename makes sure that nobody else does. */
export function claimPart(store: PartStore, key: string): Part {
	const part = newPart(key);
	const folder = ownedFolder(store, key);
	try {
		renameSync(join(store.parts, key), folder);
	} catch {
		return part;
	}
	try {
		part.source = readSource(folder);
		const { size, nlink } = statSync(bodyPath(folder));
		// Already published under a name, which the user may have changed since: these bytes are not ours to change.
		if (nlink > 1) throw new Error("published");
		part.bytes = size;
		part.file = { folder, fd: openSync(bodyPath(folder), "r+") };
		return part;
	} catch {
		rmSync(folder, { recursive: true, force: true });
		return newPart(key);
	}
}

/** Adds bytes; `chunk` may be used again afterwards. @throws {NodeJS.ErrnoException} such as ENOSPC. */
export function append(store: PartStore, part: Part, chunk: Buffer): void {
	if (!part.file) {
		part.chunks.push(keepChunk(chunk));
		part.bytes += chunk.length;
		if (part.bytes > memoryBytes) spill(store, part);
		return;
	}
	let offset = 0;
	while (offset < chunk.length) {
		offset += writeSync(part.file.fd, chunk, offset, chunk.length - offset, part.bytes + offset);
	}
	part.bytes += chunk.length;
}

/** Begins again with another version of the file, or with the same from its start. */
export function restart(part: Part, source: PartSource): void {
	part.bytes = 0;
	part.chunks = [];
	part.source = source;
	if (!part.file) return;
	// First the bytes go, then what they were: a crash in between leaves an empty part, never a wrong pair.
	ftruncateSync(part.file.fd, 0);
	writeFileSync(sourcePath(part.file.folder), JSON.stringify(source));
}

/** Drops the last byte, so that a part of full length can be asked for its end. */
export function dropLastByte(part: Part): void {
	if (!part.file || part.bytes === 0) return;
	part.bytes--;
	ftruncateSync(part.file.fd, part.bytes);
}

/** Leaves the bytes to a later attempt, where that can continue them. @returns Whether something was kept. */
export function release(store: PartStore, part: Part): boolean {
	if (part.bytes === 0 || !part.source || ifRangeValue(part.source) === undefined) {
		discard(part);
		return false;
	}
	try {
		if (!part.file) spill(store, part);
		if (!part.file) return false;
		closeSync(part.file.fd);
		const { folder } = part.file;
		part.file = undefined;
		const free = join(store.parts, part.key);
		rmSync(free, { recursive: true, force: true });
		renameSync(folder, free);
		return true;
	} catch {
		discard(part);
		return false;
	}
}

/** Removes the bytes. Never throws: what cannot be removed is cleared away by the next run. */
export function discard(part: Part): void {
	part.chunks = [];
	part.bytes = 0;
	const { file } = part;
	if (!file) return;
	part.file = undefined;
	if (file.fd !== closed) closeSync(file.fd);
	try {
		// The bytes last: a kill in between leaves nothing that could be taken for another version.
		unlinkSync(sourcePath(file.folder));
		unlinkSync(bodyPath(file.folder));
		rmdirSync(file.folder);
	} catch {
		rmSync(file.folder, { recursive: true, force: true });
	}
}

/** Closes a part's file, whose bytes are complete. */
export function closePart(part: Part): void {
	if (!part.file || part.file.fd === closed) return;
	closeSync(part.file.fd);
	part.file = { folder: part.file.folder, fd: closed };
}

/** Place of a part's bytes in the folder of parts. */
export function bodyName(store: PartStore, { key }: Part): string {
	return `${key}@${store.ownerId}/body`;
}

/** Path of a part's bytes. */
export function bodyPath(folder: string): string {
	return join(folder, "body");
}

function spill(store: PartStore, part: Part): void {
	const folder = ownedFolder(store, part.key);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	writeFileSync(sourcePath(folder), JSON.stringify(part.source ?? {}));
	const fd = openSync(bodyPath(folder), "wx");
	part.file = { folder, fd };
	writeAll(fd, part.chunks);
	part.chunks = [];
}

/** Writes buffers at the start of a file, whole. @throws {NodeJS.ErrnoException} such as ENOSPC. */
export function writeAll(fd: number, chunks: readonly Buffer[]): void {
	const [first] = chunks;
	if (!first) return;
	// Most files are here in one piece.
	const isOne = chunks.length === 1;
	const total = isOne ? first.length : chunks.reduce((sum, chunk) => sum + chunk.length, 0);
	const written = isOne ? writeSync(fd, first, 0, total, 0) : writevSync(fd, chunks, 0);
	if (written === total) return;
	// A short write is rare: a disk that is nearly full, or a signal.
	const rest = Buffer.concat(chunks).subarray(written);
	for (let offset = 0; offset < rest.length; ) {
		offset += writeSync(fd, rest, offset, rest.length - offset, written + offset);
	}
}

function ownedFolder(store: PartStore, key: string): string {
	return join(store.parts, `${key}@${store.ownerId}`);
}

function sourcePath(folder: string): string {
	return join(folder, "source.json");
}

function readSource(folder: string): PartSource {
	const source: unknown = JSON.parse(readFileSync(sourcePath(folder), "utf8"));
	if (typeof source !== "object" || source === null || !("url" in source) || typeof source.url !== "string") {
		throw new SyntaxError(`no source in ${folder}`);
	}
	const text = (name: "etag" | "lastModified" | "date"): Validators => {
		const value: unknown = Reflect.get(source, name);
		return typeof value === "string" ? { [name]: value } : {};
	};
	const totalBytes: unknown = Reflect.get(source, "totalBytes");
	return {
		url: source.url,
		...text("etag"),
		...text("lastModified"),
		...text("date"),
		...(typeof totalBytes === "number" ? { totalBytes } : {}),
	};
}
