/** A download directory as a dry run sees it: what its journals tell is read, and nothing is written. */
import type { Saved } from "../core/saved.ts";
import { stateLayout } from "../core/state-layout.ts";
import { fileErrorCode } from "../files/file-error.ts";
import type { Directory } from "./directory.ts";
import { type JournalFile, openJournalFile } from "./journal-file.ts";
import { createKeyTable } from "./key-table.ts";
import { readRecords } from "./load-journal.ts";
import { findSideJournals } from "./side-journals.ts";

/** Journals that are read, the main one included; a power of two. */
const mostJournals = 64;
const seenBit = 1;

export type DryDirectoryOptions = {
	/** Absolute path; it need not be there. */
	readonly dir: string;
	/** What earlier runs recorded does not count. */
	readonly fresh: boolean;
	readonly warn: (message: string) => void;
};

export function openDryDirectory({ dir, fresh, warn }: DryDirectoryOptions): Directory {
	const table = createKeyTable();
	const files: JournalFile[] = [];
	const load = (path: string): void => {
		let file: JournalFile;
		try {
			file = openJournalFile(path, "read");
		} catch (error) {
			if (fileErrorCode(error) !== "ENOENT") warn(`the journal ${path} cannot be read`);
			return;
		}
		const index = files.push(file) - 1;
		readRecords(file.fd, (record, offset) => {
			if (record.status === "saved") table.set(record.key, ((offset + 1) * mostJournals + index) * 2);
		});
	};
	if (!fresh) for (const path of journalsOf(dir).slice(0, mostJournals)) load(path);
	const read = (value: number): Saved | undefined => {
		const place = Math.floor(value / 2 / mostJournals);
		return place === 0 ? undefined : files[Math.floor(value / 2) % mostJournals]?.read(place - 1);
	};
	const nothing = (): void => {};
	return {
		journal: {
			meet(key) {
				const value = table.get(key) ?? 0;
				if (value % 2 === seenBit) return { seen: true };
				table.set(key, value + seenBit);
				const saved = read(value);
				return saved ? { seen: false, saved } : { seen: false };
			},
			endOf: () => undefined,
			recover: nothing,
			record: nothing,
			levelOf: () => undefined,
			rememberLevel: nothing,
			flush: nothing,
			stepAside: nothing,
			close: nothing,
		},
		leftovers: new Set(),
		inherit: () => new Map(),
		published: () => new Map(),
		catchUp: nothing,
		forgetOld: nothing,
		close() {
			for (const file of files) file.close();
		},
	};
}

function journalsOf(dir: string): string[] {
	const layout = stateLayout(dir);
	try {
		return [layout.journal, ...findSideJournals(layout).map(({ path }) => path)];
	} catch {
		// No run has worked there yet.
		return [];
	}
}
