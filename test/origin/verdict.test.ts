/** Faults are as frequent as asked for, and the same for the same seed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { originDefaults } from "../../src/origin/options.ts";
import { judge } from "../../src/origin/verdict.ts";

const draws = 20_000;
const paths = Array.from({ length: draws }, (_, index) => `/f/10/${index}.bin`);

const rates = [
	{ option: "errorRate", kind: "error" },
	{ option: "resetRate", kind: "reset" },
	{ option: "cutRate", kind: "cut" },
	{ option: "stallRate", kind: "stall" },
	{ option: "missingRate", kind: "missing" },
	{ option: "failFirstRate", kind: "error" },
] as const;

for (const { option, kind } of rates) {
	test(`${option} is met over many draws`, () => {
		for (const rate of [0, 0.02, 0.5, 1]) {
			const options = { ...originDefaults, [option]: rate };
			const share = paths.filter((path) => judge(options, path, 1).kind === kind).length / draws;
			assert.ok(Math.abs(share - rate) < 0.02 && (share === rate || (rate > 0 && rate < 1)), `${rate}: ${share}`);
		}
	});
}

test("errors are drawn for each request, missing files once for all", () => {
	const options = { ...originDefaults, errorRate: 0.5, missingRate: 0.3 };
	for (const path of paths.slice(0, 100)) {
		const missing = [1, 2, 3].map((nth) => judge(options, path, nth).kind === "missing");
		assert.equal(new Set(missing).size, 1);
	}
	const served = paths.filter((path) => judge(options, path, 1).kind === "serve");
	assert.ok(served.some((path) => judge(options, path, 2).kind === "error"));
});

test("a file that fails first is served the second time", () => {
	const options = { ...originDefaults, failFirstRate: 1 };
	assert.deepEqual(
		[1, 2, 3].map((nth) => judge(options, "/f/1/a", nth).kind),
		["error", "serve", "serve"],
	);
});

test("most errors are 503, and each of the others occurs", () => {
	const options = { ...originDefaults, errorRate: 1 };
	const statuses = paths.map((path) => judge(options, path, 1).errorStatus);
	assert.deepEqual([...new Set(statuses)].sort(), [429, 500, 502, 503]);
	assert.ok(statuses.filter((status) => status === 503).length > draws / 2);
});

test("the delay lies within the jitter and follows from the seed", () => {
	const options = { ...originDefaults, latencyMs: 50, jitterMs: 10 };
	const delays = paths.map((path) => judge(options, path, 1).delayMs);
	assert.ok(Math.min(...delays.slice(0, 1000)) >= 40 && Math.max(...delays.slice(0, 1000)) <= 60);
	assert.ok(new Set(delays).size > draws / 2);
	assert.deepEqual(
		paths.map((path) => judge(options, path, 1).delayMs),
		delays,
	);
});
