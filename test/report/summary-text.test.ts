/** The summary tells what happened and what to do next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Summary } from "../../src/core/outcome.ts";
import { summaryText } from "../../src/report/summary-text.ts";

const summary: Summary = {
	run: "r1",
	list: "urls.txt",
	dir: "my downloads",
	method: "mix",
	total: 12,
	saved: 1,
	skipped: 2,
	duplicates: 3,
	failed: 4,
	cancelled: 2,
	bytes: 10_240,
	seconds: 1.5,
	filesPerSecond: 0.67,
	bytesPerSecond: 6827,
	retries: 5,
	hosts: [],
	errors: { http_404: 3, dns: 1 },
};

test("all that can be said", () => {
	assert.equal(
		summaryText({ ...summary, savedBy: { async: 1, threads: 0 } }, { folder: "logs/r1", env: {} }),
		`saved      1 file, 10.2 kB in my downloads (async 1, threads 0)
skipped    2, already there
duplicates 3, listed more than once
failed     4: http_404 3, dns 1
cancelled  2: the same command goes on with them
time       1.5 s, 0.7 files/s, 6.83 kB/s
retries    5
records    logs/r1
try again  downspout logs/r1/failed.txt -d 'my downloads'
`,
	);
});

test("files that went elsewhere: where, and the command that brings the others there", () => {
	const args = ["--sink", "s3://b/c d", "-m", "cluster", "--redis", "redis://u:secret@h:1"];
	const text = summaryText(summary, { folder: "l", elsewhere: { sink: "s3://b/c d", args }, env: {} });
	assert.match(text, /^saved {6}1 file, 10.2 kB in s3:\/\/b\/c d$/m);
	const command = "downspout l/failed.txt -d 'my downloads' --sink 's3://b/c d' -m cluster --redis redis://h:1";
	assert.ok(text.endsWith(`try again  ${command}\n`), text);
});

test("a run in which all went well is three lines", () => {
	const good = { ...summary, skipped: 0, duplicates: 0, failed: 0, cancelled: 0, retries: 0, errors: {} };
	const text = summaryText(good, { folder: "logs/r1", env: {} });
	assert.deepEqual(
		text.split("\n").map((line) => line.split(" ")[0]),
		["saved", "time", "records", ""],
	);
});

test("only a terminal gets colours", () => {
	assert.match(summaryText(summary, { stream: { isTTY: true }, env: {} }), /\x1b\[31m4/);
	for (const [isTTY, env] of [
		[false, {}],
		[true, { NO_COLOR: "1" }],
	] as const) {
		assert.doesNotMatch(summaryText(summary, { stream: { isTTY }, env }), /\x1b/);
	}
});
