/** Sees to it that all bytes of a file lie in a closed file with the right time. */
import { closeSync, futimesSync, openSync } from "node:fs";
import type { Shortfall } from "../core/task.ts";
import { fileErrorCode } from "../files/file-error.ts";
import { closeQuietly, unlinkQuietly } from "../files/quietly.ts";
import { syncFile, unflushedMessage } from "../files/sync.ts";
import { closePart, type Part, writeMemory } from "./part.ts";

export type Completion = {
	readonly part: Part;
	/** Modification time in seconds since 1970. */
	readonly modifiedSeconds?: number | undefined;
	readonly fsync: boolean;
};

/**
 * Completes the file of a part, or makes one.
 * @param path - Where its bytes lie afterwards. @returns What the file system could not do.
 * @throws {NodeJS.ErrnoException} such as ENOSPC, which some shares tell when a file is closed. @throws {PartLostError}
 */
export function complete({ part, modifiedSeconds, fsync }: Completion, path: string): Shortfall | undefined {
	if (part.file) {
		const shortfall = finish(part.file.fd, modifiedSeconds, fsync);
		closePart(part);
		return shortfall;
	}
	const fd = openSync(path, "wx");
	let shortfall: Shortfall | undefined;
	try {
		writeMemory(fd, part);
		shortfall = finish(fd, modifiedSeconds, fsync);
	} catch (error) {
		closeQuietly(fd);
		unlinkQuietly(path);
		throw error;
	}
	try {
		closeSync(fd);
	} catch (error) {
		unlinkQuietly(path);
		throw error;
	}
	return shortfall;
}

function finish(fd: number, modifiedSeconds: number | undefined, fsync: boolean): Shortfall | undefined {
	const shortfall = modifiedSeconds === undefined ? undefined : setTime(fd, modifiedSeconds);
	if (!fsync) return shortfall;
	const why = syncFile(fd);
	return shortfall ?? (why === undefined ? undefined : unflushed(why));
}

function setTime(fd: number, modifiedSeconds: number): Shortfall | undefined {
	try {
		futimesSync(fd, Date.now() / 1000, modifiedSeconds);
		return undefined;
	} catch (error) {
		const code = fileErrorCode(error);
		return { kind: "time", message: `the times of files cannot be set here (${code}): they get the present one` };
	}
}

export function unflushed(why: string): Shortfall {
	return { kind: "flush", message: unflushedMessage(why) };
}
