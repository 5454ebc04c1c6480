/** Moments of completion, gathered into steps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { timelineOf } from "../../../src/bench/measure/timeline.ts";

test("files fall into the step in which they were finished", () => {
	const { timeline, firstFileSeconds, lastFileSeconds } = timelineOf([1000, 1040, 1110, 1990], 1000, 1);
	assert.equal(timeline.stepMs, 50);
	assert.deepEqual([timeline.counts[0], timeline.counts[2], timeline.counts.at(-1)], [2, 1, 1]);
	assert.deepEqual([firstFileSeconds, lastFileSeconds], [0, 0.99]);
});

test("a run without a file has a timeline of zeros", () => {
	const { timeline, firstFileSeconds, lastFileSeconds } = timelineOf([], 0, 0.1);
	assert.ok(timeline.counts.every((count) => count === 0));
	assert.deepEqual([firstFileSeconds, lastFileSeconds], [null, null]);
});

test("no file is lost, and there are never too many steps", () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: -20, max: 400_000_000 })),
			fc.double({ min: 0.001, max: 400_000, noNaN: true }),
			(moments, seconds) => {
				const { timeline } = timelineOf(
					[...moments].sort((left, right) => left - right),
					0,
					seconds,
				);
				assert.equal(
					timeline.counts.reduce((sum, count) => sum + count, 0),
					moments.length,
				);
				assert.ok(timeline.counts.length <= 41 || seconds > 144_000);
			},
		),
	);
});
