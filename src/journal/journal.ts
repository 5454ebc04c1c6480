/** What a download directory remembers of its entries. The coordinator alone writes it. */
import { lstatSync, renameSync } from "node:fs";
import type { LevelMemory } from "../core/level-memory.ts";
import type { Saved } from "../core/saved.ts";
import { type StateLayout, sideJournal } from "../core/state-layout.ts";
import { createGatheredLines } from "../files/gathered-lines.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { syncFolder } from "../files/sync.ts";
import { type JournalFile, openJournalFile } from "./journal-file.ts";
import { createKeyTable } from "./key-table.ts";
import { createLevelBook } from "./level-book.ts";
import { clearUnfinished, loadJournal, readRecords, setAside } from "./load-journal.ts";
import { formatRecord, type JournalRecord } from "./record.ts";
import { copySideJournals, forgetSideJournals, type SideJournal } from "./side-journals.ts";

/** Records are held back until so many bytes have gathered. */
const batchBytes = 64 * 1024;

export type Journal = {
	/**
	 * Notes that the run has met an entry.
	 * @returns `seen` when it had already; what earlier runs saved of it, where they did.
	 */
	meet(key: string): { readonly seen: boolean; readonly saved?: Saved };
	/** How an entry of this run has ended; undefined where the run did not meet it. To be asked when all have. */
	endOf(key: string): "failed" | "well" | undefined;
	/** Learns that an earlier run saved an entry and could not record it; where it replaced a file, `atMs` tells when. */
	recover(key: string, saved: Saved): void;
	/** Records the end of an entry, at the latest with the next `flush`. @throws {NodeJS.ErrnoException} such as ENOSPC. */
	record(record: JournalRecord): void;
	/** What a run of the last day has learned of how much a host may be asked for. */
	levelOf(host: string): LevelMemory | undefined;
	/** Records that for the next run. */
	rememberLevel(host: string, memory: LevelMemory): void;
	flush(): void;
	/** Goes on in a journal of this run's own: another run may have taken it for dead, and work in the one so far. */
	stepAside(): void;
	/** @throws {NodeJS.ErrnoException} what was recorded last may be lost; it is closed all the same. */
	close(): void;
};

export type JournalOptions = {
	readonly layout: StateLayout;
	readonly run: string;
	/** No other run works in the directory, and one that comes will see this one: the journal is this run's. */
	readonly isAlone: boolean;
	/** Journals of other runs that lay there before it was looked who works here: what comes later may be somebody's who was not seen. */
	readonly sides: readonly SideJournal[];
	/** Whether a run is one of the others that work here. */
	readonly isLiving: (run: string) => boolean;
	/** Forget what earlier runs recorded. */
	readonly fresh: boolean;
	/** Flush what is written to the disk. */
	readonly fsync: boolean;
	/** Told why that cannot be done here, as often as it is tried. */
	readonly onUnflushed: (why: string) => void;
	readonly warn: (message: string) => void;
};

/** In the table a key has the place of its record plus one, or 0, times eight; then whether it failed in this run; which of the two files it lies in; the lowest bit tells that this run met it. */
const seenBit = 1;
const placeUnit = 8;
const failedUnit = 4;
const ownUnit = 2;

/**
 * Opens the journal of a directory, or begins one.
 * @throws {NodeJS.ErrnoException} it can be neither read nor begun. @throws {UntrustedError}
 */
