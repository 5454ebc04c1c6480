/** A file of records: one run appends to it, and what lies in it is read again by its place. */
import { closeSync, constants, fstatSync, readSync, writeSync } from "node:fs";
import type { Saved } from "../core/saved.ts";
import { syncFile } from "../files/sync.ts";
import { openTrusted } from "../files/trust.ts";
import { parseRecord } from "./record.ts";

/** Bytes read around a record: the neighbours are asked for next when a list is run again. */
const windowBytes = 64 * 1024;
const newline = 10;

export type JournalFile = {
	readonly fd: number;
	/** Bytes that it has now. */
	size(): number;
	/** What an entry was saved as, by the place of its record; undefined where there is no such record. */
	read(offset: number): Saved | undefined;
	/** @returns Bytes that were written, which may be fewer. @throws {NodeJS.ErrnoException} such as ENOSPC. */
	write(bytes: Buffer): number;
	/** @returns Why it cannot be flushed here. @throws {NodeJS.ErrnoException} such as EIO. */
	sync(): string | undefined;
	/** @throws {NodeJS.ErrnoException} what was written may be lost; the file is closed all the same. */
	close(): void;
};

/** @param access - `own` makes the file where it is not there. @throws {UntrustedError} @throws {NodeJS.ErrnoException} */
export function openJournalFile(path: string, access: "own" | "read"): JournalFile {
	const flags = access === "own" ? constants.O_RDWR | constants.O_CREAT | constants.O_APPEND : constants.O_RDONLY;
	const fd = openTrusted(path, flags);
	const window = Buffer.allocUnsafe(windowBytes);
	let windowStart = 0;
	let windowLength = 0;
	const find = (offset: number): string | undefined => {
		const from = offset - windowStart;
		if (from < 0 || from >= windowLength) return undefined;
		const end = window.subarray(0, windowLength).indexOf(newline, from);
		return end < 0 ? undefined : window.toString("utf8", from, end);
	};
	return {
		fd,
		size: () => fstatSync(fd).size,
		read(offset) {
			let line = find(offset);
			if (line === undefined) {
				windowStart = offset;
				windowLength = readSync(fd, window, 0, window.length, offset);
				line = find(offset);
			}
			const record = line === undefined ? undefined : parseRecord(line);
			if (record?.status !== "saved") return undefined;
			const { key: _key, status: _status, ...saved } = record;
			return saved;
		},
		write: (bytes) => writeSync(fd, bytes),
		sync: () => syncFile(fd, true),
		close: () => closeSync(fd),
	};
}
