/** Signs of life of an owner: its file is written again and again, which sets its time by the clock of the file system. */
import { closeSync, constants, statSync, utimesSync, writeSync } from "node:fs";
import { fileErrorCode } from "../files/file-error.ts";
import { closeQuietly } from "../files/quietly.ts";
import { openTrusted } from "../files/trust.ts";

/** A sign of life every so often, in milliseconds: many fit into the silence after which an owner counts as dead. */
const beatMs = 10_000;
/** After so long without one the process was paused, or the machine slept. */
const overdueMs = 3 * beatMs;

export type Heartbeat = {
	/** Beats at once where a beat is overdue. */
	renew(): void;
	/** Beats at once: what the file holds has changed. */
	tell(): void;
	/** The file system's time in milliseconds since 1970, which may be that of another machine. */
	now(): number;
	stop(): void;
};

export type HeartbeatOptions = {
	/** What the file holds: always as long, so that no older text is left behind it and no disk is too full for it. */
	readonly text: () => string;
	/** Whether a file that is gone stays so: the owner must not go on then. */
	readonly isFinal?: boolean;
	/** The file was gone: another run has taken its owner for dead. It is there again when this is called. */
	readonly onDisplaced: () => void;
};

/** Makes the owner's file. @throws {NodeJS.ErrnoException} it is there already, or cannot be made. */
export function createHeartbeat(path: string, { text, isFinal, onDisplaced }: HeartbeatOptions): Heartbeat {
	/** How far the file system's clock is ahead of ours. */
	let aheadMs = 0;
	let lastMs = 0;
	const write = (flags: number): void => {
		const fd = openTrusted(path, flags);
		try {
			writeSync(fd, text(), 0);
		} catch (error) {
			closeQuietly(fd);
			throw error;
		}
		// Shares send what was written, and set its time, when it is closed.
		closeSync(fd);
		lastMs = Date.now();
		aheadMs = statSync(path).mtimeMs - lastMs;
	};
	const beat = (): void => {
		try {
			write(constants.O_WRONLY);
		} catch (error) {
			if (fileErrorCode(error) === "ENOENT") return announceAgain();
			try {
				// A full disk may refuse even what takes no room.
				utimesSync(path, Date.now() / 1000, Date.now() / 1000);
				lastMs = Date.now();
			} catch {
				// Whoever looks will see that it is silent.
			}
		}
	};
	const announceAgain = (): void => {
		if (isFinal) return;
		try {
			write(constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
		} catch {
			// The folder may be gone, or be read-only now: at the next beat.
		}
		lastMs = Date.now();
		onDisplaced();
	};
	write(constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
	const timer = setInterval(beat, beatMs).unref();
	return {
		renew() {
			// By the clock on the wall: the others do not tell how long a machine slept.
			const pastMs = Date.now() - lastMs;
			if (pastMs > overdueMs || pastMs < 0) beat();
		},
		tell: beat,
		now: () => Date.now() + aheadMs,
		stop: () => clearInterval(timer),
	};
}
