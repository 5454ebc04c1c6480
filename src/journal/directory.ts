/** A download directory as a run sees it: its journal, what earlier runs left, and what becomes of a worker that died. */
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";
import { type Journal, openJournal } from "./journal.ts";
import {
	absorbIntents,
	forgetDeadOwners,
	forgetOwners,
	forgetSegments,
	isShared,
	isTemporary,
	recover,
	revokeOwners,
	settlePart,
} from "./recover.ts";

export type DirectoryOptions = {
	/** Absolute path. */
	readonly dir: string;
	/** Names the run; the ids of its owners begin with it and a dash. */
	readonly run: string;
	/** Forget what earlier runs recorded, their parts included. */
	readonly fresh: boolean;
	/** Absolute path of the directory that has the journal, where it is another one. */
	readonly journalDir?: string | undefined;
	/** Names of runs that are over for certain: their owners are gone, whatever became of the processes. */
	readonly over?: readonly string[] | undefined;
	readonly warn: (message: string) => void;
};

export type Directory = {
	readonly journal: Journal;
	/** Keys of the parts that earlier runs left: they may be continued. */
	readonly leftovers: ReadonlySet<string>;
	/**
	 * Takes over from a worker that died: its parts may be continued, and what it had published counts.
	 * @returns What it published, by key.
	 */
	inherit(ownerId: string): ReadonlyMap<string, { readonly file: string; readonly bytes: number }>;
	/** Lets a worker's earlier files of intents go, after the journal has been written. */
	catchUp(ownerId: string, segment: number): void;
	/** Ends the run in the directory; its workers are gone. */
	close(): void;
};

/**
 * Opens a download directory, which is created with its parents.
 * @throws {NodeJS.ErrnoException} it cannot be used.
 */
export async function openDirectory(options: DirectoryOptions): Promise<Directory> {
	const { dir, run, fresh, warn, over = [], journalDir } = options;
	const layout =
		journalDir === undefined ? stateLayout(dir) : { ...stateLayout(dir), journal: stateLayout(journalDir).journal };
	for (const folder of [layout.parts, layout.owners, dirname(layout.journal)]) await makeFolder(folder);
	if (fresh) rmSync(layout.journal, { force: true });
	const journal = openJournal(layout.journal, { warn, isShared: isShared(layout) });
	const { temporaries, leftovers, dead } = await recover(dir, layout, {
		onPublished: (intent) => {
			if (!fresh) journal.recover(intent.key, { file: intent.file, bytes: intent.bytes });
		},
		isOver: (id) => over.some((one) => id.startsWith(`${one}-`)),
	});
	journal.flush();
	forgetDeadOwners(layout, dead);
	// Not before: that they are still there proves that they were not published.
	for (const name of temporaries) rmSync(join(layout.parts, name), { force: true });
	if (fresh) {
		for (const key of leftovers) rmSync(join(layout.parts, key), { recursive: true, force: true });
		leftovers.clear();
	}
	let isClosed = false;
	/** Forgets what the journal has now: a turn later, when the results that came together are all recorded. */
	const forgetSoon = (forget: () => void): void => {
		setImmediate(() => {
			if (isClosed) return;
			try {
				journal.flush();
				forget();
			} catch {
				// A journal that cannot be written ends the run, and the next one still finds what was announced.
			}
		});
	};
	const removeTemporaries = (isGone: (ownerId: string) => boolean): void => {
		for (const name of readdirSync(layout.parts)) {
			if (isTemporary(name, isGone)) rmSync(join(layout.parts, name), { force: true });
		}
	};
	return {
		journal,
		leftovers,
		inherit(ownerId) {
			const published = new Map<string, { file: string; bytes: number }>();
			// A worker on another machine has several event loops, each an owner of its own.
			const isTheirs = (id: string): boolean => id === ownerId || id.startsWith(`${ownerId}-`);
			// First of all: one that still lives gives no file a name from now on.
			const ids = revokeOwners(layout, isTheirs);
			for (const id of ids) {
				absorbIntents({ dir, layout, id, onPublished: ({ key, file, bytes }) => published.set(key, { file, bytes }) });
			}
			for (const name of readdirSync(layout.parts)) settlePart(layout, name, isTheirs);
			forgetSoon(() => {
				for (const end of [".", "-"]) forgetOwners(layout, `${ownerId}${end}`);
				removeTemporaries(isTheirs);
			});
			return published;
		},
		catchUp(ownerId, segment) {
			forgetSoon(() => forgetSegments(layout, ownerId, segment));
		},
		close() {
			isClosed = true;
			try {
				journal.close();
			} catch {
				// Already told when it was flushed. What the workers announced stays for the next run to find.
				return;
			}
			forgetOwners(layout, `${run}-`);
			removeTemporaries((id) => id.startsWith(`${run}-`));
		},
	};
}
