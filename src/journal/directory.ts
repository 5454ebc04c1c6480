/** A download directory as a run sees it: its journal, what earlier runs left, and what becomes of a worker that died. */
import { join } from "node:path";
import type { Saved } from "../core/saved.ts";
import { type StateLayout, stateLayout } from "../core/state-layout.ts";
import { makeFolder } from "../files/make-folder.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { syncFolder } from "../files/sync.ts";
import { openState } from "./inspect.ts";
import { absorbIntents, clearOutside } from "./intents.ts";
import { type Journal, openJournal } from "./journal.ts";
import { createOwner, type Owner, type OwnerOptions } from "./owner.ts";
import {
	coordinatorId,
	findOwners,
	forgetDeadOwners,
	forgetOwners,
	forgetSegments,
	leaveOwners,
	type Owners,
	revokeOwners,
	tracedOwners,
} from "./owners.ts";
import { forgetOldParts, type IsGone, isTemporary, listParts, removePart, seize, settlePart } from "./parts.ts";
import { findSideJournals } from "./side-journals.ts";
import { nameDirectory } from "./state-id.ts";

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
	/** Flush what is recorded to the disk. */
	readonly fsync: boolean;
	/** Told why that cannot be done here, as often as it is tried. */
	readonly onUnflushed: (why: string) => void;
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
	inherit(ownerId: string): ReadonlyMap<string, Saved>;
	/** What workers of this run have published and is not recorded yet for certain, by key. */
	published(): ReadonlyMap<string, Saved>;
	/** Lets a worker's earlier files of intents go, after the journal has been written. */
	catchUp(ownerId: string, segment: number): void;
	/** The list has been read to its end, and all of it has ended: what nobody has named for a month goes. */
	forgetOld(): void;
	/** Ends the run in the directory; its workers are gone. */
	close(): void;
};

/**
 * Opens a download directory, which is created with its parents.
 * @throws {UntrustedError} its state is not ours. @throws {NodeJS.ErrnoException} it cannot be used.
 */
export async function openDirectory(options: DirectoryOptions): Promise<Directory> {
	const { dir, run, fsync, journalDir } = options;
	await makeFolder(dir, fsync ? (folder) => void syncFolder(join(folder, "..")) : undefined);
	openState(stateLayout(dir));
	const layout = journalDir === undefined ? stateLayout(dir) : await openElsewhere(dir, journalDir);
	if (fsync) {
		const why = syncFolder(dir);
		if (why !== undefined) options.onUnflushed(why);
	}
	// Told before anything is touched: of two runs that start at once, one at least sees the other.
	const journal = journalDir === undefined ? undefined : await nameDirectory(journalDir);
	const presence = createOwner(layout, coordinatorId(run), { coordinatorPid: process.pid, journal });
	try {
		return await settle({ ...options, journal }, layout, presence);
	} catch (error) {
		presence.retire();
		forgetOwners(layout, (id) => id === presence.id);
		throw error;
	}
}

/** The journal in one directory, parts and owners in another: names are given within one file system. */
async function openElsewhere(dir: string, journalDir: string): Promise<StateLayout> {
	await makeFolder(journalDir);
	const own = stateLayout(journalDir);
	openState(own);
	const { parts, owners } = stateLayout(dir);
	return { ...own, parts, owners };
}

type Settling = DirectoryOptions & Pick<OwnerOptions, "journal">;

async function settle(options: Settling, layout: StateLayout, presence: Owner): Promise<Directory> {
	// Parts and journals first: an owner that appears in between has then none of them.
	const parts = listParts(layout);
	const sides = findSideJournals(layout);
	const owners = await findOwners(layout, presence.now(), options);
	const journal = openJournal({
		...options,
		layout,
		isAlone: owners.alive.size === 0,
		sides,
		isLiving: (other) => [...owners.alive].some((id) => id.startsWith(`${other}-`)),
	});
	presence.whenDisplaced(journal.stepAside);
	try {
		const leftovers = takeOver(options, { layout, presence, journal, owners, parts });
		return createDirectory(options, { layout, presence, journal, leftovers });
	} catch (error) {
		closeQuietly(journal);
		throw error;
	}
}

type Found = {
	readonly layout: StateLayout;
	readonly presence: Owner;
	readonly journal: Journal;
	readonly owners: Owners;
	/** Names in the folder of parts, from before it was looked who works here. */
	readonly parts: readonly string[];
};

