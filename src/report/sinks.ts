/** Joins sinks: every event goes to each of them, and closing closes all. */
import type { Sink } from "../core/event.ts";

/** Watches nothing. */
export const noSink: Sink = { on() {}, async close() {} };

/**
 * One sink that passes events on in the order given.
 * Closing waits for all of them and then throws the first error that one of them ended with.
 */
export function combine(sinks: readonly Sink[]): Sink {
	return {
		on(event) {
			for (const sink of sinks) sink.on(event);
		},
		async close() {
			const ends = await Promise.allSettled(sinks.map((sink) => sink.close()));
			for (const end of ends) if (end.status === "rejected") throw end.reason;
		},
	};
}
