/** Reads a journal at the start of a run. What is damaged is set aside, and what can be read of it is kept. */
import { closeSync, existsSync, openSync, renameSync, truncateSync, writeSync } from "node:fs";
import { readLines } from "./read-lines.ts";
import { formatRecord, type JournalRecord, parseRecord } from "./record.ts";

export type LoadOptions = {
	/** Told what is wrong and which file holds the damaged journal. */
	readonly warn: (message: string) => void;
	/** Called for each record with its place in the journal as it then is. */
	readonly onRecord: (record: JournalRecord, offset: number) => void;
};

/** @throws {NodeJS.ErrnoException} the journal can be neither read nor set aside. */
export function loadJournal(path: string, { warn, onRecord }: LoadOptions): void {
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
		setAside(path, { warn, why: `cannot be read (${error instanceof Error ? error.message : String(error)})` });
		return;
	}
	if (damaged > 0) salvage(path, { warn, damaged, onRecord });
	else if (tornAt !== undefined) truncateSync(path, tornAt);
}

function salvage(path: string, { warn, damaged, onRecord }: LoadOptions & { readonly damaged: number }): void {
	const aside = setAside(path, { warn, why: `has ${damaged} damaged line${damaged === 1 ? "" : "s"}; the others were kept` });
	const fd = openSync(path, "ax");
	try {
		let offset = 0;
		for (const { text, ended } of readLines(aside)) {
			const record = ended ? parseRecord(text) : undefined;
			if (!record) continue;
			onRecord(record, offset);
			offset += writeSync(fd, formatRecord(record));
		}
	} finally {
		closeSync(fd);
	}
}

function setAside(path: string, { warn, why }: { readonly warn: LoadOptions["warn"]; readonly why: string }): string {
	let aside = `${path}.damaged`;
	for (let n = 2; existsSync(aside); n++) aside = `${path}.damaged-${n}`;
	renameSync(path, aside);
	warn(`the journal ${path} ${why}; it was set aside as ${aside}`);
	return aside;
}
