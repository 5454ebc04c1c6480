/** What is held back by `--limit-rate` is nobody's fault, and what waits for it can be given up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { contentOf, runList } from "./run-list.ts";

const body = "0123456789".repeat(3000);

test("no server is too slow or silent while a rate holds its answer back", async (context) => {
	const server = await serve(context, (_, response) => response.end(body));
	const list = Array.from({ length: 4 }, (_, n) => `${server.url}/${n}`).join("\n");
	const started = performance.now();
	const { dir, summary } = await runList(context, list, {
		options: { limitRate: 50_000, idleTimeoutMs: 200, minSpeed: { bytesPerSecond: 40_000, ms: 300 }, retries: 0 },
	});
	assert.deepEqual([summary.saved, summary.errors], [4, {}]);
	assert.equal(contentOf(dir, "3"), body);
	assert(performance.now() - started > 1900, "four of 30,000 bytes at 50,000 a second");
});

test("a run that is stopped while requests wait for a rate ends at once", async (context) => {
	const server = await serve(context, (_, response) => response.end(body));
	const stop = new AbortController();
	const list = Array.from({ length: 50 }, (_, n) => `${server.url}/${n}`).join("\n");
	let stoppedMs = 0;
	const { summary } = await runList(context, list, {
		options: { limitRate: 30_000 },
		signal: stop.signal,
		onEvent({ type }) {
			if (type !== "ended" || stoppedMs > 0) return;
			stoppedMs = performance.now();
			stop.abort();
		},
	});
	// To wait for the rate would take 50 s.
	assert(performance.now() - stoppedMs < 10_000);
	assert(summary.saved >= 1 && summary.saved + summary.cancelled === 50, JSON.stringify(summary));
	assert(server.requests.length < 20, "what waits has asked for nothing");
});

test("--timeout counts while a rate holds an entry back", async (context) => {
	const server = await serve(context, (_, response) => response.end(body));
	const { summary } = await runList(context, `${server.url}/a`, { options: { limitRate: 5000, timeoutMs: 500 } });
	assert.deepEqual(summary.errors, { timeout: 1 });
});
