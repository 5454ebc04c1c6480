/** What the figures say in words: one finding, and the rest grouped by method. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { analyse } from "../../src/bench/analysis.ts";
import { rankMethods } from "../../src/bench/ranking.ts";
import type { Analysis, BenchRun } from "../../src/bench/results.ts";
import { sampleRounds } from "./sample-runs.ts";

function analysisOf(...runs: readonly (readonly BenchRun[])[]): Analysis {
	const all = runs.flat();
	return analyse({ ranking: rankMethods(all), runs: all, concurrency: 32, cores: 2 });
}

const fast = [1500, 1520, 1490, 1510, 1480, 1505];
const same = [1490, 1525, 1500, 1500, 1490, 1500];
const slow = [1000, 1010, 990, 1005, 995, 1002];
const peer = { kind: "peer" } as const;

const findings: readonly (readonly [what: string, analysis: () => Analysis, finding: RegExp])[] = [
	["nothing", () => analysisOf(), /^No method has a run that counts\.$/],
	["only runs that failed", () => analysisOf(sampleRounds("async", [0, 0])), /^No method has a run that counts\.$/],
	[
		"one method",
		() => analysisOf(sampleRounds("async", slow)),
		/^async was the fastest, with 1,001 files per second\.$/,
	],
	[
		"a program that is faster",
		() =>
			analysisOf(
				sampleRounds("async", slow),
				sampleRounds("mix", [500, 501, 502, 500, 500, 500]),
				sampleRounds("curl", fast, peer),
			),
		/^curl was the fastest, with 1,50\d files per second; async, the fastest method of downspout, came to 0\.66\d times that\.$/,
	],
	[
		"a program that is slower",
		() => analysisOf(sampleRounds("async", fast), sampleRounds("curl", slow, peer)),
		/^async was the fastest, .*; curl, the fastest other program, came to 0\.66\d times that\.$/,
	],
	[
		"a program that is done early, as it gives files up",
		() => analysisOf(sampleRounds("async", slow), sampleRounds("wget2", fast, { ...peer, saved: 380, failed: 620 })),
		/^wget2 was the fastest, with 1,50\d files per second, but left files that others saved \(wget2 620\); async, the fastest that has them, came to 0\.66\d times that\.$/,
	],
	[
		"one file more or less",
		() => analysisOf(sampleRounds("async", slow), sampleRounds("curl", fast, { ...peer, saved: 999 })),
		/^curl was the fastest, with 1,50\d files per second; async, the fastest method of downspout, /,
	],
	[
		"no difference",
		() => analysisOf(sampleRounds("async", fast), sampleRounds("auto", same), sampleRounds("mix", slow)),
		/^\w+ and \w+ were the fastest, without a difference beyond noise between neighbours, at 1,50\d files per second\.$/,
	],
	[
		"too few runs to tell",
		() => analysisOf(sampleRounds("async", [1500, 1510]), sampleRounds("auto", [1490, 1500])),
		/^async was the fastest, with 1,505 files per second\.$/,
	],
];
for (const [what, analysis, finding] of findings) {
	test(`the finding of ${what}`, () => assert.match(analysis().finding, finding));
}

test("what is said of a method stands with it, in the order of the ranking", () => {
	const { methods, general } = analysisOf(
		sampleRounds("async", slow, { failed: 3 }),
		sampleRounds("curl", fast, { ...peer, busiestThread: 0.99, cpuSeconds: 0.66 }),
		sampleRounds("mix", [0, 0]),
	);
	assert.deepEqual(
		methods.map(({ method }) => method),
		["curl", "async", "mix"],
	);
	const [curl, own, mix] = methods.map(({ sentences }) => sentences.join("\n"));
	assert.match(curl ?? "", /^It saved 1,50\d files per second \(95 % interval /);
	assert.match(curl ?? "", /^curl was 1\.\d+ times as fast as async/m);
	assert.match(
		curl ?? "",
		/^What limited it: one thread at its limit: its busiest thread was computing 99 % of the time\.$/m,
	);
	assert.match(own ?? "", /^It ended with up to 3 entries not saved in a run\.$/m);
	assert.equal(mix, "It has no run that counts: 1 of its files is missing.");
	assert(general.every((sentence) => !/^What limited/.test(sentence)));
	assert(general.some((sentence) => /^A file cost/.test(sentence)));
});
