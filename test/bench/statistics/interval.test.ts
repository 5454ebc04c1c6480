/** Medians and their intervals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { medianInterval, medianOf } from "../../../src/bench/statistics/interval.ts";

const cases: readonly (readonly [values: readonly number[], median: number])[] = [
	[[], 0],
	[[7], 7],
	[[1, 3], 2],
	[[9, 1, 5], 5],
	[[4, 4, 4, 4], 4],
];

for (const [values, median] of cases) {
	test(`the median of [${values.join(", ")}] is ${median}`, () => {
		assert.equal(medianInterval(values).median, median);
	});
}

test("one value has an interval of itself, equal values too", () => {
	assert.deepEqual(medianInterval([7]), { median: 7, low: 7, high: 7 });
	assert.deepEqual(medianInterval([3, 3, 3]), { median: 3, low: 3, high: 3 });
});

test("the same values always give the same interval", () => {
	const values = [12, 15, 11, 19, 14, 13];
	assert.deepEqual(medianInterval(values), medianInterval([...values]));
});

test("an interval holds its median and lies within the values", () => {
	fc.assert(
		fc.property(
			fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 12 }),
			(values) => {
				const { median, low, high } = medianInterval(values);
				assert.ok(low <= median && median <= high);
				assert.ok(low >= Math.min(...values) && high <= Math.max(...values));
			},
		),
		{ numRuns: 40 },
	);
});

test("the interval of the median covers the true one about as often as it says", () => {
	// Twenty draws each from a known distribution; 95 % is the promise, and a percentile bootstrap keeps it roughly.
	let state = 1;
	const random = (): number => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};
	const rounds = 200;
	const covered = Array.from({ length: rounds }, () => {
		const { low, high } = medianInterval(Array.from({ length: 20 }, random));
		return low <= 0.5 && 0.5 <= high;
	}).filter(Boolean).length;
	assert.ok(covered >= 0.88 * rounds, `${covered} of ${rounds}`);
});

test("nothing has no median", () => {
	assert.equal(medianOf([]), undefined);
	assert.equal(medianOf([2, 4]), 3);
});
