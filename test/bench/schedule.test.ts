/** The order of the runs and the time they will take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createForecast, planRuns } from "../../src/bench/schedule.ts";

test("rounds are interleaved and rotate, warm-up first", () => {
	const plan = planRuns(["a", "b", "c"], 3, 1);
	assert.deepEqual(
		plan.map(({ contender, run, warmup }) => `${warmup ? "w" : ""}${run}${contender}`).join(" "),
		"w1a w1b w1c 1b 1c 1a 2c 2a 2b 3a 3b 3c",
	);
});

test("over as many rounds as there are methods each stands in each place once", () => {
	const plan = planRuns(["a", "b", "c", "d"], 4, 0);
	for (let place = 0; place < 4; place++) {
		const there = plan.filter((_, index) => index % 4 === place).map(({ contender }) => contender);
		assert.equal(new Set(there).size, 4);
	}
});

test("the forecast knows nothing, then takes the mean for what it has not seen", () => {
	const forecast = createForecast();
	assert.equal(forecast.secondsLeft(["a"]), undefined);
	forecast.note("a", 2);
	assert.equal(forecast.secondsLeft(["a", "b"]), 4);
	forecast.note("b", 6);
	assert.equal(forecast.secondsLeft(["a", "b", "c"]), 12);
	assert.equal(forecast.secondsLeft([]), 0);
});
