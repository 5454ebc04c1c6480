/** Gives complete files their final names, several at once: never over something that exists, and so that a run killed at any moment can tell its own files. */
import { closeSync, fsyncSync, futimesSync, linkSync, lstatSync, openSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe } from "../core/describe-error.ts";
import type { Failure } from "../core/failure.ts";
import { numberedName } from "../core/naming.ts";
import type { ExistsPolicy } from "../core/options.ts";
import type { Intent } from "../core/state-layout.ts";
import type { Owner } from "../journal/owner.ts";
import { letGoOf } from "./chunk-memory.ts";
import { classifyFileError } from "./classify-file-error.ts";
import type { Folder, Folders } from "./folders.ts";
import { bodyName, closePart, discard, type Part, type PartStore, writeAll } from "./part.ts";
import { lacksLinks, linkWithoutLinks } from "./publish-without-links.ts";

/** A complete and verified file that waits for its name. */
export type Publication = {
	readonly part: Part;
	/** Folder and name that it should have. */
	readonly folder: string;
	readonly name: string;
	/** Modification time in seconds since 1970, from Last-Modified. */
	readonly modifiedSeconds?: number | undefined;
	/** Called once, in the order of publication. */
	settle(end: PublicationEnd): void;
};

export type PublicationEnd =
	| { readonly kind: "published"; readonly file: string; readonly bytes: number }
	| { readonly kind: "exists"; readonly file: string }
	| { readonly kind: "failed"; readonly failure: Failure }
	/** The run stops: the bytes are kept for the next one. */
	| { readonly kind: "stopped" };

export type Publisher = {
	add(publication: Publication): void;
	/** Publishes all that waits, now. */
	flush(): void;
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
	/** Where its bytes lie, relative to the folder of parts. */
	readonly source: string;
	/** The same as a path: one text for all calls, which the engine then flattens once. */
	readonly path: string;
	readonly bytes: number;
	/** Under which file it is announced; files of one name in one batch may each come to another. */
	readonly expected: string;
};

/** Numbers that are tried one by one; a power of two. */
const singleLooks = 16;

/** Most names whose last number is remembered. */
const keepNumbers = 10_000;

