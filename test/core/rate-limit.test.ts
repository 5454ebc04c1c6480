/** The fields of rate limits, newer and older, become one wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseRateLimit, parseRatePolicy, type RateLimitFields } from "../../src/core/rate-limit.ts";

const nowMs = Date.UTC(2026, 10, 26);
const epoch = String(nowMs / 1000 + 7);

const cases: readonly (readonly [RateLimitFields, number | undefined])[] = [
	[{}, undefined],
	[{ rateLimit: '"default";r=0;t=30' }, 30_000],
	[{ rateLimit: '"default";r=5;t=30' }, undefined],
	[{ rateLimit: '"default";r=0' }, undefined],
	[{ rateLimit: '"day";r=0;t=3600, "second" ; r=0 ; t=1' }, 3_600_000],
	[{ rateLimit: '"day";r=9;t=3600, "second";r=0;t=1' }, 1000],
	[{ rateLimit: '"a,b;r=0;t=9";r=4;t=2' }, undefined],
	[{ rateLimit: "limit=100, remaining=0, reset=50" }, 50_000],
	[{ rateLimit: "limit=100, remaining=3, reset=50" }, undefined],
	[{ rateLimitReset: "12" }, 12_000],
	[{ xRateLimitReset: "0" }, 0],
	[{ xRateLimitReset: epoch }, 7000],
	[{ xRateLimitReset: "1000000000" }, 0],
	[{ xRateLimitReset: "999999999" }, 999_999_999_000],
	[{ xRateLimitReset: "soon" }, undefined],
	[{ xRateLimitReset: "-1" }, undefined],
	[{ rateLimitReset: "", xRateLimitReset: " 3 " }, 3000],
	[{ rateLimit: '"x";r=1;t=9', rateLimitReset: "2" }, 2000],
	[{ rateLimit: '"x";r=0;t=9', rateLimitReset: "2", xRateLimitReset: "4" }, 9000],
];

for (const [fields, expected] of cases) {
	test(`${JSON.stringify(fields)} asks for ${expected} ms`, () =>
		assert.equal(parseRateLimit(fields, nowMs), expected));
}

const policies: readonly (readonly [string, number | undefined])[] = [
	['"burst";q=100;w=20', 5],
	['"burst";q=100;w=20, "daily";q=1000;w=86400', 5],
	['"a";q=90;w=60,"b";q=1;w=1', 1],
	['"daily";q=1000;w=86400', undefined],
	['"bytes";q=65535;qu="content-bytes";w=10', undefined],
	['"a;q=1;w=1";q=50;w=10', 5],
	["100;w=50", 2],
	["10;w=1, 1000;w=3600", 10],
	["100, 100;w=10", 10],
	["100", undefined],
	["0;w=1", undefined],
	["100;w=0", undefined],
	["", undefined],
];
for (const [rateLimitPolicy, expected] of policies) {
	test(`the policy ${rateLimitPolicy} allows ${expected} a second`, () => {
		assert.equal(parseRatePolicy({ rateLimitPolicy }), expected);
		assert.equal(parseRatePolicy({ rateLimitLimit: rateLimitPolicy }), expected);
	});
}

test("whatever is sent, the wait is none or a number from 0 on", () => {
	const field = fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[\d";=,rt \\]{0,30}$/)), { nil: undefined });
	fc.assert(
		fc.property(field, field, field, (rateLimit, rateLimitReset, xRateLimitReset) => {
			const allowed = parseRatePolicy({ rateLimitPolicy: rateLimit, rateLimitLimit: rateLimitReset });
			assert(allowed === undefined || (allowed > 0 && Number.isFinite(allowed)));
			const wait = parseRateLimit({ rateLimit, rateLimitReset, xRateLimitReset }, nowMs);
			assert(wait === undefined || wait >= 0);
		}),
	);
});
