/** Finds the SHA-256 of files that are passed over, where it is wanted and no record of it is left: each is read once. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Entry } from "../core/entry.ts";
import { unlessAborted } from "../core/unless-aborted.ts";
import type { Journal } from "../journal/journal.ts";
import type { Recorder } from "./recorder.ts";

/** Files that are read at once. */
const atOnce = 2;
/** Entries that may wait for their turn before no more of the list is read. */
const mostWaiting = 256;

export type DigestOf = (file: string, signal: AbortSignal) => Promise<string | undefined>;

export type SkippedDigests = {
	/** The recorder, with the ends of skipped files delayed until they have a digest. */
	readonly recorder: Recorder;
	/** The list, held back while too many files wait. */
	holdBack(batches: AsyncIterable<readonly Entry[]>): AsyncGenerator<readonly Entry[]>;
	/** Resolves when nothing waits any more. */
	finish(): Promise<void>;
};

type Waiting = Parameters<Recorder["end"]>;

export type SkippedDigestsOptions = {
	/** Gives the SHA-256 of a file; undefined where it cannot be read, or the signal says to stop. */
	readonly digestOf: DigestOf;
	readonly recorder: Recorder;
	readonly journal: Journal;
	/** Lets what waits go without a digest. */
	readonly signal: AbortSignal;
	readonly onBroken: (error: unknown) => void;
};

export function createSkippedDigests({
	digestOf,
	recorder,
	journal,
	signal,
	onBroken,
}: SkippedDigestsOptions): SkippedDigests {
	const waiting: Waiting[] = [];
	let running = 0;
	let wake: (() => void) | undefined;

	const start = (): void => {
		while (running < atOnce) {
			const next = waiting.shift();
			if (next === undefined) break;
			running++;
			void finishOne(next).then(() => {
				running--;
				start();
			});
		}
		wake?.();
	};
	const finishOne = async ([ending, known]: Waiting): Promise<void> => {
		const { how } = ending;
		if (how.status !== "skipped") return;
		const { file, bytes, key, version } = how;
		const sha256 = await digestOf(file, signal);
		recorder.end({ ...ending, how: { ...how, sha256 } }, known);
		if (key === undefined || sha256 === undefined) return;
		try {
			// Without its version the file would count as changed here when it is asked for again.
			const now = version && { etag: version.etag, lastModified: version.lastModified, atMs: Date.now() };
			journal.record({ ...how.known, ...now, key, status: "saved", file, bytes, sha256 });
		} catch (error) {
			onBroken(error);
		}
	};
	const until = async (isEnough: () => boolean): Promise<void> => {
		while (!isEnough()) {
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}
	};

	return {
		recorder: {
			end(ending, known) {
				if (ending.how.status !== "skipped" || ending.how.sha256 !== undefined) return recorder.end(ending, known);
				waiting.push([ending, known]);
				start();
			},
		},
		async *holdBack(batches) {
			for await (const batch of batches) {
				await unlessAborted(
					until(() => waiting.length < mostWaiting),
					signal,
				);
				yield batch;
			}
		},
		finish: () => until(() => running === 0 && waiting.length === 0),
	};
}

/** Of files in a directory. */
export function digestsIn(dir: string): DigestOf {
	return async (file, signal) => {
		const hash = createHash("sha256");
		try {
			for await (const chunk of createReadStream(join(dir, file), { signal, highWaterMark: 256 * 1024 }))
				hash.update(chunk);
			return hash.digest("hex");
		} catch {
			return undefined;
		}
	};
}
