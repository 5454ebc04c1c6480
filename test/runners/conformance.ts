/** What every concurrency model must do, over real connections: each model's own test file runs it. */
import type { Method } from "../../src/core/outcome.ts";
import { testLargeFiles } from "./large-files.ts";
import { testLimits } from "./limits.ts";
import { testOptions } from "./options.ts";
import { testRates } from "./rates.ts";
import { testRecords } from "./records.ts";
import { testStopping } from "./stopping.ts";
import { testDeaths } from "./worker-deaths.ts";

export function testMethod(method: Method): void {
	testRecords(method);
	testLimits(method);
	testOptions(method);
	testRates(method);
	testStopping(method);
	testLargeFiles(method);
	// Nobody outlives the death of the only event loop.
	if (method !== "async" && method !== "auto") testDeaths(method);
}
