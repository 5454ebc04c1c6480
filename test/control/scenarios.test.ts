/** The controller in the simulator: in each scenario as fast as the best fixed level, nothing lost, few refusals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedLevels, type HeldScenario, heldScenarios } from "../../benchmarks/simulator/scenarios.ts";
import { simulate } from "../../benchmarks/simulator/simulate.ts";

const seeds = Array.from({ length: 20 }, (_, seed) => seed + 1);

/** Milliseconds that the list of a seed takes with what it is compared with. */
function bestMs(scenario: HeldScenario): (seed: number) => number {
	const { of } = scenario.bound;
	if (of !== "fixed") {
		const ms = limitMs(scenario, of);
		return () => ms;
	}
	const all = fixedLevels.map((level) => ({ level, ms: simulate(scenario, level, 1).ms }));
	const best = all.reduce((one, other) => (other.ms < one.ms ? other : one));
	// Sizes that are drawn differ from seed to seed.
	return typeof scenario.size === "function" ? (seed) => simulate(scenario, best.level, seed).ms : () => best.ms;
}

function limitMs(scenario: HeldScenario, of: Exclude<HeldScenario["bound"]["of"], "fixed">): number {
	if ("level" in of) {
		const origins = scenario.origins.map((model) => ({
			...model,
			errorRate: 0,
			resetRate: 0,
			cutsBeyond: Number.POSITIVE_INFINITY,
			refusesBeyond: Number.POSITIVE_INFINITY,
		}));
		return simulate({ ...scenario, origins }, of.level, 1).ms;
	}
	const burst = scenario.origins[0]?.burst ?? 0;
	return ((scenario.files - burst) * 1000) / of.perSecond;
}

for (const [name, scenario] of Object.entries(heldScenarios)) {
	test(name, () => {
		const {
			least,
			refusals = Number.POSITIVE_INFINITY,
			failed: mostFailed = 0,
			askedAgain: mostAgain = 0,
		} = scenario.bound;
		const best = bestMs(scenario);
		for (const seed of seeds) {
			const { ms, saved, failed, pausesBroken, ...run } = simulate(scenario, "auto", seed);
			assert.deepEqual([saved + failed, pausesBroken], [scenario.files, 0], `seed ${seed}`);
			assert(failed <= mostFailed, `seed ${seed}: ${failed} failed`);
			const share = best(seed) / ms;
			assert(share >= least, `seed ${seed}: ${(share * 100).toFixed(1)} % of the speed, not ${least * 100}`);
			assert(run.askedAgain <= mostAgain, `seed ${seed}: ${run.askedAgain} asked again in vain`);
			assert(run.refusals <= refusals, `seed ${seed}: ${run.refusals} refusals`);
		}
	});
}
