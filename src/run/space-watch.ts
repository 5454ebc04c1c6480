/** Says at the start of a list that its files will not fit, as far as it tells their sizes. */
import type { Sink } from "../core/event.ts";
import { freeBytes } from "../files/free-space.ts";
import type { Planner } from "./plan.ts";

/** @returns The planner, which adds up the sizes that entries name, and warns once. */
export function watchSpace(planner: Planner, dir: string, sink: Sink): Planner {
	let bytes = 0;
	let free: number | undefined;
	let isTold = false;
	return (entry) => {
		const plan = planner(entry);
		if (entry.sizeBytes === undefined || plan.kind !== "pending" || isTold) return plan;
		// As it was before the first of them.
		free ??= freeBytes(dir) ?? Number.POSITIVE_INFINITY;
		bytes += entry.sizeBytes;
		if (bytes > free) {
			isTold = true;
			const message = `too little space: the list names files of more than ${bytes} bytes, and ${free} were free in ${dir} at the start`;
			sink.on({ type: "warning", message });
		}
		return plan;
	};
}
