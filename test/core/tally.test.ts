/** Counts add up, and a summary says what was counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../src/core/outcome.ts";
import { createTally, summarize } from "../../src/core/tally.ts";

const outcome: Outcome = {
	line: 1,
	url: "https://example.com/a",
	status: "saved",
	file: "a",
	bytes: 1000,
	httpStatus: 200,
	attempts: 1,
	ms: 5,
	method: "async",
	worker: 0,
};
const facts = { run: "r", list: "l", dir: "d", method: "async", elapsedMs: 1500 } as const;

test("each status is counted once, and the total is their sum", () => {
	const tally = createTally();
	for (const status of ["saved", "saved", "skipped", "duplicate", "cancelled"] as const) {
		tally.count({ ...outcome, status });
	}
	tally.count({ ...outcome, status: "failed", error: { code: "dns", message: "" } });
	for (let index = 0; index < 2; index++) {
		tally.count({ ...outcome, status: "failed", error: { code: "http_404", message: "" } });
	}
	tally.retry();
	const summary = summarize(tally.snapshot(), facts);
	assert.deepEqual(summary, {
		run: "r",
		list: "l",
		dir: "d",
		method: "async",
		total: 8,
		saved: 2,
		skipped: 1,
		duplicates: 1,
		failed: 3,
		cancelled: 1,
		bytes: 2000,
		seconds: 1.5,
		filesPerSecond: 1.33,
		bytesPerSecond: 1333,
		retries: 1,
		errors: { http_404: 2, dns: 1 },
		hosts: [],
	});
	assert.deepEqual(Object.keys(summary.errors), ["http_404", "dns"]);
});

test("a run of no time has no rates", () => {
	const tally = createTally();
	tally.count(outcome);
	const summary = summarize(tally.snapshot(), { ...facts, elapsedMs: 0.2 });
	assert.deepEqual([summary.seconds, summary.filesPerSecond, summary.bytesPerSecond], [0, 0, 0]);
});

test("files are told apart by model only where there were several", () => {
	const tally = createTally();
	tally.count(outcome);
	assert.equal("savedBy" in summarize(tally.snapshot(), facts), false);
	const before = tally.snapshot();
	tally.count({ ...outcome, method: "threads", worker: 2 });
	assert.deepEqual(summarize(tally.snapshot(), facts).savedBy, { async: 1, threads: 1 });
	assert.equal(before.saved, 1);
});
