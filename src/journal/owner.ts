/** Who works in a download directory: each worker names its process there and writes what it is about to publish. */
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Intent, OwnerIdentity, StateLayout } from "../core/state-layout.ts";
import { processPlace, processStart } from "./process-identity.ts";

/** Intents go to a new file when one has grown so large: the coordinator removes those that the journal has caught up with. */
const segmentBytes = 4 * 1024 * 1024;

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
};

/**
 * Announces a worker in the directory.
 * @param id - Unique among all runs: contains the run's id.
 * @throws {NodeJS.ErrnoException} the directory is not writable.
 */
export function createOwner(layout: StateLayout, id: string, { coordinatorPid, revocable }: OwnerOptions): Owner {
	const identity = join(layout.owners, `${id}.json`);
	writeFileSync(identity, JSON.stringify(identify(process.pid, coordinatorPid)), { flag: "wx" });
	let segment = 0;
	let written = 0;
	let fd: number | undefined;
	const open = (): number => openSync(intentsPath(layout, id, segment), "ax");
	const append = (lines: string): void => {
		if (written > segmentBytes && fd !== undefined) {
			closeSync(fd);
			fd = undefined;
			segment++;
			written = 0;
		}
		fd ??= open();
		const data = Buffer.from(lines);
		try {
			for (let at = 0; at < data.length; ) at += writeSync(fd, data, at);
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
			if (revocable) assertWanted(identity);
			let lines = "";
			for (const intent of intents) lines += formatIntent(intent);
			append(lines);
		},
		withdraw: (source) => append(`${JSON.stringify({ withdrawn: source })}\n`),
		retire() {
			if (fd !== undefined) closeSync(fd);
			fd = undefined;
		},
	};
}

/** As `JSON.stringify`, which is too slow for what happens once a file. */
function formatIntent({ key, file, bytes, source }: Intent): string {
	return `{"key":"${key}","file":${JSON.stringify(file)},"bytes":${bytes},"source":"${source}"}\n`;
}

/** Opened, as a network share knows for certain only then. */
function assertWanted(identity: string): void {
	try {
		closeSync(openSync(identity, "r"));
	} catch (cause) {
		throw new OwnerRevokedError("another worker does this now", { cause });
	}
}

/** Where an owner's intents lie. */
export function intentsPath(layout: StateLayout, ownerId: string, segment: number): string {
	return join(layout.owners, `${ownerId}.${segment}.intents`);
}

function identify(pid: number, coordinatorPid: number): OwnerIdentity {
	const startTicks = processStart(pid);
	const coordinatorStartTicks = processStart(coordinatorPid);
	return {
		pid,
		place: processPlace(),
		coordinatorPid,
		...(startTicks === undefined ? {} : { startTicks }),
		...(coordinatorStartTicks === undefined ? {} : { coordinatorStartTicks }),
	};
}
