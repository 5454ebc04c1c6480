/** Gives complete files their final names, several at once: never over something that exists, and so that a run killed at any moment can tell its own files. */
import { lstatSync } from "node:fs";
import { describe } from "../core/describe-error.ts";
import type { Failure } from "../core/failure.ts";
import { numberedName } from "../core/naming.ts";
import type { ExistsPolicy } from "../core/options.ts";
import { isStillSaved, type Saved } from "../core/saved.ts";
import type { Intent } from "../core/state-layout.ts";
import type { Shortfall } from "../core/task.ts";
import { unlinkQuietly } from "../files/quietly.ts";
import { syncFolder } from "../files/sync.ts";
import type { Owner } from "../journal/owner.ts";
import { classifyFileError } from "./classify-file-error.ts";
import { complete, unflushed } from "./complete.ts";
import { copyBeside } from "./copy-beside.ts";
import type { Folder, Folders } from "./folders.ts";
import { createNumbering } from "./numbering.ts";
import { bodyName, discard, forgetMemory, type Part, type PartStore } from "./part.ts";
import { place } from "./place.ts";

/** A complete and verified file that waits for its name. */
export type Publication = {
	readonly part: Part;
	/** Folder and name that it should have. */
	readonly folder: string;
	readonly name: string;
	/** Modification time in seconds since 1970, from Last-Modified. */
	readonly modifiedSeconds?: number | undefined;
	/** The file that it takes the place of, as long as nobody has changed that. */
	readonly replaces?: Saved | undefined;
	/** Called once, in the order of publication. */
	settle(end: PublicationEnd): void;
};

export type PublicationEnd =
	| {
			readonly kind: "published";
			readonly file: string;
			readonly bytes: number;
			readonly shortfall?: Shortfall | undefined;
	  }
	/** `bytes`: of what is there, where that is known. */
	| { readonly kind: "exists"; readonly file: string; readonly bytes?: number | undefined }
	| { readonly kind: "failed"; readonly failure: Failure }
	/** The run stops: the bytes are kept for the next one. */
	| { readonly kind: "stopped" };

export type Publisher = {
	add(publication: Publication): void;
	/** Publishes all that waits, now. Never throws. */
	flush(): void;
	/** Whether a file has the bytes of a complete part. Absent where files lie in the directory. */
	hasBytesOf?(part: Part, file: string): Promise<boolean>;
};

export type PublisherOptions = {
	readonly store: PartStore;
	readonly owner: Owner;
	readonly folders: Folders;
	readonly onExists: ExistsPolicy;
	readonly fsync: boolean;
};

/** On its way: the bytes lie in a file of ours, and only the name is missing. */
type Ready = {
	readonly publication: Publication;
	readonly folder: Folder;
	/** Number of the file within this worker. */
	readonly n: number;
	/** Where its bytes lie, relative to the folder of parts. */
	readonly source: string;
	/** The same as a path: one text for all calls, which the engine then flattens once. */
	readonly path: string;
	readonly bytes: number;
	/** Under which file it is announced; files of one name in one batch may each come to another. */
	readonly expected: string;
	shortfall: Shortfall | undefined;
	/** A copy of its bytes on the mount of its folder, where that is another: relative to the folder of parts, and as a path. */
	beside: { readonly source: string; readonly path: string } | undefined;
};