/** Takes over what runs that are gone have left. @returns The keys of the parts that may be continued. */
function takeOver({ dir, fresh }: DirectoryOptions, found: Found): ReadonlySet<string> {
	const { layout, presence, journal, owners } = found;
	const published = new Set<string>();
	// Their processes may live, and sleep: they give no file a name from now on.
	revokeOwners(layout, owners.isOver);
	const parts = found.parts.map((name) => seize(layout, name, (id) => owners.dead.has(id)));
	for (const id of [...owners.dead, ...owners.alive]) {
		absorbIntents({
			dir,
			layout,
			id,
			onPublished({ key, file, bytes, replacesAtMs }) {
				published.add(key);
				if (!fresh) journal.recover(key, { file, bytes, atMs: replacesAtMs });
			},
		});
	}
	journal.flush();
	const temporaries = parts.filter((name) => isTemporary(layout, name, owners.isGone));
	const leftovers = new Set<string>();
	for (const name of parts) {
		const key = settlePart(layout, name, owners.isGone);
		if (key === undefined) continue;
		if (published.has(key) || fresh) removePart(join(layout.parts, key));
		else leftovers.add(key);
	}
	for (const id of owners.dead) clearOutside(dir, layout, id);
	forgetDeadOwners(layout, owners, presence.now());
	// Not before: that they are still there proves that they were not published.
	for (const name of temporaries) unlinkQuietly(join(layout.parts, name));
	return leftovers;
}

function closeQuietly(journal: Journal): void {
	try {
		journal.close();
	} catch {
		// The error that ends the run is another.
	}
}

type Opened = {
	readonly layout: StateLayout;
	readonly presence: Owner;
	readonly journal: Journal;
	readonly leftovers: ReadonlySet<string>;
};

function createDirectory({ dir, run }: DirectoryOptions, opened: Opened): Directory {
	const { layout, presence, journal, leftovers } = opened;
	const isOurs = (id: string): boolean => id.startsWith(`${run}-`);
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
	const removeTemporaries = (isGone: IsGone): void => {
		for (const name of listParts(layout))
			if (isTemporary(layout, name, isGone)) unlinkQuietly(join(layout.parts, name));
	};
	const settleParts = (isGone: IsGone): void => {
		for (const name of listParts(layout)) settlePart(layout, name, isGone);
	};
	return {
		journal,
		leftovers,
		inherit(ownerId) {
			const published = new Map<string, Saved>();
			const onPublished = ({ key, file, bytes }: Saved & { readonly key: string }): void =>
				void published.set(key, { file, bytes });
			// A worker on another machine has several event loops, each an owner of its own.
			const isTheirs = (id: string): boolean => id === ownerId || id.startsWith(`${ownerId}-`);
			// First of all: one that still lives gives no file a name from now on.
			const ids = revokeOwners(layout, isTheirs);
			for (const name of listParts(layout)) seize(layout, name, isTheirs);
			for (const id of ids) absorbIntents({ dir, layout, id, onPublished });
			settleParts(isTheirs);
			forgetSoon(() => {
				// One that died after the file had its name has not removed its own.
				for (const key of published.keys()) removePart(join(layout.parts, key));
				for (const id of ids) clearOutside(dir, layout, id);
				forgetOwners(layout, isTheirs);
				removeTemporaries(isTheirs);
			});
			return published;
		},
		published() {
			const published = new Map<string, Saved>();
			const onPublished = ({ key, file, bytes }: Saved & { readonly key: string }): void =>
				void published.set(key, { file, bytes });
			for (const id of tracedOwners(layout, isOurs)) absorbIntents({ dir, layout, id, onPublished });
			return published;
		},
		catchUp(ownerId, segment) {
			forgetSoon(() => forgetSegments(layout, ownerId, segment));
		},
		forgetOld: () => forgetOldParts(layout, leftovers, presence.now()),
		close() {
			isClosed = true;
			try {
				journal.close();
			} catch {
				// Already told when it was flushed. What the workers announced stays for the next run to find.
				presence.retire();
				leaveOwners(layout, isOurs);
				return;
			}
			presence.retire();
			try {
				// While the owners are known: what lies in the name of nobody is left alone for long.
				settleParts(isOurs);
				removeTemporaries(isOurs);
				forgetOwners(layout, isOurs);
			} catch {
				// Somebody has removed the state: nothing is left to clear away.
			}
		},
	};
}
