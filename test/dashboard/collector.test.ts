/** What is gathered of a run: hosts, failures, workers, levels and the log, each bounded, and no password in any of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createCollector } from "../../src/dashboard/collector.ts";
import { type View, wholeView } from "../../src/dashboard/model.ts";
import { allTold, stateOf, updateOf } from "../../src/dashboard/state.ts";
import { begun, emptySummary, ended, failed, retried, started } from "./sample-events.ts";

function collect(events: Iterable<Parameters<ReturnType<typeof createCollector>["on"]>[0]>) {
	const collector = createCollector({ summary: () => emptySummary, tryAgain: null });
	for (const event of events) collector.on(event);
	return collector;
}

test("a host has its own counts, what is in flight, its typical time, and its pause", () => {
	const collector = collect([
		started,
		begun(1, "a.example"),
		begun(2, "a.example"),
		ended(1, "a.example", { ms: 100 }),
		ended(3, "a.example", { ms: 200, attempts: 2 }),
		failed(4, "a.example", "http_404"),
		failed(5, "a.example", "http_404"),
		begun(6, "a.example"),
		retried(6, "a.example"),
		begun(6, "a.example", 2),
		retried(6, "a.example"),
		ended(7, "b.example:81"),
		{ type: "level", host: "b.example:81", level: 2, inAll: 8, why: "refused" },
		{ type: "paused", host: "a.example", why: "by hand" },
		// A pause that ends by itself does not end that one.
		{ type: "paused", host: "a.example", untilMs: 1, why: "http_429" },
	]);
	const { hostRows, hostsKnown } = stateOf(collector, wholeView);
	assert.equal(hostsKnown, 2);
	const none = {
		level: null,
		cap: null,
		pausedUntilMs: null,
		pauseReason: null,
		retries: 0,
		failed: 0,
		errors: {},
		inFlight: 0,
	};
	assert.deepEqual(hostRows, [
		{
			...none,
			host: "a.example",
			inFlight: 1,
			saved: 2,
			failed: 2,
			retries: 1,
			bytes: 20,
			fileMs: 100,
			errors: { http_404: 2 },
			pausedUntilMs: 0,
			pauseReason: "by hand",
		},
		{ ...none, host: "b.example:81", saved: 1, bytes: 10, fileMs: 5, level: 2 },
	]);
	collector.on({ type: "resumed", host: "a.example", why: "by hand" });
	assert.equal(stateOf(collector, wholeView).hostRows[0]?.pausedUntilMs, null);
});

test("of very many hosts the last ones stand under one name", () => {
	function* many() {
		for (let n = 0; n < 25_000; n++) yield ended(n, `host-${n}.example`);
	}
	const { hostsKnown, hostRows } = stateOf(collect(many()), { ...wholeView, order: "saved" });
	assert.equal(hostsKnown, 20_001);
	assert.equal(hostRows.length, 100);
	assert.deepEqual([hostRows[0]?.host, hostRows[0]?.saved], ["(others)", 5000]);
});

test("frequent failures do not push out the others", () => {
	function* many() {
		yield failed(0, "rare.example", "tls");
		for (let n = 1; n <= 5000; n++) yield failed(n, "often.example", "http_503");
	}
	const collector = collect(many());
	const { failures } = stateOf(collector, wholeView);
	assert.equal(failures.length, 100);
	assert.equal(failures[0]?.url, "https://often.example/5000");
	assert.equal(failures.at(-1)?.url, "https://rare.example/0");
	const view = (changes: Partial<View>) =>
		stateOf(collector, { ...wholeView, ...changes }).failures.map(({ host }) => host);
	assert.deepEqual(view({ code: "tls" }), ["rare.example"]);
	assert.deepEqual(view({ host: "rare" }), ["rare.example"]);
});

test("each worker has its share", () => {
	const collector = collect([
		ended(1, "a.example", { worker: 2, method: "threads" }),
		ended(2, "a.example", { worker: 1, method: "threads" }),
		ended(3, "a.example"),
		failed(4, "a.example", "dns"),
		retried(5, "a.example"),
		// No worker had what ended without an attempt, of a host that was given up say.
		{ ...failed(6, "a.example", "connect"), outcome: { ...failed(6, "a.example", "connect").outcome, worker: 0 } },
		{
			type: "ended",
			entry: { line: 9, urls: ["x"] },
			outcome: ended(9, "x", { status: "duplicate", worker: 0 }).outcome,
		},
	]);
	const rows = stateOf(collector, wholeView).workers.map(({ worker, saved, failed, retried }) => {
		return [`${worker.model}#${worker.number}`, saved, failed, retried];
	});
	assert.deepEqual(rows, [
		["threads#1", 1, 0, 0],
		["threads#2", 1, 0, 0],
		["async#1", 1, 1, 1],
	]);
});

test("the log tells of files only where they are asked for, and of the last ones", () => {
	function* many() {
		yield started;
		for (let n = 1; n <= 500; n++) yield ended(n, "a.example");
		yield failed(501, "a.example", "dns");
	}
	const collector = collect(many());
	const lines = (wholeLog: boolean) => stateOf(collector, { ...wholeView, wholeLog }).log.map(({ text }) => text);
	assert.equal(lines(true).length, 50);
	assert.equal(lines(false).length, 2);
	assert.match(lines(false)[1] ?? "", /^\S+Z ERROR \[async#1\] failed https:\/\/a\.example\/501: dns: /);
});

test("an update has what is new, and leaves out what is not", () => {
	const collector = collect([started, ended(1, "a.example")]);
	const told = allTold(collector, wholeView);
	const quiet = updateOf(collector, wholeView, told);
	assert.deepEqual(
		["hostRows", "failures", "levels", "workers"].filter((key) => key in quiet),
		[],
	);
	assert.deepEqual([quiet.points, quiet.log], [[], []]);
	collector.on(failed(2, "a.example", "dns"));
	collector.on({ type: "level", host: null, level: 7, inAll: 7, why: "faster" });
	collector.sampler.sample();
	const news = updateOf(collector, wholeView, told);
	assert.equal(news.points.length, 1);
	assert.equal(news.failures?.length, 1);
	assert.equal(news.hostRows?.length, 1);
	assert.deepEqual(
		news.levels?.map(({ host, level, why }) => [host, level, why]),
		[[null, 7, "faster"]],
	);
	assert.equal(news.now.level, 7);
	assert.equal(news.log.length, 2);
});

test("the phases of a run", () => {
	const collector = collect([]);
	const phase = (): string => stateOf(collector, wholeView).now.phase;
	const phases = [phase()];
	for (const event of [
		started,
		{ type: "paused", host: null, why: "by hand" },
		{ type: "paused", host: "a.example", why: "by hand" },
		{ type: "resumed", host: null, why: "by hand" },
		{ type: "stopping", reason: "enough" },
		{ type: "resumed", host: null, why: "by hand" },
		{ type: "run-ended", summary: emptySummary },
	] as const) {
		collector.on(event);
		phases.push(phase());
	}
	assert.deepEqual(phases, ["starting", "running", "paused", "paused", "running", "stopping", "stopping", "ended"]);
});

test("user names and passwords appear nowhere", () => {
	const url = "https://user:secret@a.example/x";
	const entry = { line: 1, urls: [url] } as const;
	const error = { code: "connect", message: `cannot connect to ${url}` } as const;
	const failure = { ...error, transient: true };
	const collector = collect([
		{ type: "run-started", run: "r", list: url, dir: "d", method: "async", concurrency: 1 },
		{ type: "attempt-started", id: 1, url, attempt: 1, host: "a.example" },
		{ type: "retry", url, failure, id: 1, attempt: 1, waitMs: 1, worker: { model: "async", number: 1 } },
		{ type: "warning", message: `odd: ${url}` },
		{ type: "note", message: `odd: ${url}` },
		{
			type: "ended",
			id: 2,
			host: "a.example",
			entry,
			outcome: { ...ended(2, "a.example").outcome, url, status: "failed", error },
		},
	]);
	const text = JSON.stringify(stateOf(collector, { ...wholeView, wholeLog: true }));
	assert.doesNotMatch(text, /secret|user:/);
	assert.match(text, /https:\/\/a\.example\/x/);
});