export function openJournal(options: JournalOptions): Journal {
	const { layout, run, fsync } = options;
	const table = createKeyTable();
	/** A failure tells nothing of a file that is there. */
	const know =
		(unit: number) =>
		(record: JournalRecord, offset: number): void => {
			if (record.status === "saved") table.set(record.key, (offset + 1) * placeUnit + unit);
			else if (record.status === "level") levels.know(record);
		};
	const levels = createLevelBook();
	const files = openFiles(options, {
		know,
		where: (record) => (record.status === "level" ? 0 : (table.get(record.key) ?? 0)),
	});
	/** A journal that another run writes, as it was at the start. */
	const { shared } = files;
	let { own } = files;
	/** The one in which this run found records at its start. */
	const first = own;
	const pending = createGatheredLines(formatRecord);
	/** What a full disk has kept from being written so far. */
	let unwritten: Buffer = Buffer.alloc(0);
	/** Few, and mostly none: what a killed run had published since its last write to the journal. */
	const recovered = new Map<string, Saved>();
	/** A map keeps each text that it is asked for: a copy in the old generation for every entry of the list. */
	const recoveredOf = (key: string): Saved | undefined => (recovered.size === 0 ? undefined : recovered.get(key));

	const read = (value: number): Saved | undefined => readAt({ own: first, shared }, value);

	const flush = (): void => {
		const taken = pending.take();
		unwritten = unwritten.length > 0 ? Buffer.concat([unwritten, taken]) : taken;
		if (unwritten.length === 0) return;
		while (unwritten.length > 0) unwritten = unwritten.subarray(own.write(unwritten));
		pending.giveBack(taken);
		if (fsync) tell(own.sync());
	};

	const tell = (why: string | undefined): void => {
		if (why !== undefined) options.onUnflushed(why);
	};

	if (fsync) tell(syncFolder(layout.state));
	return {
		meet(key) {
			const value = table.get(key) ?? 0;
			if (value % 2 === seenBit) return { seen: true };
			table.set(key, value + seenBit);
			const saved = recoveredOf(key) ?? read(value);
			return saved ? { seen: false, saved } : { seen: false };
		},
		recover(key, saved) {
			const known = read(table.get(key) ?? 0);
			// A record from before the file was replaced is of another, though both may have the same size.
			const isOlder = saved.atMs !== undefined && (known?.atMs ?? 0) < saved.atMs;
			if (known?.file === saved.file && known.bytes === saved.bytes && !isOlder) return;
			// What somebody has changed since then is later than this.
			const found = { ...saved, atMs: saved.atMs ?? Date.now() };
			recovered.set(key, found);
			pending.add({ key, status: "saved", ...found });
		},
		endOf(key) {
			const value = table.get(key) ?? 0;
			if (value % 2 !== seenBit) return undefined;
			return hasUnit(value, failedUnit) ? "failed" : "well";
		},
		record(record) {
			pending.add(record);
			if (record.status === "failed") {
				const value = table.get(record.key) ?? 0;
				if (!hasUnit(value, failedUnit)) table.set(record.key, value + failedUnit);
			}
			if (pending.size >= batchBytes) flush();
		},
		levelOf: levels.of,
		rememberLevel(host, memory) {
			const record = levels.next(host, memory);
			if (record) pending.add(record);
		},
		flush,
		stepAside() {
			const path = sideJournal(layout, run);
			if (lstatSync(path, { throwIfNoEntry: false })) return;
			const side = openJournalFile(path, "own");
			// The one so far stays open: records of it may still be asked for.
			own = side;
		},
		close() {
			const errors: unknown[] = [];
			const attempt = (act: () => void): void => {
				try {
					act();
				} catch (error) {
					errors.push(error);
				}
			};
			attempt(flush);
			// Of a run that was not alone and has recorded nothing.
			if (errors.length === 0 && own.size() === 0) unlinkQuietly(sideJournal(layout, run));
			for (const file of new Set([own, first, shared])) if (file) attempt(file.close);
			if (errors.length > 0) throw errors[0];
		},
	};
}

type Files = {
	/** What this run writes. */
	readonly own: JournalFile;
	/** What another run may write: read alone. */
	readonly shared: JournalFile | undefined;
};

type Known = {
	/** Keeps the places of records in one of the two files. */
	readonly know: (unit: number) => (record: JournalRecord, offset: number) => void;
	/** What the table has of a record's key. */
	readonly where: (record: JournalRecord) => number;
};

/** What was saved, by a value of the table. */
function readAt({ own, shared }: Files, value: number): Saved | undefined {
	const place = Math.floor(value / placeUnit);
	if (place === 0) return undefined;
	return (hasUnit(value, ownUnit) ? own : shared)?.read(place - 1);
}

/** Values are too large for the operators of bits. */
function hasUnit(value: number, unit: number): boolean {
	return Math.floor(value / unit) % 2 === 1;
}

function openFiles(options: JournalOptions, known: Known): Files {
	return options.isAlone ? openAlone(options, known) : openBeside(options, known);
}

/** Takes over what runs that were not alone have recorded. */
function copyOthers({ fsync, warn, sides, isLiving }: JournalOptions, known: Known, files: Files): void {
	const copied = copySideJournals(sides, {
		into: files.own,
		isKnown(record) {
			const saved = readAt(files, known.where(record));
			return record.status === "saved" && saved?.file === record.file && saved.bytes === record.bytes;
		},
		onRecord: known.know(ownUnit),
	});
	if (fsync && copied.length > 0) files.own.sync();
	forgetSideJournals(copied, { isLiving, warn });
}

/** Takes the journal over, with what runs that were not alone have left. */
function openAlone(options: JournalOptions, known: Known): Files {
	const { layout, run, fresh, sides, warn } = options;
	const path = layout.journal;
	clearUnfinished(layout);
	if (fresh) {
		for (const side of sides) unlinkQuietly(side.path);
		const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
		if (isThere && !unlinkQuietly(path)) {
			setAside(path, { warn, why: "cannot be removed", put: (aside) => renameSync(path, aside) });
		}
	}
	loadJournal(path, { warn, run, onRecord: known.know(ownUnit) });
	const files: Files = { own: openJournalFile(path, "own"), shared: undefined };
	copyOthers(options, known, files);
	return files;
}

/** Another run works here, or may: its journal is neither written nor cut. */
function openBeside(options: JournalOptions, known: Known): Files {
	const { layout, run, fresh } = options;
	const own = openJournalFile(sideJournal(layout, run), "own");
	if (fresh) return { own, shared: undefined };
	let shared: JournalFile | undefined;
	try {
		shared = openJournalFile(layout.journal, "read");
		readRecords(shared.fd, known.know(0));
	} catch {
		// Not there yet, or damaged: the run that has it sees to that.
	}
	const files: Files = { own, shared };
	copyOthers(options, known, files);
	return files;
}
