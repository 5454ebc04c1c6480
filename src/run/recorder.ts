/** The one place where an entry ends: counted, written to the journal, and told to the sinks. */
import type { Sink } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Tally } from "../core/tally.ts";
import type { Journal } from "../journal/journal.ts";
import { type Ending, outcomeOf } from "./outcome-of.ts";

export type Recorder = {
	/** @param key - Of the entry in the journal; absent where there is nothing to remember. */
	end(ending: Ending, known?: { readonly id: number; readonly key: string; readonly host: string }): void;
};

export type RecorderOptions = {
	readonly tally: Tally;
	readonly journal: Journal;
	readonly sink: Sink;
	/** Called when the journal cannot be written: the run must stop. */
	readonly onBroken: (error: unknown) => void;
};

export function createRecorder({ tally, journal, sink, onBroken }: RecorderOptions): Recorder {
	return {
		end(ending, known) {
			const outcome = outcomeOf(ending);
			tally.count(outcome);
			if (known) remember(outcome, known.key);
			const { entry } = ending;
			sink.on(
				known ? { type: "ended", id: known.id, host: known.host, entry, outcome } : { type: "ended", entry, outcome },
			);
		},
	};

	function remember(outcome: Outcome, key: string): void {
		const { status, file, bytes, error } = outcome;
		try {
			if (status === "saved" && file !== null) journal.record({ key, status, file, bytes });
			else if (status === "failed" && error) journal.record({ key, status, code: error.code });
		} catch (cause) {
			onBroken(cause);
		}
	}
}
