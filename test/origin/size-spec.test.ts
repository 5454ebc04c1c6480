/** The grammar of --size, and the sizes that are drawn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawSize, parseSizeSpec, type SizeSpec } from "../../src/origin/size-spec.ts";

const cases: readonly (readonly [string, SizeSpec | undefined])[] = [
	["0", { kind: "fixed", sizeBytes: 0 }],
	["10", { kind: "fixed", sizeBytes: 10 }],
	["10k", { kind: "fixed", sizeBytes: 10_000 }],
	["10Ki", { kind: "fixed", sizeBytes: 10_240 }],
	["2M", { kind: "fixed", sizeBytes: 2_000_000 }],
	["1Gi", { kind: "fixed", sizeBytes: 2 ** 30 }],
	["lognormal:10Ki:1.5", { kind: "lognormal", medianBytes: 10_240, sigma: 1.5 }],
	["lognormal:1M:2", { kind: "lognormal", medianBytes: 1_000_000, sigma: 2 }],
	...[
		"",
		"x",
		"-1",
		"1.5",
		"10KB",
		"10 Ki",
		"99999999G",
		"lognormal",
		"lognormal:1k",
		"lognormal:1k:x",
		"normal:1:1",
	].map((text) => [text, undefined] as const),
	["lognormal:1k:1:2", undefined],
	["1:2:3", undefined],
];

for (const [text, expected] of cases) {
	test(`--size ${JSON.stringify(text)}`, () => assert.deepEqual(parseSizeSpec(text), expected));
}

test("log-normal sizes have the median and the spread that were asked for, and follow from the seed", () => {
	const spec = { kind: "lognormal", medianBytes: 10_240, sigma: 1.5 } as const;
	const sizes = Array.from({ length: 20_001 }, (_, index) => drawSize(spec, 1, index)).sort((a, b) => a - b);
	const share = (part: number): number => sizes[Math.floor(20_000 * part)] ?? Number.NaN;
	assert.ok(Math.abs(Math.log(share(0.5) / 10_240)) < 0.06, `median ${share(0.5)}`);
	assert.ok(Math.abs(Math.log(share(0.8413) / share(0.5)) - 1.5) < 0.08, "one sigma above the median");
	assert.equal(drawSize(spec, 1, 5), drawSize(spec, 1, 5));
	assert.notEqual(drawSize(spec, 1, 5), drawSize(spec, 2, 5));
});
