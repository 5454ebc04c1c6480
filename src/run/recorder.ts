/** The one place where an entry ends: counted, written to the journal, and told to the sinks. */
import type { ChecksumTable } from "../core/checksum-table.ts";
import type { Sink } from "../core/event.ts";
import type { Saved } from "../core/saved.ts";
import type { Tally } from "../core/tally.ts";
import type { Journal } from "../journal/journal.ts";
import { type Ending, type HowEnded, outcomeOf } from "./outcome-of.ts";

export type Recorder = {
	/** @param key - Of the entry in the journal; absent where there is nothing to remember. */
	end(ending: Ending, known?: Known): void;
};

export type Known = {
	readonly id: number;
	readonly key: string;
	readonly host: string;
	readonly refreshed?: Saved | undefined;
};

export type RecorderOptions = {
	readonly tally: Tally;
	readonly journal: Journal;
	readonly sink: Sink;
	/** Checksums of files by their names: told which files there are. */
	readonly checksums?: ChecksumTable | undefined;
	/** Called when the journal cannot be written: the run must stop. */
	readonly onBroken: (error: unknown) => void;
};

export function createRecorder({ tally, journal, sink, checksums, onBroken }: RecorderOptions): Recorder {
	return {
		end(ending, known) {
			const outcome = outcomeOf(ending);
			tally.count(outcome);
			if (outcome.file !== null) checksums?.find(outcome.file);
			if (known) remember(ending.how, known.key);
			const { entry } = ending;
			if (!known) return sink.on({ type: "ended", entry, outcome });
			const { id, host, refreshed } = known;
			sink.on({ type: "ended", id, host, refreshed, entry, outcome });
		},
	};

	function remember(how: HowEnded, key: string): void {
		try {
			if (how.status === "failed") journal.record({ key, status: "failed", code: how.failure.code });
			else if (how.status === "saved" || (how.status === "skipped" && how.version)) {
				const { file, bytes, sha256, version } = how;
				const { etag, lastModified } = version ?? {};
				journal.record({ key, status: "saved", file, bytes, sha256, etag, lastModified, atMs: Date.now() });
			}
		} catch (cause) {
			onBroken(cause);
		}
	}
}
