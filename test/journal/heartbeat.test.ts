/** Signs of life come as long as an owner works, whether it has anything to announce or not. */
import assert from "node:assert/strict";
import { readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createHeartbeat } from "../../src/journal/heartbeat.ts";
import { freshFolder } from "../run/fresh-folder.ts";

/** After so long without a sign others take its parts over. */
const silentMs = 3 * 60_000;

test("an owner that announces nothing for a day is never silent for long, and is so once it has stopped", (context) => {
	// Of a day nothing can be waited for: the timer alone is not the real one.
	context.mock.timers.enable({ apis: ["setInterval"] });
	const path = join(freshFolder(context), "owner.json");
	const heartbeat = createHeartbeat(path, { text: () => "an owner", onDisplaced: assert.fail });
	const isSeenWithin = (ms: number): boolean => {
		utimesSync(path, 1, 1);
		context.mock.timers.tick(ms);
		return statSync(path).mtimeMs > 1000;
	};
	for (let hour = 0; hour < 24; hour++) {
		// Several signs fit into the silence: one may be late, or be lost.
		assert(isSeenWithin(silentMs / 6), `none in hour ${hour}`);
		context.mock.timers.tick(3_600_000 - silentMs / 6);
	}
	assert.equal(readFileSync(path, "utf8"), "an owner");
	heartbeat.stop();
	assert(!isSeenWithin(silentMs));
});
