/** What a free connection does next, and that all bytes are brought in the end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addSpan, gapsOf, type Span } from "../../src/core/spans.ts";
import { isLame, nextWork } from "../../src/segments/next-work.ts";

type Stretch = { at: number; end: number; perMs: number | undefined; isDouble: boolean };

const stretch = (at: number, end: number, perMs?: number, isDouble = false): Stretch => ({ at, end, perMs, isDouble });
const mib = 1024 ** 2;
const facts = { free: [] as Span[], spareBytes: 0, beginMs: 1 };

test("pieces that nobody has come first, from the start on", () => {
	const free = [
		{ start: 5, end: 9 },
		{ start: 20, end: 30 },
	];
	assert.deepEqual(nextWork({ ...facts, free, stretches: [stretch(0, 5, 1)] }), { kind: "piece", start: 5, end: 9 });
});

test("the slowest is split so that both are done at once", () => {
	const fast = stretch(0, 10 * mib, 3000);
	const slow = stretch(10 * mib, 20 * mib, 1000);
	const work = nextWork({ ...facts, stretches: [fast, slow] });
	assert(work?.kind === "share" && work.of === slow && work.end === slow.end);
	// It brings 1000 a millisecond, and a new one as much as the usual: 2000.
	assert(Math.abs(work.start - (10 * mib + (10 * mib) / 3)) < 2);
});

test("what is too small is not split, and asked for twice only where that is worth it and allowed", () => {
	const slow = stretch(0, 200_000, 10);
	const fast = stretch(mib, mib + 1000, 10_000);
	assert.equal(nextWork({ ...facts, stretches: [slow, fast] })?.kind, undefined);
	assert.equal(nextWork({ ...facts, stretches: [slow, fast], spareBytes: 200_000 })?.kind, "double");
	assert.equal(nextWork({ ...facts, stretches: [{ ...slow, isDouble: true }, fast], spareBytes: 200_000 }), undefined);
	assert.equal(nextWork({ ...facts, stretches: [{ ...slow, perMs: 10_000 }, fast], spareBytes: 200_000 }), undefined);
});

test("a connection below 0.3 of the mean of the others is lame", () => {
	const others = [stretch(0, 1, 100), stretch(0, 1, 120)];
	for (const [perMs, expected] of [
		[32, true],
		[34, false],
		[0, true],
		[undefined, false],
	] as const) {
		const one = stretch(0, 1, perMs);
		assert.equal(isLame(one, [...others, one]), expected);
	}
});

test("whatever the speeds are and whoever fails, all bytes are brought, and at most 5 % of them twice", () => {
	const speeds = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 12 });
	const failures = fc.array(fc.boolean(), { maxLength: 40 });
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 16 * mib }), speeds, failures, (sizeBytes, perMs, fails) => {
			const here: Span[] = [];
			let asked = 0;
			let doubled = 0;
			const carriers = new Set<Stretch & { own: number }>();
			const failing = [...fails];
			for (let round = 0; round < 100_000; round++) {
				while (carriers.size < perMs.length) {
					const spans = [...here];
					for (const { at, end } of carriers) addSpan(spans, { start: at, end });
					const spareBytes = sizeBytes * 0.05 - doubled;
					const work = nextWork({ free: gapsOf(spans, sizeBytes), stretches: [...carriers], spareBytes, beginMs: 2 });
					if (!work) break;
					if (work.kind === "share") work.of.end = work.start;
					if (work.kind === "double") {
						work.of.isDouble = true;
						doubled += work.end - work.start;
					}
					assert(work.start < work.end);
					const own = perMs[carriers.size] ?? 1;
					carriers.add({ ...stretch(work.start, work.end, own, work.kind === "double"), own });
					asked++;
				}
				if (carriers.size === 0) break;
				for (const one of carriers) {
					const brought = Math.min(one.end - one.at, Math.max(one.own, 5) * 100);
					addSpan(here, { start: one.at, end: one.at + brought });
					one.at += brought;
					if (one.at >= one.end || failing.pop()) carriers.delete(one);
				}
			}
			assert.deepEqual(gapsOf(here, sizeBytes), []);
			assert(doubled <= sizeBytes * 0.05 && asked < 20_000);
		}),
		{ numRuns: 50 },
	);
});
