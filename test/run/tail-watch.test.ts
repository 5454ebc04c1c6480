/** What a run says that waits for its last entries. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pending } from "../../src/run/pending.ts";
import { describe, watchTail } from "../../src/run/tail-watch.ts";

function pendingOf(url: string, startedMs: number): Pending {
	const mirror = { url, host: "h", tried: 1, out: false };
	const counts = {
		made: 1,
		attempts: 1,
		deaths: 0,
		rangeFailures: 0,
		isRunning: true,
		isOver: false,
		turn: 1,
		forgiven: 0,
		servedThen: 0,
		wasForbidden: false,
		vigil: undefined,
		place: 0,
		seenBytes: 0,
	};
	return {
		id: 1,
		entry: { line: 1, urls: [url] },
		key: "k",
		mirrors: [mirror],
		mirror,
		...counts,
		kept: false,
		isReceived: false,
		countedBytes: 0,
		weight: 1,
		startedMs,
		httpStatus: undefined,
		failed: undefined,
		verdict: undefined,
	};
}

test("the one that has been under way the longest is named", () => {
	const inFlight = [pendingOf("http://h/new", 200), pendingOf("http://h/old", 100)];
	assert.equal(
		describe({ steps: 1, inFlight, backingOff: 0, waiting: 0 }),
		"waiting for the last ones; downloads in flight: 2, since longest http://h/old",
	);
	assert.equal(
		describe({ steps: 1, inFlight: [], backingOff: 2, waiting: 3 }),
		"waiting for the last ones; entries that wait to be tried again: 2; entries of hosts that are paused: 3",
	);
});

test("nothing is said while something begins or ends", (context) => {
	context.mock.timers.enable({ apis: ["setInterval"] });
	const said: string[] = [];
	let steps = 0;
	const end = watchTail(
		() => ({ steps, inFlight: [], backingOff: 1, waiting: 0 }),
		(message) => said.push(message),
	);
	context.mock.timers.tick(10_000);
	steps++;
	context.mock.timers.tick(10_000);
	assert.equal(said.length, 0);
	context.mock.timers.tick(10_000);
	assert.equal(said.length, 1);
	end();
	context.mock.timers.tick(100_000);
	assert.equal(said.length, 1);
});