/** What completes within one turn of the event loop is published together: one append tells the intents of all. */
export function createPublisher(options: PublisherOptions): Publisher {
	const { owner, folders, store, onExists, fsync } = options;
	const numbering = createNumbering();
	let waiting: Publication[] = [];
	let scheduled = false;
	let counter = 0;

	const prepare = (publication: Publication): Ready | undefined => {
		try {
			const folder = folders.open(publication.folder);
			if ("code" in folder) return refuse(publication, folder);
			const n = ++counter;
			const { part, modifiedSeconds } = publication;
			const source = part.file ? bodyName(store, part) : `${owner.id}~${n}`;
			const path = `${store.parts}/${source}`;
			const shortfall = complete({ part, modifiedSeconds, fsync }, path);
			const expected = relativeFile(folder, numberedName(publication.name, firstNumber(publication, folder)));
			return { publication, folder, n, source, path, bytes: part.bytes, expected, shortfall, beside: undefined };
		} catch (error) {
			return refuse(publication, classifyFileError(error, publication.name));
		}
	};

	const name = (ready: Ready): PublicationEnd => {
		const { publication, folder } = ready;
		let n = firstNumber(publication, folder);
		// Of a file that was to be replaced and has changed, another stands beside it.
		const policy = publication.replaces ? "rename" : onExists;
		for (let tries = 1; ; ) {
			const numbered = numberedName(publication.name, n);
			const file = relativeFile(folder, numbered);
			if (ready.beside || file !== ready.expected) announce(ready, file);
			const target = `${folder.path}/${numbered}`;
			const replaces = n === 0 && publication.replaces && isUnchanged(target, publication.replaces);
			const placing = place((ready.beside ?? ready).path, target, {
				onExists: replaces ? "overwrite" : policy,
				isBeside: ready.beside !== undefined,
				onReserve: () => announce(ready, file, true),
			});
			if (placing === "placed") {
				numbering.use(folder, publication.name, n);
				return { kind: "published", file, bytes: ready.bytes, shortfall: ready.shortfall };
			}
			if (placing === "elsewhere") copyBeside(ready, file, options);
			else if (policy !== "rename") return { kind: "exists", file };
			else n = numbering.next(folder, publication.name, n, tries++);
		}
	};

	const firstNumber = ({ name, replaces }: Publication, folder: Folder): number =>
		replaces ? 0 : numbering.first(folder, name);

	/** Before the link: what is announced only afterwards would not be known after a crash in between. */
	const announce = (ready: Ready, file: string, reserved = false): void => {
		owner.intend([{ ...intentOf(ready, file), reserved }]);
		if (fsync) syncIntents([ready]);
	};

	const syncIntents = (all: readonly Ready[]): void => {
		const why = owner.sync();
		if (why !== undefined) for (const one of all) one.shortfall ??= unflushed(why);
	};

	/** Lets go of the source. @param announced - Whether an intent tells of it. */
	const release = (ready: Ready, end: PublicationEnd, announced = true): void => {
		const { part } = ready.publication;
		const isPublished = end.kind === "published";
		try {
			// What has no name must not be taken for published when its source is gone.
			if (!isPublished && announced) for (const { source } of sourcesOf(ready)) owner.withdraw(source);
			// The copy first: it tells of the file as long as the original is there. What was renamed is gone already.
			if (ready.beside) unlinkQuietly(ready.beside.path);
			if (part.file) discard(part);
			else if (!isPublished || ready.beside || onExists !== "overwrite" || ready.publication.replaces) {
				unlinkQuietly(ready.path);
			}
		} catch {
			// A leftover that the next run clears away.
		}
		part.file = undefined;
		forgetMemory(part);
	};

	const publish = (ready: Ready): PublicationEnd => {
		try {
			return name(ready);
		} catch (error) {
			if (describe(error).code === "ENOENT") folders.forget(ready.publication.folder);
			return { kind: "failed", failure: classifyFileError(error, ready.publication.name) };
		}
	};

	const flush = (): void => {
		scheduled = false;
		const batch = waiting;
		waiting = [];
		folders.lookAgain();
		const ready: Ready[] = [];
		const intents: Intent[] = [];
		for (const publication of batch) {
			const one = prepare(publication);
			if (!one) continue;
			ready.push(one);
			intents.push(intentOf(one, one.expected));
		}
		if (ready.length === 0) return;
		try {
			owner.intend(intents);
			if (fsync) syncIntents(ready);
		} catch (error) {
			const failure = classifyFileError(error, "the download directory's state");
			for (const one of ready) {
				release(one, { kind: "failed", failure }, false);
				settle(one.publication, { kind: "failed", failure });
			}
			return;
		}
		// All names, then all sources, then all ends: what runs many times in a row stays in the processor's cache.
		const placed = ready.map((one) => ({ one, end: publish(one) }));
		const ends = fsync ? synced(placed) : placed;
		for (const { one, end } of ends) release(one, end);
		for (const { one, end } of ends) settle(one.publication, end);
	};

	return {
		add(publication) {
			waiting.push(publication);
			if (scheduled) return;
			scheduled = true;
			afterRequests(flush);
		},
		flush,
	};
}

/**
 * Calls back when the requests that this turn has made room for are on their way, so that the server works while the
 * disk does: connections rest until the event loop has looked at them once more.
 */
function afterRequests(callback: () => void): void {
	setImmediate(() => setImmediate(callback));
}

/** Looked at just before it is replaced: what somebody has changed is theirs. */
function isUnchanged(path: string, saved: Saved): boolean {
	const found = lstatSync(path, { throwIfNoEntry: false });
	return found?.isFile() === true && isStillSaved(saved, found);
}

/** Each once. @returns Why those could not be flushed that were not: the files have their names all the same. */
function syncFolders(paths: readonly string[]): Map<string, string> {
	const failed = new Map<string, string>();
	for (const path of new Set(paths)) {
		const why = syncFolder(path);
		if (why !== undefined) failed.set(path, why);
	}
	return failed;
}

type Placed = { readonly one: Ready; readonly end: PublicationEnd };

/** Their folders are flushed before their sources go. */
function synced(placed: readonly Placed[]): readonly Placed[] {
	const unsynced = syncFolders(placed.filter(({ end }) => end.kind === "published").map(({ one }) => one.folder.path));
	return placed.map(({ one, end }) => ({ one, end: withShortfall(end, unsynced.get(one.folder.path)) }));
}

function withShortfall(end: PublicationEnd, why: string | undefined): PublicationEnd {
	if (end.kind !== "published" || why === undefined) return end;
	return { ...end, shortfall: end.shortfall ?? unflushed(why) };
}

function intentOf(ready: Ready, file: string): Intent {
	const { source } = ready.beside ?? ready;
	const intent = { key: ready.publication.part.key, file, bytes: ready.bytes, source };
	return ready.publication.replaces ? { ...intent, replacesAtMs: Date.now() } : intent;
}

function sourcesOf(ready: Ready): readonly { readonly source: string }[] {
	return ready.beside ? [ready, ready.beside] : [ready];
}

function relativeFile(folder: Folder, name: string): string {
	return folder.relative === "" ? name : `${folder.relative}/${name}`;
}

function refuse(publication: Publication, failure: Failure): undefined {
	discard(publication.part);
	settle(publication, { kind: "failed", failure });
}

/** Whoever hears of one end must not keep the others of the batch from theirs. */
function settle(publication: Publication, end: PublicationEnd): void {
	try {
		publication.settle(end);
	} catch {
		// The coordinator has ended the entry as failed.
	}
}
