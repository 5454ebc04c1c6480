/** Rates follow the last seconds, and the time left follows from them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRates, secondsLeft } from "../../src/core/rates.ts";

test("rates are those of the window, not of the whole run", () => {
	const rates = createRates(4000);
	assert.deepEqual(rates.perSecond(), { bytes: 0, files: 0, done: 0 });
	for (let second = 0; second <= 20; second++) {
		const files = second < 10 ? 0 : (second - 10) * 5;
		rates.sample(second * 1000, { bytes: files * 100, files, done: files });
	}
	assert.deepEqual(rates.perSecond(), { bytes: 500, files: 5, done: 5 });
});

test("a clock that stands still gives no rate", () => {
	const rates = createRates();
	rates.sample(5, { bytes: 0, files: 0, done: 0 });
	rates.sample(5, { bytes: 9, files: 9, done: 9 });
	assert.deepEqual(rates.perSecond(), { bytes: 0, files: 0, done: 0 });
});

const cases: readonly (readonly [done: number, total: number, pace: number, left: number | null])[] = [
	[0, 100, 10, 10],
	[99.5, 100, 0.5, 1],
	[5, 100, 0, null],
	[100, 100, 0, 0],
	[0, 0, 0, 0],
];

for (const [done, total, pace, left] of cases) {
	test(`${done} of ${total} at ${pace} a second leaves ${left} s`, () =>
		assert.equal(secondsLeft(done, total, pace), left));
}
