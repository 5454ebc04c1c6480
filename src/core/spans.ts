/** Which bytes of a file are here: spans in order that neither overlap nor touch. Pure. */

/** Bytes from `start` up to, and not including, `end`. */
export type Span = { readonly start: number; readonly end: number };

/** Adds bytes, in place. @returns How many of them were not there before. */
export function addSpan(spans: Span[], { start, end }: Span): number {
	if (end <= start) return 0;
	let first = 0;
	while (first < spans.length && (spans[first]?.end ?? 0) < start) first++;
	let from = start;
	let to = end;
	let known = 0;
	let count = 0;
	for (let at = first; at < spans.length; at++, count++) {
		const one = spans[at];
		if (!one || one.start > end) break;
		known += Math.max(0, Math.min(one.end, end) - Math.max(one.start, start));
		from = Math.min(from, one.start);
		to = Math.max(to, one.end);
	}
	spans.splice(first, count, { start: from, end: to });
	return end - start - known;
}

/** What is there without some bytes. */
export function withoutSpan(spans: readonly Span[], { start, end }: Span): Span[] {
	if (end <= start) return [...spans];
	return spans.flatMap((one) =>
		[
			{ start: one.start, end: Math.min(one.end, start) },
			{ start: Math.max(one.start, end), end: one.end },
		].filter((left) => left.start < left.end),
	);
}

/** What is missing of a file of that size. */
export function gapsOf(spans: readonly Span[], sizeBytes: number): Span[] {
	return spans.reduce<Span[]>(withoutSpan, sizeBytes > 0 ? [{ start: 0, end: sizeBytes }] : []);
}

/** How many bytes are here. */
export function lengthOf(spans: readonly Span[]): number {
	return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** How many bytes are here from the start on. */
export function prefixOf(spans: readonly Span[]): number {
	const [first] = spans;
	return first?.start === 0 ? first.end : 0;
}

/** Whether all of some bytes are here. */
export function covers(spans: readonly Span[], { start, end }: Span): boolean {
	return start >= end || spans.some((one) => one.start <= start && one.end >= end);
}
