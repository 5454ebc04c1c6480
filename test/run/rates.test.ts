/** `--rate` and `--rate-per-host`, seen from the servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

/** Requests of which a burst may be made up, by the moments at which they left: the most in any second. */
function mostInASecond(moments: readonly number[]): number {
	return Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + 1000).length));
}

test("--rate holds for all hosts together, and retries count", async (context) => {
	const starts: number[] = [];
	let lastMs = 0;
	const servers = await Promise.all(
		[1, 2].map(() =>
			serve(context, (_, response, nth) => {
				lastMs = performance.now();
				response.writeHead(nth === 0 ? 500 : 200).end();
			}),
		),
	);
	const list = Array.from({ length: 30 }, (_, n) => `${servers[n % 2]?.url}/${n}`).join("\n");
	const { summary } = await runList(context, list, {
		options: { rate: 40 },
		onEvent: ({ type }) => void (type === "attempt-started" && starts.push(performance.now())),
	});
	assert.equal(summary.saved, 30);
	assert.deepEqual([starts.length, servers.flatMap(({ requests }) => requests).length], [60, 60]);
	// A busy machine brings the first ones late, and then many at once: not what the run does.
	const seconds = (lastMs - (starts[0] ?? 0)) / 1000;
	assert(seconds >= (59 - 10) / 40, `${seconds} s`);
	assert(mostInASecond(starts) <= 40 * 1.3, `${mostInASecond(starts)} in a second`);
});

test("--rate-per-host holds for each host by itself, and redirects count", async (context) => {
	const slow: number[] = [];
	let firstMs: number | undefined;
	const server = await serve(context, (request, response) => {
		slow.push(performance.now());
		if (request.url?.startsWith("/from")) response.writeHead(302, { location: `/to${request.url.slice(5)}` });
		response.end();
	});
	const other = await serve(context, (_, response) => response.end());
	const list = Array.from({ length: 15 }, (_, n) => `${server.url}/from${n}\n${other.url}/${n}`).join("\n");
	const { summary } = await runList(context, list, {
		options: { ratePerHost: 20 },
		onEvent(event) {
			if (event.type === "attempt-started" && event.url.startsWith(server.url)) firstMs ??= performance.now();
		},
	});
	assert.equal(summary.saved, 30);
	assert.equal(slow.length, 30);
	const seconds = ((slow.at(-1) ?? 0) - (firstMs ?? 0)) / 1000;
	assert(seconds >= (29 - 6) / 20, `${seconds} s`);
});

test("a host that refused and is asked again is asked no faster than --rate-per-host", async (context) => {
	const moments: number[] = [];
	const server = await serve(context, (_, response) => {
		moments.push(performance.now());
		// The pause is longer than the rate takes to fill up again what may be asked at once.
		if (moments.length === 10) response.writeHead(429, { "retry-after": "1" });
		response.end();
	});
	const list = Array.from({ length: 40 }, (_, n) => `${server.url}/${n}`).join("\n");
	const { summary } = await runList(context, list, { options: { ratePerHost: 20, concurrency: 16, perHost: 16 } });
	assert.deepEqual([summary.saved, summary.retries, moments.length], [40, 1, 41]);
	const after = moments.slice(10);
	const seconds = ((after.at(-1) ?? 0) - (after[0] ?? 0)) / 1000;
	assert(seconds >= (30 - 6) / 20, `${after.length} requests in ${seconds} s after the pause`);
	assert(mostInASecond(moments) <= 20 * 1.3, `${mostInASecond(moments)} in a second`);
});
