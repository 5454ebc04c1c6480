/** Reads a journal at the start of a run. What is damaged is set aside, and what can be read of it is kept. */
import { closeSync, constants, copyFileSync, existsSync, openSync, renameSync, truncateSync, writeSync } from "node:fs";
import { readLines } from "./read-lines.ts";
import { formatRecord, type JournalRecord, parseRecord } from "./record.ts";

export type LoadOptions = {
	/** Told what is wrong and which file holds the damaged journal. */
	readonly warn: (message: string) => void;
	/** Whether another run works in the directory: what looks like a torn tail may then be a write under way. */
	readonly isShared: boolean;
	/** Called for each record with its place in the journal as it then is. */
	readonly onRecord: (record: JournalRecord, offset: number) => void;
};

/** @throws {NodeJS.ErrnoException} the journal can be neither read nor set aside. */
export function loadJournal(path: string, { warn, isShared, onRecord }: LoadOptions): void {
	if (!existsSync(path)) return;
	let damaged = 0;
	let tornAt: number | undefined;
	try {
		for (const { text, offset, ended } of readLines(path)) {
			const record = text === "" ? undefined : parseRecord(text);
			if (record && ended) onRecord(record, offset);
			else if (!ended) tornAt = offset;
			else if (text !== "") damaged++;
		}
	} catch (error) {
		const why = `cannot be read (${error instanceof Error ? error.message : String(error)})`;
		setAside(path, { warn, why, put: (aside) => renameSync(path, aside) });
		return;
	}
	if (isShared) return;
	if (damaged > 0) salvage(path, { warn, damaged, onRecord });
	else if (tornAt !== undefined) truncateSync(path, tornAt);
}

/** A kill on the way leaves the damaged journal where it is: the good one takes its place in one step. */
function salvage(
	path: string,
	{ warn, damaged, onRecord }: Omit<LoadOptions, "isShared"> & { readonly damaged: number },
): void {
	const good = `${path}.new`;
	const fd = openSync(good, "w");
	try {
		let offset = 0;
		for (const { text, ended } of readLines(path)) {
			const record = ended ? parseRecord(text) : undefined;
			if (!record) continue;
			onRecord(record, offset);
			offset += writeSync(fd, formatRecord(record));
		}
	} finally {
		closeSync(fd);
	}
	const why = `has ${damaged} damaged line${damaged === 1 ? "" : "s"}; the others were kept`;
	setAside(path, { warn, why, put: (aside) => copyFileSync(path, aside, constants.COPYFILE_EXCL) });
	renameSync(good, path);
}

type SettingAside = {
	readonly warn: LoadOptions["warn"];
	readonly why: string;
	readonly put: (aside: string) => void;
};

function setAside(path: string, { warn, why, put }: SettingAside): void {
	let aside = `${path}.damaged`;
	for (let n = 2; existsSync(aside); n++) aside = `${path}.damaged-${n}`;
	put(aside);
	warn(`the journal ${path} ${why}; it was set aside as ${aside}`);
}
