/** When a body counts as too slow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSpeedWatch, isTooSlow } from "../../src/core/min-speed.ts";

const limit = { bytesPerSecond: 1000, ms: 5000 };

type Case = {
	readonly name: string;
	readonly bytesAt: (second: number) => number;
	readonly tooSlowAt: number | undefined;
};

const cases: readonly Case[] = [
	{ name: "nothing comes", bytesAt: () => 0, tooSlowAt: 5 },
	{ name: "half as fast", bytesAt: (second) => second * 500, tooSlowAt: 5 },
	{ name: "just as fast", bytesAt: (second) => second * 1000, tooSlowAt: undefined },
	{ name: "fast, then nothing", bytesAt: (second) => Math.min(second, 10) * 5000, tooSlowAt: 15 },
	{ name: "a burst each 4 s", bytesAt: (second) => Math.floor(second / 4) * 4000, tooSlowAt: undefined },
	{ name: "a burst that came too late", bytesAt: (second) => (second > 5 ? 1e6 : 0), tooSlowAt: 5 },
];

for (const { name, bytesAt, tooSlowAt } of cases) {
	test(`${name}: ${tooSlowAt === undefined ? "fast enough" : `too slow after ${tooSlowAt} s`}`, () => {
		const watch = createSpeedWatch(0, 0);
		const seconds = Array.from({ length: 40 }, (_, index) => index + 1);
		assert.equal(
			seconds.find((second) => isTooSlow(watch, limit, { ms: second * 1000, bytes: bytesAt(second) })),
			tooSlowAt,
		);
	});
}

test("a process that was suspended blames no server", () => {
	const watch = createSpeedWatch(0, 0);
	assert.equal(isTooSlow(watch, limit, { ms: 1000, bytes: 100 }), false);
	assert.equal(isTooSlow(watch, limit, { ms: 3_600_000, bytes: 100 }), false);
	assert.equal(isTooSlow(watch, limit, { ms: 3_601_000, bytes: 100 }), false);
	assert.equal(isTooSlow(watch, limit, { ms: 3_605_000, bytes: 100 }), true);
});

test("what an earlier attempt left is no speed", () => {
	const watch = createSpeedWatch(0, 1e9);
	assert.equal(isTooSlow(watch, limit, { ms: 4000, bytes: 1e9 }), false);
	assert.equal(isTooSlow(watch, limit, { ms: 5000, bytes: 1e9 }), true);
});
