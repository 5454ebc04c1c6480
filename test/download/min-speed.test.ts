/** A body that trickles is given up and asked for again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, runList } from "../run/run-list.ts";
import { serve } from "./serve.ts";

test("a body that stays slower than --min-speed fails as too_slow and goes on where it stopped", async (context) => {
	const body = "x".repeat(2000);
	const { url, requests } = await serve(context, (request, response, nth) => {
		const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
		const range = from > 0 ? { "content-range": `bytes ${from}-1999/2000` } : {};
		response.writeHead(from > 0 ? 206 : 200, { etag: '"1"', "content-length": 2000 - from, ...range });
		if (nth > 0) return void response.end(body.slice(from));
		const timer = setInterval(() => response.write("x"), 20);
		response.on("close", () => clearInterval(timer));
	});
	const { dir, outcomes, events } = await runList(context, `${url}/a`, {
		options: { minSpeed: { bytesPerSecond: 1000, ms: 300 }, idleTimeoutMs: 2000 },
	});
	assert.deepEqual([outcomes[0]?.status, outcomes[0]?.attempts], ["saved", 2]);
	assert.equal(contentOf(dir, "a"), body);
	assert.match(requests[1]?.headers.range ?? "", /^bytes=\d+-$/);
	assert(events.some((event) => event.type === "retry" && event.failure.code === "too_slow"));
});

test("a body that never gets faster fails with that code", async (context) => {
	const { url } = await serve(context, (_, response) => {
		const timer = setInterval(() => response.write("x"), 20);
		response.on("close", () => clearInterval(timer));
	});
	const { summary } = await runList(context, `${url}/a`, {
		options: { minSpeed: { bytesPerSecond: 1000, ms: 200 }, idleTimeoutMs: 1000, retries: 1 },
	});
	assert.deepEqual(summary.errors, { too_slow: 1 });
});
