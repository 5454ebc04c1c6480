/** A download directory as a run sees it: its journal, what earlier runs left, and what becomes of a worker that died. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";
import { type Journal, openJournal } from "./journal.ts";
import { absorbIntents, forgetDeadOwners, forgetSegments, recover, settlePart } from "./recover.ts";

export type DirectoryOptions = {
	/** Absolute path. */
	readonly dir: string;
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
	close(): void;
};

/**
 * Opens a download directory, which is created with its parents.
 * @throws {NodeJS.ErrnoException} it cannot be used.
 */
export async function openDirectory({ dir, fresh, warn }: DirectoryOptions): Promise<Directory> {
	const layout = stateLayout(dir);
	for (const folder of [layout.parts, layout.owners]) await makeFolder(folder);
	if (fresh) rmSync(layout.journal, { force: true });
	const journal = openJournal(layout.journal, warn);
	const leftovers = await recover(dir, layout, {
		onPublished: (intent) => {
			if (!fresh) journal.recover(intent.key, { file: intent.file, bytes: intent.bytes });
		},
	});
	journal.flush();
	forgetDeadOwners(layout);
	if (fresh) {
		for (const key of leftovers) rmSync(join(layout.parts, key), { recursive: true, force: true });
		leftovers.clear();
	}
	return {
		journal,
		leftovers,
		inherit(ownerId) {
			const published = new Map<string, { file: string; bytes: number }>();
			absorbIntents({ dir, layout, id: ownerId, onPublished: ({ key, file, bytes }) => published.set(key, { file, bytes }) });
			for (const name of readdirSync(layout.parts)) settlePart(layout, name, (id) => id === ownerId);
			return published;
		},
		catchUp(ownerId, segment) {
			journal.flush();
			forgetSegments(layout, ownerId, segment);
		},
		close() {
			journal.close();
		},
	};
}
