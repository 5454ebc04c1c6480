/** The journals of runs that were not alone in the directory: whoever comes next takes their records over. */
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { isSideJournal, type StateLayout } from "../core/state-layout.ts";
import { fileErrorCode } from "../files/file-error.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import type { JournalFile } from "./journal-file.ts";
import { readRecords, setAside } from "./load-journal.ts";
import { formatRecord, type JournalRecord } from "./record.ts";

const batchBytes = 64 * 1024;

export type SideJournals = {
	/** Where the records go. */
	readonly into: JournalFile;
	/** The journal of this run, which is none of theirs. */
	readonly own: string;
	readonly onRecord: (record: JournalRecord, offset: number) => void;
};

/** Paths of all that lie in the state, the older run's first. */
export function findSideJournals({ state }: StateLayout): string[] {
	return readdirSync(state)
		.filter(isSideJournal)
		.sort()
		.map((name) => join(state, name));
}

/**
 * Copies what other runs have saved into a journal.
 * @returns The paths that were read, and how many damaged lines each has. @throws {NodeJS.ErrnoException}
 */
export function copySideJournals(layout: StateLayout, { into, own, onRecord }: SideJournals): Map<string, number> {
	const read = new Map<string, number>();
	let lines = "";
	let offset = into.size();
	const write = (): void => {
		for (let rest = Buffer.from(lines); rest.length > 0; ) rest = rest.subarray(into.write(rest));
		lines = "";
	};
	for (const path of findSideJournals(layout)) {
		if (path === own) continue;
		try {
			const { damaged } = readRecords(path, (record) => {
				if (record.status !== "saved") return;
				const line = formatRecord(record);
				onRecord(record, offset);
				offset += Buffer.byteLength(line);
				lines += line;
				if (lines.length > batchBytes) write();
			});
			read.set(path, damaged);
		} catch (error) {
			// Another run has taken it over meanwhile.
			if (fileErrorCode(error) !== "ENOENT") throw error;
		}
	}
	write();
	return read;
}

/** Removes what was copied; what is damaged is set aside. */
export function forgetSideJournals(read: ReadonlyMap<string, number>, warn: (message: string) => void): void {
	for (const [path, damaged] of read) {
		if (damaged === 0) unlinkQuietly(path);
		else {
			const why = `has ${damaged} damaged line${damaged === 1 ? "" : "s"}; the others were kept`;
			setAside(path, { warn, why, put: (aside) => renameSync(path, aside) });
		}
	}
}
