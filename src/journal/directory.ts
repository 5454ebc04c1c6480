/** A download directory as a run sees it: its journal, what earlier runs left, and what becomes of a worker that died. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
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
	settlePart,
} from "./recover.ts";

export type DirectoryOptions = {
	/** Absolute path. */
	readonly dir: string;
	/** Names the run; the ids of its owners begin with it and a dash. */
	readonly run: string;
	/** Forget what earlier runs recorded, their parts included. */
	readonly fresh: boolean;
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
export async function openDirectory({ dir, run, fresh, warn }: DirectoryOptions): Promise<Directory> {
	const layout = stateLayout(dir);
	for (const folder of [layout.parts, layout.owners]) await makeFolder(folder);
	if (fresh) rmSync(layout.journal, { force: true });
	const journal = openJournal(layout.journal, { warn, isShared: isShared(layout) });
	const { temporaries, leftovers, dead } = await recover(dir, layout, {
		onPublished: (intent) => {
			if (!fresh) journal.recover(intent.key, { file: intent.file, bytes: intent.bytes });
		},
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
			absorbIntents({
				dir,
				layout,
				id: ownerId,
				onPublished: ({ key, file, bytes }) => published.set(key, { file, bytes }),
			});
			for (const name of readdirSync(layout.parts)) settlePart(layout, name, (id) => id === ownerId);
			forgetSoon(() => {
				forgetOwners(layout, `${ownerId}.`);
				removeTemporaries((id) => id === ownerId);
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
