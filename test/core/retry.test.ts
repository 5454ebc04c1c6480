/** The retry policy: which statuses, which mirror, how long a wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { permanent, transient } from "../../src/core/failure.ts";
import { type Attempts, backoff, decideRetry, isTransientStatus, parseRetryAfter } from "../../src/core/retry.ts";

const policy = { retries: 3, retryBaseMs: 500, retryMaxWaitMs: 60_000 };
const passing = transient("http_503", "busy");
const final = permanent("http_404", "gone");

test("only 408, 425, 429, 500, 502, 503, 504 and 520 to 524 are tried again", () => {
	const found = Array.from({ length: 500 }, (_, n) => n + 100).filter(isTransientStatus);
	assert.deepEqual(found, [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
});

test("waits grow exponentially with full jitter, up to the longest", () => {
	const longest = [0, 1, 2, 3, 6, 7, 50, 2000].map((n) => backoff(policy, n, 0.999999));
	assert.deepEqual(longest, [500, 1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000]);
	fc.assert(
		fc.property(fc.nat(100), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, random) => {
			const waitMs = backoff(policy, n, random);
			assert(Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= Math.min(60_000, 500 * 2 ** n));
		}),
	);
});

const now = Date.parse("Sat, 21 Nov 2026 10:00:00 GMT");

const retryAfters: readonly (readonly [field: string | undefined, ms: number | undefined])[] = [
	[undefined, undefined],
	["", undefined],
	["0", 0],
	["120", 120_000],
	[" 5 ", 5000],
	["soon", undefined],
	["Sat, 21 Nov 2026 10:00:30 GMT", 30_000],
	["Saturday, 21-Nov-26 10:00:30 GMT", 30_000],
	["Sat Nov 21 10:00:30 2026", 30_000],
	["Sat, 21 Nov 2026 09:00:00 GMT", 0],
];

for (const [field, ms] of retryAfters) {
	test(`Retry-After: ${field} is ${ms} ms`, () => assert.equal(parseRetryAfter(field, now), ms));
}

test("a failure is tried again until the retries are spent", () => {
	const made = (count: number): Attempts => ({ made: count, mirrors: [{ tried: count, out: false }], current: 0 });
	const decide = (count: number) => decideRetry(policy, made(count), { failure: passing, random: 0.5 });
	assert.deepEqual([1, 2, 3, 4].map(decide), [
		{ again: true, mirror: 0, waitMs: 250 },
		{ again: true, mirror: 0, waitMs: 500 },
		{ again: true, mirror: 0, waitMs: 1000 },
		{ again: false },
	]);
});

test("a failure for good of the only mirror is the end", () => {
	const attempts = { made: 1, mirrors: [{ tried: 1, out: true }], current: 0 };
	assert.deepEqual(decideRetry(policy, attempts, { failure: final, random: 0.5 }), { again: false });
});

test("Retry-After is waited for where the same mirror is asked again, up to the longest wait", () => {
	const attempts = { made: 1, mirrors: [{ tried: 1, out: false }], current: 0 };
	const wait = (retryAfterMs: number) => decideRetry(policy, attempts, { failure: passing, retryAfterMs, random: 0.5 });
	assert.deepEqual(wait(5000), { again: true, mirror: 0, waitMs: 5000 });
	assert.deepEqual(wait(10), { again: true, mirror: 0, waitMs: 250 });
	assert.deepEqual(wait(3_600_000), { again: true, mirror: 0, waitMs: 60_000 });
	const other = {
		made: 2,
		mirrors: [
			{ tried: 1, out: false },
			{ tried: 1, out: false },
		],
		current: 0,
	};
	assert.deepEqual(decideRetry(policy, other, { failure: passing, retryAfterMs: 5000, random: 0 }), {
		again: true,
		mirror: 1,
		waitMs: 0,
	});
});

test("every mirror is asked once without a wait, then those that may work take turns until the retries are spent", () => {
	const plans = fc.record({
		fails: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
		retries: fc.nat(5),
		random: fc.double({ min: 0, max: 0.99, noNaN: true }),
	});
	fc.assert(
		fc.property(plans, ({ fails, retries, random }) => {
			const mirrors = fails.map(() => ({ tried: 0, out: false }));
			const asked: number[] = [];
			let current = 0;
			for (;;) {
				const mirror = mirrors[current];
				assert(mirror);
				asked.push(current);
				mirror.tried++;
				mirror.out = fails[current] ?? false;
				const attempts = { made: asked.length, mirrors, current };
				const decision = decideRetry({ ...policy, retries }, attempts, {
					failure: mirror.out ? final : passing,
					random,
				});
				if (!decision.again) break;
				if (asked.length < mirrors.length) assert.equal(decision.waitMs, 0);
				else assert(!mirrors[decision.mirror]?.out);
				current = decision.mirror;
				assert(asked.length <= mirrors.length + retries);
			}
			assert.deepEqual(
				asked.slice(0, fails.length),
				fails.map((_, n) => n),
			);
			const mayWork = fails.some((isFinal) => !isFinal);
			assert.equal(asked.length, fails.length + (mayWork ? retries : 0));
		}),
	);
});
