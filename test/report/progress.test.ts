/** Each display of progress, written to a real stream. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { RunEvent } from "../../src/core/event.ts";
import type { ProgressMode } from "../../src/core/options.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { createProgress, resolveMode } from "../../src/report/progress.ts";
import { createProgressState } from "../../src/report/progress-state.ts";

const entry = { line: 1, urls: ["https://example.com/a"] } as const;
const saved: Outcome = {
	line: 1,
	url: "https://example.com/a",
	status: "saved",
	file: "a",
	bytes: 1000,
	httpStatus: 200,
	attempts: 1,
	ms: 31,
	method: "async",
	worker: 0,
};
const error = { code: "http_404", message: "not\x1b[2J there" } as const;
const failed: Outcome = {
	...saved,
	url: "https://u:secret@example.com/b",
	status: "failed",
	file: null,
	bytes: 0,
	error,
};
const events: readonly RunEvent[] = [
	{ type: "list-read", total: 3, complete: true },
	{ type: "attempt-started", id: 1, url: saved.url, attempt: 1 },
	{ type: "progress", id: 1, bytes: 400, totalBytes: 1000 },
	{ type: "ended", id: 1, entry, outcome: saved },
	{ type: "warning", message: "odd\noption" },
	{ type: "ended", entry, outcome: failed },
	{ type: "ended", entry, outcome: { ...saved, status: "skipped" } },
];

async function show(mode: ProgressMode, env: Record<string, string> = {}): Promise<string> {
	const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 60, rows: 20 });
	let text = "";
	stream.on("data", (chunk: Buffer) => {
		text += chunk.toString();
	});
	let clock = 0;
	const sink = await createProgress({ mode, stream, env, now: () => clock });
	for (const event of events) sink.on(event);
	clock = 2000;
	await sink.close();
	stream.end();
	return text;
}

test("plain lines hold no control characters", async () => {
	assert.equal(
		await show("plain", { NO_COLOR: "1" }),
		"warning odd\\x0aoption\n" +
			"failed https://example.com/b: http_404: not\\x1b[2J there (line 1)\n" +
			"3/3 files (100%), 1.00 kB, 500 B/s, 1.5 files/s, 0 in flight, 1 failed\n",
	);
});

test("the bar leaves its last line, hides the cursor and gives it back", async () => {
	const text = await show("bar", { TERM: "xterm" });
	assert.match(text, /^\x1b\[\?25l/);
	assert.match(text, /\x1b\[\?25h$/);
	assert.match(text, /\x1b\[31m1 failed/);
	assert.match(stripVTControlCharacters(text), /━ {2}3\/3 {2}100% {4}500 B\/s.* {2}1 failed\n$/);
	assert.equal(process.listenerCount("exit"), 0);
});

test("NO_COLOR takes the colours out and leaves the bar", async () => {
	assert.doesNotMatch(await show("bar", { TERM: "xterm", NO_COLOR: "1" }), /\x1b\[\d+m/);
});

test("NDJSON holds the failures, the warnings and where the run stands", async () => {
	const objects: unknown[] = (await show("json"))
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	const counts = { files: 3, total: 3, totalKnown: true, bytes: 1000, bytesPerSecond: 500, filesPerSecond: 1.5 };
	assert.deepEqual(objects, [
		{ event: "warning", message: "odd\noption" },
		{ event: "failed", line: 1, url: "https://example.com/b", httpStatus: 200, attempts: 1, error },
		{ event: "progress", ...counts, secondsLeft: 0, inFlight: 0, level: null, failed: 1 },
	]);
});

test("none shows nothing", async () => assert.equal(await show("none"), ""));

for (const mode of ["bar", "plain", "json"] as const) {
	test(`${mode}: a reader that went away does not end the run`, async () => {
		const stream = new PassThrough();
		const sink = await createProgress({ mode, stream, env: {} });
		stream.destroy(new Error("EPIPE"));
		for (const event of events) sink.on(event);
		await sink.close();
	});
}

const modes: readonly (readonly [isTTY: boolean, term: string, mode: string])[] = [
	[true, "xterm", "bar"],
	[true, "dumb", "plain"],
	[false, "xterm", "plain"],
];
for (const [isTTY, term, mode] of modes) {
	test(`auto is ${mode} where isTTY is ${isTTY} and TERM ${term}`, () =>
		assert.equal(resolveMode("auto", { isTTY }, { TERM: term }), mode));
}

test("an unfinished list is estimated from the part that was read", () => {
	let clock = 0;
	const state = createProgressState(() => clock);
	state.on({ type: "list-read", total: 100, complete: false, fraction: 0.1 });
	for (let id = 0; id < 100; id++) state.on({ type: "ended", id, entry, outcome: saved });
	clock = 1000;
	const { share, secondsLeft, total, totalKnown } = state.view(clock);
	assert.deepEqual(
		{ share, secondsLeft, total, totalKnown },
		{ share: 0.1, secondsLeft: 9, total: 100, totalKnown: false },
	);
});

test("what a stop cancels has not been done, and is no speed", () => {
	let clock = 0;
	const state = createProgressState(() => clock);
	state.on({ type: "list-read", total: 100, complete: true });
	for (let id = 0; id < 100; id++) {
		const outcome = id < 40 ? saved : ({ ...saved, status: "cancelled", bytes: 0 } as const);
		state.on({ type: "ended", id, entry, outcome });
	}
	clock = 1000;
	const { files, total, share, filesPerSecond } = state.view(clock);
	assert.deepEqual({ files, total, share, filesPerSecond }, { files: 40, total: 100, share: 0.4, filesPerSecond: 40 });
});

test("bytes of a retried download count again, and what an earlier run left does not", () => {
	const state = createProgressState(() => 0);
	const begin = (): void => state.on({ type: "attempt-started", id: 1, url: "https://u:p@a/x", attempt: 1 });
	const failure = { code: "reset", message: "", transient: true } as const;
	begin();
	state.on({ type: "progress", id: 1, bytes: 5e9, totalBytes: 10e9 });
	assert.equal(state.view(0).bytes, 4 * 1024 * 1024);
	assert.deepEqual(
		state.oldest(2000, 1000, 5).map(({ url }) => url),
		["https://a/x"],
	);
	assert.deepEqual(state.oldest(500, 1000, 5), []);
	state.on({
		type: "retry",
		id: 1,
		url: "https://a/x",
		attempt: 1,
		failure,
		waitMs: 1,
		worker: { model: "async", number: 0 },
	});
	assert.equal(state.view(0).inFlight, 0);
});

test("the speed of a download is that of its last seconds", () => {
	let clock = 0;
	const state = createProgressState(() => clock);
	state.on({ type: "attempt-started", id: 1, url: "https://a/x", attempt: 1 });
	const speeds: number[] = [];
	let bytes = 0;
	for (let second = 1; second <= 20; second++) {
		clock = second * 1000;
		bytes += second <= 10 ? 1000 : second <= 13 ? 9000 : 0;
		state.on({ type: "progress", id: 1, bytes, totalBytes: 100_000 });
		speeds.push(state.oldest(clock, 1000, 5)[0]?.bytesPerSecond ?? Number.NaN);
	}
	assert.deepEqual(new Set(speeds.slice(0, 10)), new Set([1000]));
	assert((speeds[13] ?? 0) > 4000);
	assert.equal(speeds[19], 0);
});

for (const [running, shown] of [
	[3, 3],
	[12, 12],
	[13, 5],
	[40, 5],
] as const) {
	test(`of ${running} downloads that take long, ${shown} have a line`, async () => {
		const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 });
		let text = "";
		stream.on("data", (chunk: Buffer) => {
			text += chunk.toString();
		});
		let clock = 0;
		const sink = await createProgress({ mode: "bar", stream, env: { TERM: "xterm", NO_COLOR: "1" }, now: () => clock });
		for (let id = 1; id <= running; id++) {
			sink.on({ type: "attempt-started", id, url: `https://a/${id}.iso`, attempt: 1 });
			sink.on({ type: "progress", id, bytes: 4e6, totalBytes: 1e7 });
		}
		clock = 2000;
		const frames = (): RegExpMatchArray[] => [...text.matchAll(/\x1b\[\?2026h[\s\S]*?\x1b\[\?2026l/g)];
		while (frames().length === 0) await once(stream, "data");
		await sink.close();
		const [first = ""] = frames()[0] ?? [];
		const lines = first.split("\n").filter((line) => line.includes(".iso"));
		assert.equal(lines.length, shown);
		for (const line of lines)
			assert.match(stripVTControlCharacters(line), / a\/\d+\.iso +━━━━━─────── +40% +4\.00 MB\/10\.0 MB +2\.00 MB\/s/);
	});
}