/** What completes within one turn of the event loop is published together: one append tells the intents of all. */
export function createPublisher(options: PublisherOptions): Publisher {
	const { parts } = options.store;
	let waiting: Publication[] = [];
	let scheduled = false;
	let counter = 0;
	const numbers = new Map<string, number>();

	const prepare = (publication: Publication): Ready | undefined => {
		try {
			const folder = options.folders.open(publication.folder);
			if ("code" in folder) return refuse(publication, folder);
			counter++;
			const { part } = publication;
			const source = part.file ? bodyName(options.store, part) : `${options.owner.id}~${counter}`;
			const path = `${parts}/${source}`;
			complete(publication, path, options.fsync);
			const expected = relativeFile(folder, numberedName(publication.name, numberOf(publication, folder, numbers)));
			return { publication, folder, source, path, bytes: part.bytes, expected };
		} catch (error) {
			return refuse(publication, classifyFileError(error, publication.name));
		}
	};

	const name = (ready: Ready): PublicationEnd => {
		const { publication, folder } = ready;
		let n = numberOf(publication, folder, numbers);
		for (;;) {
			const numbered = numberedName(publication.name, n);
			const file = relativeFile(folder, numbered);
			if (file !== ready.expected) options.owner.intend([intentOf(ready, file)]);
			if (place(ready.path, `${folder.path}/${numbered}`, options.onExists)) {
				if (n > 0) rememberNumber(numbers, slotOf(publication, folder), n + 1);
				return { kind: "published", file, bytes: ready.bytes };
			}
			if (options.onExists !== "rename") return { kind: "exists", file };
			n = n === 0 ? firstFree(folder, publication.name) : n + 1;
		}
	};

	/** Lets go of the source, and tells the end. @param announced - Whether an intent tells of it. */
	const finish = (ready: Ready, end: PublicationEnd, announced = true): void => {
		const { part } = ready.publication;
		try {
			// What has no name must not be taken for published when its source is gone.
			if (end.kind !== "published" && announced) options.owner.withdraw(ready.source);
			if (part.file) discard(part);
			else if (end.kind !== "published" || options.onExists !== "overwrite") unlinkSync(ready.path);
		} catch {
			// A leftover that the next run clears away; or it was renamed for want of links.
		}
		part.file = undefined;
		letGoOf(part.chunks);
		part.chunks = [];
		ready.publication.settle(end);
	};

	const flush = (): void => {
		scheduled = false;
		const batch = waiting;
		waiting = [];
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
			options.owner.intend(intents);
		} catch (error) {
			const failure = classifyFileError(error, "the download directory's state");
			for (const one of ready) finish(one, { kind: "failed", failure }, false);
			return;
		}
		for (const one of ready) {
			let end: PublicationEnd;
			try {
				end = name(one);
				if (options.fsync && end.kind === "published") syncFolder(one.folder.path);
			} catch (error) {
				if (describe(error).code === "ENOENT") options.folders.forget(one.publication.folder);
				end = { kind: "failed", failure: classifyFileError(error, one.publication.name) };
			}
			finish(one, end);
		}
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

/** Sees to it that all bytes lie in a closed file with the right time. @param path - Where that is. */
function complete({ part, modifiedSeconds }: Publication, path: string, fsync: boolean): void {
	const fd = part.file ? part.file.fd : openSync(path, "wx");
	try {
		if (!part.file) writeAll(fd, part.chunks);
		if (modifiedSeconds !== undefined) futimesSync(fd, Date.now() / 1000, modifiedSeconds);
		if (fsync) fsyncSync(fd);
		if (part.file) closePart(part);
		else closeSync(fd);
	} catch (error) {
		if (!part.file) {
			closeSync(fd);
			unlinkSync(path);
		}
		throw error;
	}
}

/** @returns Whether the file has the name now; false where something else has it. */
function place(source: string, target: string, onExists: ExistsPolicy): boolean {
	try {
		if (onExists === "overwrite") renameSync(source, target);
		else linkSync(source, target);
		return true;
	} catch (error) {
		const { code } = describe(error);
		if (code === "EEXIST") return false;
		if (onExists === "overwrite" && (code === "EISDIR" || code === "ENOTEMPTY")) return false;
		if (onExists !== "overwrite" && lacksLinks(code)) return linkWithoutLinks(source, target);
		throw error;
	}
}

/** The first number that no file has; beyond the first few found by doubling, so that a thousand files of one name cost ten looks each. */
function firstFree(folder: Folder, name: string): number {
	const taken = (n: number): boolean =>
		lstatSync(join(folder.path, numberedName(name, n)), { throwIfNoEntry: false }) !== undefined;
	for (let n = 1; n <= singleLooks; n++) if (!taken(n)) return n;
	let high = singleLooks;
	while (taken(high)) high *= 2;
	let low = high / 2;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (taken(middle)) low = middle;
		else high = middle;
	}
	return high;
}

function rememberNumber(numbers: Map<string, number>, slot: string, n: number): void {
	if (numbers.size >= keepNumbers) numbers.clear();
	numbers.set(slot, n);
}

function intentOf(ready: Ready, file: string): Intent {
	return { key: ready.publication.part.key, file, bytes: ready.bytes, source: ready.source };
}

function relativeFile(folder: Folder, name: string): string {
	return folder.relative === "" ? name : `${folder.relative}/${name}`;
}

function syncFolder(path: string): void {
	const fd = openSync(path, "r");
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

function refuse(publication: Publication, failure: Failure): undefined {
	discard(publication.part);
	publication.settle({ kind: "failed", failure });
}

function slotOf({ name }: Publication, folder: Folder): string {
	return `${folder.relative}/${name}`;
}

/** The number to begin with; most runs never meet a name twice. */
function numberOf(publication: Publication, folder: Folder, numbers: ReadonlyMap<string, number>): number {
	return numbers.size === 0 ? 0 : (numbers.get(slotOf(publication, folder)) ?? 0);
}
