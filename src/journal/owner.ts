/** Who works in a download directory: each worker names its process there and writes what it is about to publish. */
import { constants, ftruncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { jsonText } from "../core/json-text.ts";
import type { Intent, OwnerIdentity, StateLayout } from "../core/state-layout.ts";
import { closeQuietly } from "../files/quietly.ts";
import { syncFile, syncFolder } from "../files/sync.ts";
import { openTrusted } from "../files/trust.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { answerFor, folderIdentity } from "./owner-socket.ts";
import { readIdentity } from "./owner-state.ts";
import { processPlace, processStart } from "./process-identity.ts";

/** Intents go to a new file when one has grown so large: the coordinator removes those that the journal has caught up with. */
const segmentBytes = 4 * 1024 * 1024;
/** More than an announcement has. */
const announcementBytes = 1024;
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

export type Owner = {
	/** Names the worker in the paths of its parts. */
	readonly id: string;
	/** Number of the file that the last intents went to. */
	segment(): number;
	/**
	 * Writes intents in one append: after a crash they tell which published files are ours.
	 * @throws {NodeJS.ErrnoException} such as ENOSPC: none of them was written, and what is published now would not be recognised.
	 */
	intend(intents: readonly Intent[]): void;
	/**
	 * Takes back what was intended with a source, before that is removed for another reason than that it has its name.
	 * @throws {NodeJS.ErrnoException} such as ENOSPC: the source must stay where it is.
	 */
	withdraw(source: string): void;
	/**
	 * Flushes what was intended.
	 * @returns Why that cannot be done here; undefined where it was. @throws {NodeJS.ErrnoException} such as EIO.
	 */
	sync(): string | undefined;
	/** Throws when its work was given to others: it puts nothing down any more. */
	assertWanted(): void;
	/** Gives a sign of life where one is overdue: after a pause of the process somebody may think it dead. */
	renew(): void;
	/** The time, in milliseconds since 1970, as the file system tells it. */
	now(): number;
	/** Calls back when another run has taken this worker for dead: what lay in its name is not its own any more. */
	whenDisplaced(listener: () => void): void;
	/** Ends the worker's presence. Its traces are for the coordinator to remove, when all is recorded. */
	retire(): void;
};

/** What a worker was told too late: others do its work, and what it has is not wanted any more. */
class OwnerRevokedError extends Error {
	override readonly name = "OwnerRevokedError";
	readonly code = "owner_revoked";
}

export type OwnerOptions = {
	readonly coordinatorPid: number;
	/** Whether its work may be given to others while it lives: then its identity file is removed, and it looks for that. */
	readonly revocable?: boolean | undefined;
	/** Of a coordinator whose journal lies elsewhere: the name of that directory. */
	readonly journal?: string | undefined;
};

/**
 * Announces a worker in the directory.
 * @param id - Unique among all runs: contains the run's id.
 * @throws {NodeJS.ErrnoException} the directory is not writable.
 */
export function createOwner(layout: StateLayout, id: string, { coordinatorPid, ...more }: OwnerOptions): Owner {
	const { revocable, journal } = more;
	const announcement = join(layout.owners, `${id}.json`);
	const identity = identify(coordinatorPid);
	let folder: string | undefined;
	const text = (): string => JSON.stringify({ ...identity, folder, journal }).padEnd(announcementBytes);
	let segment = 0;
	let written = 0;
	let fd: number | undefined;
	let isSynced = false;
	let onDisplaced: (() => void) | undefined;
	const next = (): void => {
		const old = fd;
		fd = undefined;
		written = 0;
		segment++;
		isSynced = false;
		// What close says of what was announced long ago changes nothing.
		if (old !== undefined) closeQuietly(old);
	};
	const heartbeat = createHeartbeat(announcement, {
		text,
		isFinal: revocable === true,
		onDisplaced() {
			// The file of intents went with the announcement.
			next();
			try {
				onDisplaced?.();
			} catch {
				// Called by a timer: whoever cannot go elsewhere goes on where it is.
			}
		},
	});
	// Not before: a socket that nobody announced would lie there for minutes after a kill in between.
	const server = answerFor(layout, id);
	if (server) {
		folder = folderIdentity(layout);
		heartbeat.tell();
	}
	const wanted = (): void => {
		if (revocable) assertWanted(announcement);
	};
	const append = (lines: string): void => {
		wanted();
		heartbeat.renew();
		if (written > segmentBytes) next();
		fd ??= openTrusted(intentsPath(layout, id, segment), newFile);
		const data = Buffer.from(lines);
		try {
			for (let at = 0; at < data.length; ) at += writeSync(fd, data, at, data.length - at, written + at);
		} catch (error) {
			// What a full disk has torn is no announcement.
			ftruncateSync(fd, written);
			throw error;
		}
		written += data.length;
	};
	return {
		id,
		segment: () => segment,
		intend(intents) {
			let lines = "";
			for (const intent of intents) lines += formatIntent(intent);
			append(lines);
		},
		assertWanted: wanted,
		withdraw: (source) => append(`${JSON.stringify({ withdrawn: source })}\n`),
		sync() {
			const why = fd === undefined ? undefined : syncFile(fd, isSynced);
			if (isSynced) return why;
			isSynced = true;
			return why ?? syncFolder(layout.owners);
		},
		renew: heartbeat.renew,
		now: heartbeat.now,
		whenDisplaced(listener) {
			onDisplaced = listener;
		},
		retire() {
			heartbeat.stop();
			server?.close();
			const old = fd;
			fd = undefined;
			if (old !== undefined) closeQuietly(old);
		},
	};
}

/** Says of an owner that nobody works there any more, although its process may live. */
export function markLeft(layout: StateLayout, id: string): void {
	const path = join(layout.owners, `${id}.json`);
	try {
		const text = JSON.stringify({ ...(readIdentity(path) ?? identify(process.pid)), left: true });
		const fd = openTrusted(path, constants.O_WRONLY);
		try {
			writeSync(fd, text, 0);
			ftruncateSync(fd, Buffer.byteLength(text));
		} finally {
			closeQuietly(fd);
		}
	} catch {
		// The next run then takes it for alive as long as its process lives.
	}
}

function formatIntent({ key, file, bytes, source, reserved, replacesAtMs }: Intent): string {
	let more = reserved ? ',"reserved":true' : "";
	if (replacesAtMs !== undefined) more += `,"replaces":${replacesAtMs}`;
	return `{"key":"${key}","file":${jsonText(file)},"bytes":${bytes},"source":${jsonText(source)}${more}}\n`;
}

/** Opened, as a network share knows for certain only then. */
function assertWanted(identity: string): void {
	try {
		closeQuietly(openTrusted(identity, constants.O_RDONLY));
	} catch (cause) {
		throw new OwnerRevokedError("another worker does this now", { cause });
	}
}

/** Where an owner's intents lie. */
export function intentsPath(layout: StateLayout, ownerId: string, segment: number): string {
	return join(layout.owners, `${ownerId}.${segment}.intents`);
}

function identify(coordinatorPid: number): OwnerIdentity {
	const startTicks = processStart(process.pid);
	const coordinatorStartTicks = processStart(coordinatorPid);
	return {
		pid: process.pid,
		place: processPlace(),
		coordinatorPid,
		...(startTicks === undefined ? {} : { startTicks }),
		...(coordinatorStartTicks === undefined ? {} : { coordinatorStartTicks }),
	};
}
