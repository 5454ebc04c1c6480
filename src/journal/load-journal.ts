/** Reads a journal at the start of a run. What is damaged is set aside, and what can be read of it is kept. */
import {
	closeSync,
	constants,
	copyFileSync,
	existsSync,
	lstatSync,
	openSync,
	readdirSync,
	renameSync,
	truncateSync,
	writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { StateLayout } from "../core/state-layout.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { syncFile } from "../files/sync.ts";
import { privateFileMode } from "../files/trust.ts";
import { readLines } from "./read-lines.ts";
import { formatRecord, type JournalRecord, parseRecord } from "./record.ts";

export type LoadOptions = {
	/** Told what is wrong and which file holds the damaged journal. */
	readonly warn: (message: string) => void;
	/** The run: what it makes here is named for it. */
	readonly run: string;
	/** Called for each record with its place in the journal as it then is. */
	readonly onRecord: (record: JournalRecord, offset: number) => void;
};

/** Between the name of a journal and that of the run that puts it right. */
const unfinished = ".new-";

/** Removes what runs that were killed over it have left. */
export function clearUnfinished({ state, journal }: StateLayout): void {
	const beginning = `${basename(journal)}${unfinished}`;
	for (const name of readdirSync(state)) if (name.startsWith(beginning)) unlinkQuietly(join(state, name));
}

/** What was met besides records. */
export type Damage = { readonly damaged: number; readonly tornAt: number | undefined };

/**
 * Loads the journal of a directory in which no other run works: it may be cut and renamed.
 * @throws {NodeJS.ErrnoException} the journal can be neither read nor set aside.
 */
export function loadJournal(path: string, options: LoadOptions): void {
	const found = lstatSync(path, { throwIfNoEntry: false });
	if (!found) return;
	let damage: Damage;
	// Another name of the same file, in a copy made of hard links, keeps what it has.
	const isNamedTwice = found.nlink > 1 && found.isFile();
	try {
		damage = readRecords(path, isNamedTwice ? () => {} : options.onRecord);
	} catch (error) {
		const why = `cannot be read (${error instanceof Error ? error.message : String(error)})`;
		setAside(path, { warn: options.warn, why, put: (aside) => renameSync(path, aside) });
		return;
	}
	if (damage.damaged > 0 || isNamedTwice) salvage(path, { ...options, ...damage });
	else if (damage.tornAt !== undefined) truncateSync(path, damage.tornAt);
}

/** Calls with each record that is whole. @throws {NodeJS.ErrnoException} the file cannot be read. */
export function readRecords(file: string | number, onRecord: LoadOptions["onRecord"]): Damage {
	let damaged = 0;
	let tornAt: number | undefined;
	for (const { text, offset, ended } of readLines(file)) {
		const record = text === "" ? undefined : parseRecord(text);
		if (record && ended) onRecord(record, offset);
		else if (!ended) tornAt = offset;
		else if (text !== "") damaged++;
	}
	return { damaged, tornAt };
}

/** A kill on the way leaves the damaged journal where it is: the good one takes its place in one step. */
function salvage(path: string, { warn, run, damaged, onRecord }: LoadOptions & Damage): void {
	const good = `${path}${unfinished}${run}`;
	const fd = openSync(good, "wx", privateFileMode);
	try {
		let offset = 0;
		readRecords(path, (record) => {
			onRecord(record, offset);
			const line = Buffer.from(formatRecord(record));
			for (let at = 0; at < line.length; ) at += writeSync(fd, line, at);
			offset += line.length;
		});
		syncFile(fd);
	} finally {
		closeSync(fd);
	}
	if (damaged > 0) {
		const why = `has ${damaged} damaged line${damaged === 1 ? "" : "s"}; the others were kept`;
		setAside(path, { warn, why, put: (aside) => copyFileSync(path, aside, constants.COPYFILE_EXCL) });
	}
	renameSync(good, path);
}

type SettingAside = {
	readonly warn: LoadOptions["warn"];
	readonly why: string;
	readonly put: (aside: string) => void;
};

export function setAside(path: string, { warn, why, put }: SettingAside): void {
	let aside = `${path}.damaged`;
	for (let n = 2; existsSync(aside); n++) aside = `${path}.damaged-${n}`;
	put(aside);
	warn(`the journal ${path} ${why}; it was set aside as ${aside}`);
}
