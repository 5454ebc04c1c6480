/** What a file system cannot do for the files that it keeps: told once a run for each kind, as it cannot do it for any. */
import type { Sink } from "../core/event.ts";
import type { Shortfall } from "../core/task.ts";

export type Shortfalls = { tell(shortfall: Shortfall): void };

export function createShortfalls(sink: Sink): Shortfalls {
	const told = new Set<Shortfall["kind"]>();
	return {
		tell({ kind, message }) {
			if (told.has(kind)) return;
			told.add(kind);
			sink.on({ type: "warning", message });
		},
	};
}
