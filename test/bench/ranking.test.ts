/** The ranking: order, failed runs, warm-up, neighbours. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rankMethods } from "../../src/bench/ranking.ts";
import { sampleRounds } from "./sample-runs.ts";

test("the fastest median is first, whatever one lucky run says", () => {
	const ranking = rankMethods([
		...sampleRounds("async", [500, 510, 505, 500, 502]),
		...sampleRounds("threads", [700, 710, 705, 690, 702]),
		...sampleRounds("processes", [400, 2000, 410, 405, 402]),
	]);
	assert.deepEqual(
		ranking.map(({ method, rank }) => [method, rank]),
		[
			["threads", 1],
			["async", 2],
			["processes", 3],
		],
	);
	assert.equal(ranking[0]?.next?.method, "async");
	assert.equal(ranking[0]?.next?.different, true);
	assert.equal(ranking[2]?.next, undefined);
});

test("warm-up runs and failed runs are no measurements", () => {
	const [entry] = rankMethods([
		...sampleRounds("async", [9999], { warmup: true }),
		...sampleRounds("async", [500, 0, 520]),
	]);
	assert.equal(entry?.runs, 2);
	assert.equal(entry?.filesPerSecond.median, 510);
});

test("a method without a run that counts is last, with its reason", () => {
	const ranking = rankMethods([...sampleRounds("broken", [0, 0]), ...sampleRounds("async", [1, 2])]);
	assert.deepEqual(
		ranking.map(({ method }) => method),
		["async", "broken"],
	);
	assert.equal(ranking[1]?.reason, "1 of its files is missing");
	assert.equal(ranking[1]?.rank, 2);
	assert.equal(ranking[0]?.next, undefined);
});

test("every method stands in the ranking once, in descending order of its median", () => {
	const speeds = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 });
	fc.assert(
		fc.property(fc.array(speeds, { minLength: 1, maxLength: 5 }), (methods) => {
			const ranking = rankMethods(methods.flatMap((rounds, index) => sampleRounds(`m${index}`, rounds)));
			assert.deepEqual(
				ranking.map(({ rank }) => rank),
				methods.map((_, index) => index + 1),
			);
			const medians = ranking.map(({ filesPerSecond }) => filesPerSecond.median);
			assert.deepEqual(
				medians,
				[...medians].sort((left, right) => right - left),
			);
		}),
		{ numRuns: 15 },
	);
});
