/** Joins sinks: every event goes to each of them, and closing closes all. */
import type { RunEvent, Sink } from "../core/event.ts";

/** Watches nothing. */
export const noSink: Sink = { on() {}, async close() {} };

/**
 * One sink that passes events on in the order given. One that throws, which is a fault of ours, hears no more; the others
 * are told.
 * Closing waits for all of them and then throws the first error that one of them ended with.
 */
export function combine(sinks: readonly Sink[]): Sink {
	let listening = sinks.filter((sink) => sink !== noSink);
	const tell = (event: RunEvent): void => {
		for (const sink of listening) {
			try {
				sink.on(event);
			} catch (error) {
				listening = listening.filter((other) => other !== sink);
				const why = error instanceof Error ? error.message : String(error);
				tell({ type: "warning", message: `an output failed, and shows no more of this run: ${why}` });
			}
		}
	};
	return {
		on: tell,
		async close() {
			const ends = await Promise.allSettled(sinks.map((sink) => sink.close()));
			for (const end of ends) if (end.status === "rejected") throw end.reason;
		},
	};
}
