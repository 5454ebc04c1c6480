/** Spans of bytes, against a list that has a place for each byte. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addSpan, covers, gapsOf, lengthOf, prefixOf, type Span, withoutSpan } from "../../src/core/spans.ts";

const sizeBytes = 40;
const span = fc
	.tuple(fc.integer({ min: 0, max: sizeBytes }), fc.integer({ min: 0, max: sizeBytes }))
	.map(([one, other]) => ({ start: Math.min(one, other), end: Math.max(one, other) }));
const step = fc.record({ isAdded: fc.boolean(), span });

function spansOf(bytes: readonly boolean[]): Span[] {
	const spans: Span[] = [];
	for (let start = 0; start < bytes.length; start++) {
		if (!bytes[start] || bytes[start - 1]) continue;
		let end = start;
		while (bytes[end]) end++;
		spans.push({ start, end });
	}
	return spans;
}

test("spans tell what a list of all bytes tells", () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 20 }), span, (steps, asked) => {
			let spans: Span[] = [];
			const bytes = Array.from({ length: sizeBytes }, () => false);
			for (const { isAdded, span: one } of steps) {
				const before = bytes.filter(Boolean).length;
				bytes.fill(isAdded, one.start, one.end);
				if (isAdded) assert.equal(addSpan(spans, one), bytes.filter(Boolean).length - before);
				else spans = withoutSpan(spans, one);
				assert.deepEqual(spans, spansOf(bytes));
			}
			assert.equal(lengthOf(spans), bytes.filter(Boolean).length);
			assert.deepEqual(gapsOf(spans, sizeBytes), spansOf(bytes.map((is) => !is)));
			const missing = bytes.indexOf(false);
			assert.equal(prefixOf(spans), missing < 0 ? sizeBytes : missing);
			assert.equal(covers(spans, asked), bytes.slice(asked.start, asked.end).every(Boolean));
		}),
		{ numRuns: 1000 },
	);
});
