/** What a file system cannot do for the files that it keeps: told once a run for each kind, as it cannot do it for any. */
import type { Sink } from "../core/event.ts";
import type { Remark, Shortfall } from "../core/task.ts";
import { createRemarks } from "./remarks.ts";

export type Shortfalls = {
	tell(shortfall: Shortfall): void;
	/** Tells what a file that was saved lacks, and what was odd about the answer. */
	tellOf(result: { readonly shortfall?: Shortfall; readonly remarks?: readonly Remark[] }): void;
};

export function createShortfalls(sink: Sink): Shortfalls {
	const told = new Set<Shortfall["kind"]>();
	const remarks = createRemarks(sink);
	const tell = ({ kind, message }: Shortfall): void => {
		if (told.has(kind)) return;
		told.add(kind);
		sink.on({ type: "warning", message });
	};
	return {
		tell,
		tellOf(result) {
			if (result.shortfall) tell(result.shortfall);
			if (result.remarks) remarks.tell(result.remarks);
		},
	};
}
