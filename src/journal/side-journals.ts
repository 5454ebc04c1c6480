/** The journals of runs that were not alone in the directory: whoever comes next takes their records over. */
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type StateLayout, sideJournalRun } from "../core/state-layout.ts";
import { fileErrorCode } from "../files/file-error.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import type { JournalFile } from "./journal-file.ts";
import { readRecords, setAside } from "./load-journal.ts";
import { formatRecord, type JournalRecord } from "./record.ts";

const batchBytes = 64 * 1024;

export type CopyOptions = {
	/** Where the records go. */
	readonly into: JournalFile;
	/** Whether that is known already: a record that was copied once is not copied again and again. */
	readonly isKnown: (record: JournalRecord) => boolean;
	readonly onRecord: (record: JournalRecord, offset: number) => void;
};

export type SideJournal = { readonly path: string; readonly run: string };

/** All that lie in the state, the older run's first. */
export function findSideJournals({ state }: StateLayout): SideJournal[] {
	return readdirSync(state)
		.sort()
		.flatMap((name) => {
			const run = sideJournalRun(name);
			return run === undefined ? [] : [{ path: join(state, name), run }];
		});
}

/** How many of its lines are damaged. */
export type CopiedJournal = SideJournal & { readonly damaged: number };

/**
 * Copies what other runs have saved into a journal.
 * @returns Those that were read. @throws {NodeJS.ErrnoException}
 */
export function copySideJournals(
	sides: readonly SideJournal[],
	{ into, isKnown, onRecord }: CopyOptions,
): CopiedJournal[] {
	const copied: CopiedJournal[] = [];
	let lines = "";
	let offset = into.size();
	const write = (): void => {
		for (let rest = Buffer.from(lines); rest.length > 0; ) rest = rest.subarray(into.write(rest));
		lines = "";
	};
	for (const { path, run } of sides) {
		try {
			const { damaged } = readRecords(path, (record) => {
				if (record.status !== "saved" || isKnown(record)) return;
				const line = formatRecord(record);
				lines += line;
				if (lines.length > batchBytes) write();
				onRecord(record, offset);
				offset += Buffer.byteLength(line);
			});
			copied.push({ path, run, damaged });
		} catch (error) {
			// Another run has taken it over meanwhile.
			if (fileErrorCode(error) !== "ENOENT") throw error;
		}
	}
	write();
	return copied;
}

/** Removes what was copied, of runs that are over; what is damaged is set aside. */
export function forgetSideJournals(
	copied: readonly CopiedJournal[],
	{ isLiving, warn }: { readonly isLiving: (run: string) => boolean; readonly warn: (message: string) => void },
): void {
	for (const { path, run, damaged } of copied) {
		if (isLiving(run)) continue;
		if (damaged === 0) unlinkQuietly(path);
		else {
			const why = `has ${damaged} damaged line${damaged === 1 ? "" : "s"}; the others were kept`;
			setAside(path, { warn, why, put: (aside) => renameSync(path, aside) });
		}
	}
}
