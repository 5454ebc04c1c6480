/** Cuts the part that an entry asks for out of a body that brings the whole resource. */
import { type EntryRange, rangeLength } from "../core/entry-range.ts";
import { permanent } from "../core/failure.ts";
import type { Attempt } from "./attempt-state.ts";
import { failAttempt } from "./attempt-state.ts";
import type { BodyFilter } from "./body-filter.ts";
import { endBody, keepBytes } from "./keep-body.ts";

/** @param wholeBytes - Size of the resource, where it was announced. */
export function cutOut(attempt: Attempt, range: EntryRange, wholeBytes: number | undefined): BodyFilter {
	let skip = range.first;
	let left = rangeLength(range);
	return {
		write(chunk) {
			const from = Math.min(skip, chunk.length);
			skip -= from;
			const wanted = chunk.subarray(from, Math.min(chunk.length, from + left));
			left -= wanted.length;
			if (wanted.length > 0) keepBytes(attempt, wanted);
			// Where the resource ends with the part, its end is worth the wait: the connection can be used again.
			if (left > 0 || attempt.phase !== "body" || wholeBytes === range.last + 1) return;
			attempt.exchange?.abort();
			endBody(attempt);
		},
		end() {
			if (left > 0) return failAttempt(attempt, endsBefore(range));
			endBody(attempt);
		},
		destroy() {},
	};
}

/** The resource is shorter than the list says: another attempt would find the same. */
export function endsBefore({ first, last }: EntryRange, wholeBytes?: number): ReturnType<typeof permanent> {
	const size = wholeBytes === undefined ? "" : ` of ${wholeBytes} bytes`;
	return permanent("truncated", `the resource${size} ends before the range ${first}-${last} does`);
}
