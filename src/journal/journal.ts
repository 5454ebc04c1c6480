/** What a download directory remembers of its entries. The coordinator alone writes it. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { createGatheredText } from "../files/gathered-text.ts";
import { createKeyTable } from "./key-table.ts";
import { type LoadOptions, loadJournal } from "./load-journal.ts";
import { formatRecord, type JournalRecord, parseRecord } from "./record.ts";

/** Records are held back until so many bytes have gathered. */
const batchBytes = 64 * 1024;
/** Bytes read around a record: the neighbours are asked for next when a list is run again. */
const windowBytes = 64 * 1024;

export type Saved = { readonly file: string; readonly bytes: number; readonly sha256?: string };

export type Journal = {
	/**
	 * Notes that the run has met an entry.
	 * @returns `seen` when it had already; what earlier runs saved of it, where they did.
	 */
	meet(key: string): { readonly seen: boolean; readonly saved?: Saved };
	/** Learns that an earlier run saved an entry and could not record it. */
	recover(key: string, saved: Saved): void;
	/** Records the end of an entry, at the latest with the next `flush`. @throws {NodeJS.ErrnoException} such as ENOSPC. */
	record(record: JournalRecord): void;
	flush(): void;
	close(): void;
};

/** In the table a key has the place of its record plus one, or 0, doubled; the lowest bit tells that this run met it. */
const seenBit = 1;

/**
 * Opens the journal of a directory, or begins one.
 * @throws {NodeJS.ErrnoException} it can be neither read nor begun.
 */
export function openJournal(path: string, { warn, isShared }: Omit<LoadOptions, "onRecord">): Journal {
	const table = createKeyTable();
	loadJournal(path, {
		warn,
		isShared,
		onRecord: (record, offset) => table.set(record.key, record.status === "saved" ? (offset + 1) * 2 : 0),
	});
	const fd = openSync(path, "a+");
	const window = Buffer.allocUnsafe(windowBytes);
	let windowStart = 0;
	let windowLength = 0;
	const pending = createGatheredText();
	/** What a full disk has kept from being written so far. */
	let unwritten: Buffer = Buffer.alloc(0);
	/** Few, and mostly none: what a killed run had published since its last write to the journal. */
	const recovered = new Map<string, Saved>();
	/** A map keeps each text that it is asked for: a copy in the old generation for every entry of the list. */
	const recoveredOf = (key: string): Saved | undefined => (recovered.size === 0 ? undefined : recovered.get(key));

	const read = (offset: number): Saved | undefined => {
		const find = (): string | undefined => {
			const from = offset - windowStart;
			if (from < 0 || from >= windowLength) return undefined;
			const end = window.subarray(0, windowLength).indexOf(10, from);
			return end < 0 ? undefined : window.toString("utf8", from, end);
		};
		let line = find();
		if (line === undefined) {
			windowStart = offset;
			windowLength = readSync(fd, window, 0, window.length, offset);
			line = find();
		}
		const record = line === undefined ? undefined : parseRecord(line);
		return record?.status === "saved" ? savedOf(record) : undefined;
	};

	const flush = (): void => {
		const taken = pending.take();
		unwritten = unwritten.length > 0 ? Buffer.concat([unwritten, taken]) : taken;
		while (unwritten.length > 0) unwritten = unwritten.subarray(writeSync(fd, unwritten));
		pending.giveBack(taken);
	};

	return {
		meet(key) {
			const value = table.get(key) ?? 0;
			if (value % 2 === seenBit) return { seen: true };
			table.set(key, value + seenBit);
			const saved = recoveredOf(key) ?? (value === 0 ? undefined : read(value / 2 - 1));
			return saved ? { seen: false, saved } : { seen: false };
		},
		recover(key, saved) {
			const value = table.get(key) ?? 0;
			if (value !== 0 && read(value / 2 - 1)?.file === saved.file) return;
			recovered.set(key, saved);
			pending.add(formatRecord({ key, status: "saved", ...saved }));
		},
		record(record) {
			pending.add(formatRecord(record));
			if (pending.size >= batchBytes) flush();
		},
		flush,
		close() {
			try {
				flush();
			} finally {
				closeSync(fd);
			}
		},
	};
}

function savedOf({ file, bytes, sha256 }: JournalRecord & { readonly status: "saved" }): Saved {
	return sha256 === undefined ? { file, bytes } : { file, bytes, sha256 };
}
