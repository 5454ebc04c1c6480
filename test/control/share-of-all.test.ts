/** Hosts that fail a share of all requests, however few they are: a list takes about as long as with plain retries. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OriginModel } from "../../benchmarks/simulator/origin-model.ts";
import { simulate } from "../../benchmarks/simulator/simulate.ts";

const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1);

/** Mean and longest of all seeds, in milliseconds. */
function msOf(
	files: number,
	model: OriginModel,
	isPlain: boolean,
): { readonly mean: number; readonly longest: number } {
	const all = seeds.map((seed) => simulate({ files, origins: [model], isPlain }, "auto", seed).ms);
	return { mean: all.reduce((sum, ms) => sum + ms, 0) / all.length, longest: Math.max(...all) };
}

const faults: readonly {
	readonly name: string;
	readonly modelOf: (share: number) => Partial<OriginModel>;
	readonly slack: number;
}[] = [
	{ name: "answer 503", modelOf: (errorRate) => ({ errorRate }), slack: 1 },
	// The first of them says that too much was asked, and is believed.
	{
		name: "answer 503, or 429 one time in ten",
		modelOf: (errorRate) => ({ errorRate, errors429: 0.1 }),
		slack: 2,
	},
	{ name: "are reset", modelOf: (resetRate) => ({ resetRate }), slack: 1 },
	{ name: "break off", modelOf: (cutRate) => ({ cutRate }), slack: 1 },
];

for (const { name, modelOf, slack } of faults) {
	for (const { share, mean, longest } of [
		{ share: 0.1, mean: 1.4, longest: 2.5 },
		{ share: 0.3, mean: 1.3, longest: 2.5 },
		{ share: 0.5, mean: 1.7, longest: 5 },
		{ share: 0.7, mean: 3, longest: 7 },
	]) {
		for (const rttMs of [5, 50]) {
			for (const files of [200, 2000]) {
				test(`${files} files, ${share * 100} % of all ${name}, ${rttMs} ms: ${mean * slack} times as long on average`, () => {
					const model = { rttMs, ...modelOf(share) };
					const plain = msOf(files, model, true);
					const found = msOf(files, model, false);
					assert(found.mean <= plain.mean * mean * slack, `${found.mean} ms, and ${plain.mean} ms`);
					assert(found.longest <= plain.longest * longest * slack, `${found.longest} ms, and ${plain.longest} ms`);
				});
			}
		}
	}
}
