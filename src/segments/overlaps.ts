/** Bytes that two answers bring: where one goes on behind another, they must say the same. */
import { covers, type Span } from "../core/spans.ts";
import type { Part } from "../store/part.ts";
import { hasBytesAt } from "../store/scatter.ts";
import type { SegmentsHost } from "./segments-host.ts";

/** Why the answers are not believed: they have the same validators. */
export const otherBytes = "two answers have other bytes for one place";

/** Bytes that an answer brought behind its piece before another one had brought them. */
export type Tail = { readonly start: number; readonly bytes: Buffer };

export type Overlaps = {
	/** The first byte that is not asked for. */
	readonly askedTo: number;
	/** Bytes before the first that is wanted that are asked for. */
	readonly leadBytes: number;
	readonly overlapBytes: number;
};

/** What is asked for beside a piece: what follows it, and what is here before it. */
export function overlapsOf(
	{ part, totalBytes, overlapBytes }: Pick<SegmentsHost, "part" | "totalBytes" | "overlapBytes">,
	{ start, end }: Span,
): Overlaps {
	const isBehind = covers(part.scattered?.here ?? [], { start: start - overlapBytes, end: start });
	return { askedTo: Math.min(totalBytes, end + overlapBytes), leadBytes: isBehind ? overlapBytes : 0, overlapBytes };
}

/** Whether a complete file is what such answers said. @throws {NodeJS.ErrnoException} */
export function tailsHold(part: Part, tails: readonly Tail[]): boolean {
	return tails.every(({ start, bytes }) => hasBytesAt(part, bytes, start));
}
