/** The token bucket, with the clock in the test's hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenBucket } from "../../src/origin/token-bucket.ts";

test("bytes taken at once are spread at the rate", () => {
	const bucket = createTokenBucket(1000);
	assert.deepEqual(
		[1, 2, 3, 4].map(() => bucket.take(100, 5000)),
		[0, 90, 190, 290],
	);
});

test("an idle bucket saves up no more than its burst", () => {
	const bucket = createTokenBucket(1000);
	bucket.take(100, 0);
	assert.equal(bucket.take(100, 60_000), 0);
	assert.equal(bucket.take(100, 60_000), 90);
});

test("who waits as told gets the rate", () => {
	const bucket = createTokenBucket(50_000);
	let nowMs = 0;
	for (let sent = 0; sent < 100_000; sent += 1000) nowMs += bucket.take(1000, nowMs);
	assert.ok(nowMs > 1900 && nowMs <= 2000, `${nowMs} ms`);
});
