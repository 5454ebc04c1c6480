/** Differences between methods, and noise. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareSpeeds, signFlipTest } from "../../../src/bench/statistics/comparison.ts";

test("a clear difference is larger than the noise, with five rounds and with ten", () => {
	for (const rounds of [5, 10]) {
		const slow = Array.from({ length: rounds }, (_, round) => 1000 + round * 7);
		const comparison = compareSpeeds(
			slow.map((speed) => speed * 1.5),
			slow,
		);
		assert.equal(comparison.different, true);
		assert.equal(comparison.test, rounds < 6 ? "permutation" : "sign-flip");
		assert.ok(Math.abs(comparison.ratio.median - 1.5) < 1e-9);
	}
});

test("equal speeds are no difference, and no number of runs would show one", () => {
	const comparison = compareSpeeds([10, 11, 12, 13, 14, 15], [10, 11, 12, 13, 14, 15]);
	assert.equal(comparison.different, false);
	assert.equal(comparison.p, 1);
	assert.equal(comparison.runsNeeded, undefined);
});

test("a small difference in much noise is none, and says how many runs it would take", () => {
	const comparison = compareSpeeds([100, 130, 95, 125, 110, 100], [110, 100, 115, 98, 103, 108]);
	assert.equal(comparison.different, false);
	assert.ok(comparison.p > 0.05);
	assert.ok((comparison.runsNeeded ?? 0) > 6);
});

test("a difference that every round shows is found though the rounds differ more than the methods", () => {
	const slow = [100, 200, 400, 800, 1600, 3200];
	assert.equal(
		compareSpeeds(
			slow.map((speed) => speed * 1.02),
			slow,
		).different,
		true,
	);
});

test("fewer than four rounds are never called a difference", () => {
	for (const rounds of [0, 1, 2, 3]) {
		const comparison = compareSpeeds(new Array<number>(rounds).fill(1000), new Array<number>(rounds).fill(1));
		assert.deepEqual([comparison.different, comparison.test], [false, "none"]);
	}
});

test("rounds that only one of the two has are left out", () => {
	assert.equal(compareSpeeds([2, 2, 2, 2, 2, 2, 2], [1, 1, 1, 1]).test, "permutation");
});

test("the exact test counts every choice of signs", () => {
	assert.equal(signFlipTest([1, 1, 1, 1, 1]), 2 / 32);
	assert.equal(signFlipTest([1, -1]), 1);
});

test("turning the pairs round turns the ratio round and keeps the chance", () => {
	const speeds = fc.array(fc.double({ min: 1, max: 1e5, noNaN: true }), { minLength: 6, maxLength: 8 });
	fc.assert(
		fc.property(speeds, speeds, (first, second) => {
			const [there, back] = [compareSpeeds(first, second), compareSpeeds(second, first)];
			assert.ok(Math.abs(there.p - back.p) < 1e-9);
			assert.ok(Math.abs(there.ratio.median * back.ratio.median - 1) < 1e-6);
		}),
		{ numRuns: 40 },
	);
});

test("methods that do not differ are called different in about one comparison of twenty", () => {
	let state = 7;
	const random = (): number => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};
	const speeds = (): number[] => Array.from({ length: 8 }, () => 1000 * (0.8 + 0.4 * random()));
	const comparisons = 300;
	const found = Array.from({ length: comparisons }, () => compareSpeeds(speeds(), speeds()).different).filter(Boolean);
	assert.ok(found.length <= 0.09 * comparisons, `${found.length} of ${comparisons}`);
});
