/** What a download directory remembers of its entries. The coordinator alone writes it. */
import { lstatSync, renameSync } from "node:fs";
import type { Saved } from "../core/saved.ts";
import { type StateLayout, sideJournal } from "../core/state-layout.ts";
import { createGatheredText } from "../files/gathered-text.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { syncFolder } from "../files/sync.ts";
import { type JournalFile, openJournalFile } from "./journal-file.ts";
import { createKeyTable } from "./key-table.ts";
import { clearUnfinished, loadJournal, readRecords, setAside } from "./load-journal.ts";
import { formatRecord, type JournalRecord } from "./record.ts";
import { copySideJournals, findSideJournals, forgetSideJournals } from "./side-journals.ts";

/** Records are held back until so many bytes have gathered. */
const batchBytes = 64 * 1024;

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
	/** Forget what earlier runs recorded. */
	readonly fresh: boolean;
	/** Flush what is written to the disk. */
	readonly fsync: boolean;
	/** Told why that cannot be done here, as often as it is tried. */
	readonly onUnflushed: (why: string) => void;
	readonly warn: (message: string) => void;
};

/** In the table a key has the place of its record plus one, or 0, times four; then which of the two files it lies in; the lowest bit tells that this run met it. */
const seenBit = 1;
const placeUnit = 4;
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
		};
	const files = openFiles(options, know);
	/** A journal that another run writes, as it was at the start. */
	const { shared } = files;
	let { own } = files;
	/** The one in which this run found records at its start. */
	const first = own;
	const pending = createGatheredText();
	/** What a full disk has kept from being written so far. */
	let unwritten: Buffer = Buffer.alloc(0);
	/** Few, and mostly none: what a killed run had published since its last write to the journal. */
	const recovered = new Map<string, Saved>();
	/** A map keeps each text that it is asked for: a copy in the old generation for every entry of the list. */
	const recoveredOf = (key: string): Saved | undefined => (recovered.size === 0 ? undefined : recovered.get(key));

	const read = (value: number): Saved | undefined => {
		const place = Math.floor(value / placeUnit);
		if (place === 0) return undefined;
		const isOwn = Math.floor(value / ownUnit) % 2 === 1;
		return (isOwn ? first : shared)?.read(place - 1);
	};

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
			// A file that was replaced has another size, or the record of the one before tells that it is not that one.
			if (known?.file === saved.file && known.bytes === saved.bytes) return;
			const found = { ...saved, atMs: Date.now() };
			recovered.set(key, found);
			pending.add(formatRecord({ key, status: "saved", ...found }));
		},
		record(record) {
			pending.add(formatRecord(record));
			if (pending.size >= batchBytes) flush();
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

type Know = (unit: number) => (record: JournalRecord, offset: number) => void;

function openFiles(options: JournalOptions, know: Know): Files {
	return options.isAlone ? openAlone(options, know) : openBeside(options, know);
}

/** Takes the journal over, with what runs that were not alone have left. */
function openAlone({ layout, run, fresh, fsync, warn }: JournalOptions, know: Know): Files {
	const path = layout.journal;
	clearUnfinished(layout);
	if (fresh) {
		for (const side of findSideJournals(layout)) unlinkQuietly(side);
		const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
		if (isThere && !unlinkQuietly(path)) {
			setAside(path, { warn, why: "cannot be removed", put: (aside) => renameSync(path, aside) });
		}
	}
	loadJournal(path, { warn, run, onRecord: know(ownUnit) });
	const own = openJournalFile(path, "own");
	const read = copySideJournals(layout, { into: own, own: sideJournal(layout, run), onRecord: know(ownUnit) });
	if (fsync && read.size > 0) own.sync();
	forgetSideJournals(read, warn);
	return { own, shared: undefined };
}

/** Another run works here, or may: its journal is neither written nor cut. */
function openBeside({ layout, run, fresh }: JournalOptions, know: Know): Files {
	const path = sideJournal(layout, run);
	const own = openJournalFile(path, "own");
	if (fresh) return { own, shared: undefined };
	let shared: JournalFile | undefined;
	try {
		shared = openJournalFile(layout.journal, "read");
		readRecords(shared.fd, know(0));
	} catch {
		// Not there yet, or damaged: the run that has it sees to that.
	}
	copySideJournals(layout, { into: own, own: path, onRecord: know(ownUnit) });
	return { own, shared };
}
