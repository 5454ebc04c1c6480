/** The flags of `bench`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveBenchOptions } from "../../src/bench/options.ts";
import { scenarioNames } from "../../src/bench/scenarios.ts";
import { UsageError } from "../../src/core/usage-error.ts";

test("the defaults are those of the contract", () => {
	assert.deepEqual(resolveBenchOptions({}, "urls.txt"), {
		workload: { list: "urls.txt" },
		methods: ["async", "threads", "processes", "mix"],
		runs: 5,
		warmup: 1,
		concurrency: 32,
		peers: [],
	});
});

test("names are separated by commas, and each counts once", () => {
	const options = resolveBenchOptions({
		scenario: "latency, flaky,latency",
		methods: "mix,async",
		peers: "wget2,curl",
	});
	assert.deepEqual(options.workload, { scenarios: ["latency", "flaky"] });
	assert.deepEqual(options.methods, ["mix", "async"]);
	assert.deepEqual(options.peers, ["wget2", "curl"]);
});

test("levels are numbers, each once, of the method that runs unasked", () => {
	const options = resolveBenchOptions({ levels: "8, 32,8" }, "l");
	assert.deepEqual([options.levels, options.methods], [[8, 32], ["auto"]]);
	assert.deepEqual(resolveBenchOptions({ levels: "8", methods: "async" }, "l").methods, ["async"]);
});

test("all scenarios are every one of them", () => {
	assert.deepEqual(resolveBenchOptions({ scenario: "all" }).workload, { scenarios: scenarioNames });
});

const wrong: readonly (readonly [flags: Record<string, string>, list: string | undefined, names: RegExp])[] = [
	[{ runs: "0" }, "l", /--runs.*"0".*from 1/],
	[{ runs: "many" }, "l", /--runs/],
	[{ warmup: "-1" }, "l", /--warmup/],
	[{ concurrency: "0" }, "l", /--concurrency/],
	[{ workers: "1.5" }, "l", /--workers/],
	[{ methods: "async,thread" }, "l", /--methods: thread is not one of async, threads/],
	[{ methods: "cluster" }, "l", /--methods: cluster/],
	[{ methods: "," }, "l", /--methods/],
	[{ peers: "curl,netcat" }, "l", /--peers: netcat/],
	[{ scenario: "smal-files" }, undefined, /--scenario: smal-files is not one of small-files/],
	[{ scenario: "latency" }, "l", /not both/],
	[{}, undefined, /LIST, or --scenario/],
	[{ levels: "8,many" }, "l", /--levels: many is not a whole number/],
	[{ levels: "0" }, "l", /--levels/],
];

for (const [flags, list, names] of wrong) {
	test(`refused: ${JSON.stringify(flags)} ${list ?? ""}`, () => {
		assert.throws(
			() => resolveBenchOptions(flags, list),
			(error) => error instanceof UsageError && names.test(error.message),
		);
	});
}
