/** What stands between a run and the loop that consumes it: no result is lost, and a slow consumer holds the list back. */
import type { Sink } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import { createFifo } from "../run/fifo.ts";

/** Results that may wait before no more of the list is read. */
const mostWaiting = 1000;

export type Results = Sink & {
	/** Gives every result in the order of ending, and ends after `finish`. */
	take(): AsyncGenerator<Outcome, void, undefined>;
	/** Resolves when the consumer has caught up, or the signal says to stop. */
	room(signal: AbortSignal): Promise<void>;
	/** No more results will come. */
	finish(): void;
};

export function createResults(): Results {
	const waiting = createFifo<Outcome>();
	let finished = false;
	let onResult: (() => void) | undefined;
	let onRoom: (() => void) | undefined;

	/** Results of one tick are taken one after the other: whoever waits is woken, and looks for itself. */
	function wake(): void {
		onResult?.();
		onResult = undefined;
	}

	return {
		on(event) {
			if (event.type !== "ended") return;
			waiting.push(event.outcome);
			wake();
		},
		async close() {},
		async *take() {
			for (;;) {
				const outcome = waiting.shift();
				if (outcome !== undefined) {
					if (waiting.size < mostWaiting) onRoom?.();
					yield outcome;
				} else if (finished) return;
				else {
					await new Promise<void>((resolve) => {
						onResult = resolve;
					});
				}
			}
		},
		room: (signal) =>
			new Promise((resolve) => {
				if (signal.aborted || waiting.size < mostWaiting) return resolve();
				const done = (): void => {
					signal.removeEventListener("abort", done);
					onRoom = undefined;
					resolve();
				};
				onRoom = done;
				signal.addEventListener("abort", done, { once: true });
			}),
		finish() {
			finished = true;
			wake();
		},
	};
}
