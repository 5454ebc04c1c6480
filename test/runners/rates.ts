/** Requests and bytes a second hold over all workers together, fairly among downloads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Method } from "../../src/core/outcome.ts";
import { serveHttp2 } from "../http/http2-servers.ts";
import { type Finished, startLab, type Watch } from "./lab.ts";

const patience = { timeout: 60_000 };
const body = Buffer.alloc(300_000, "b");

export function testRates(method: Method): void {
	test(`${method}: --rate holds over all workers`, patience, async (context) => {
		const moments: number[] = [];
		let lastMs = 0;
		const lab = await startLab(context, method, (_, response) => {
			lastMs = performance.now();
			response.end();
		});
		// A busy machine brings the first ones late, and then many at once: not what the run does.
		const watch = {
			onEvent: ({ type }: { type: string }) => void (type === "attempt-started" && moments.push(performance.now())),
		};
		const urls = Array.from({ length: 30 }, (_, n) => `/${n}`);
		const { summary } = await lab.run(urls, { rate: 20 }, watch);
		assert.equal(summary.saved, 30);
		const seconds = (lastMs - (moments[0] ?? 0)) / 1000;
		assert.deepEqual([moments.length, lab.requests.length], [30, 30]);
		assert(seconds >= (29 - 8) / 20, `30 requests in ${seconds} s`);
		const inASecond = moments.map((from) => moments.filter((at) => at >= from && at < from + 1000).length);
		assert(Math.max(...inASecond) <= 32, `${Math.max(...inASecond)} in a second`);
	});

	test(`${method}: --limit-rate holds over all workers, and downloads share it`, patience, async (context) => {
		let begunMs: number | undefined;
		const lab = await startLab(context, method, (_, response) => {
			begunMs ??= performance.now();
			response.end(body);
		});
		const urls = Array.from({ length: 10 }, (_, n) => `/${n}`);
		await assertShared(
			() => begunMs,
			(watch) => lab.run(urls, { concurrency: 10, limitRate: 1_000_000 }, watch),
		);
	});

	test(
		`${method}: --limit-rate holds over HTTP/2, and the streams of a session share it`,
		patience,
		async (context) => {
			const lab = await startLab(context, method, (_, response) => response.end());
			let begunMs: number | undefined;
			const { url, requests, sessions } = await serveHttp2(context, (stream) => {
				begunMs ??= performance.now();
				stream.respond({ ":status": 200 });
				stream.end(body);
			});
			const urls = Array.from({ length: 10 }, (_, n) => `${url}/${n}`);
			const values = { concurrency: 10, perHost: 10, limitRate: 1_000_000, http2: "always", retries: 0 };
			await assertShared(
				() => begunMs,
				(watch) => lab.run(urls, values, watch),
			);
			assert.equal(requests.length, 10);
			assert(sessions.length < 10, `${sessions.length} sessions`);
		},
	);

	test(
		`${method}: --limit-rate-per-host holds for small files too, for each host by itself`,
		patience,
		async (context) => {
			let begunMs: number | undefined;
			const lab = await startLab(context, method, ({ headers }, response) => {
				begunMs ??= performance.now();
				response.end(body.subarray(0, headers.host?.startsWith("localhost") ? 1000 : 10_000));
			});
			const lastMs = new Map<string, number>();
			const urls = Array.from({ length: 100 }, (_, n) => [`/${n}`, `${lab.otherUrl}/other-${n}`]).flat();
			const { summary } = await lab.run(
				urls,
				{ limitRatePerHost: 400_000 },
				{
					onEvent(event) {
						if (event.type === "ended") lastMs.set(new URL(event.outcome.url).hostname, performance.now());
					},
				},
			);
			assert.equal(summary.saved, 200);
			const secondsOf = (host: string): number => ((lastMs.get(host) ?? 0) - (begunMs ?? 0)) / 1000;
			assert(secondsOf("127.0.0.1") >= 2.5 - 0.4, `${secondsOf("127.0.0.1")} s instead of 2.5`);
			assert(secondsOf("127.0.0.1") < 12, `${secondsOf("127.0.0.1")} s instead of 2.5`);
			// The slots of a cluster's workers are given before it is known who will wait for a rate. A machine that is
			// slower than the rate ends both at about the same time.
			if (method === "cluster" || secondsOf("127.0.0.1") > 3.5) return;
			assert(secondsOf("localhost") < secondsOf("127.0.0.1") * 0.8, "the other host has a rate of its own");
		},
	);
}

/** Ten bodies at 1 MB a second take their time together, and end near each other. */
async function assertShared(
	begunMs: () => number | undefined,
	run: (watch: Watch) => Promise<Finished>,
): Promise<void> {
	const endedMs: number[] = [];
	const { summary } = await run({
		onEvent({ type }) {
			if (type === "ended") endedMs.push(performance.now());
		},
	});
	assert.deepEqual([summary.saved, summary.bytes], [10, 10 * body.length]);
	const seconds = endedMs.map((ms) => (ms - (begunMs() ?? ms)) / 1000);
	const [first = 0, last = 0] = [Math.min(...seconds), Math.max(...seconds)];
	// Up to a third of a second's worth may be ahead of the rate. How late it is says how busy the machine was.
	assert(last >= 3 - 0.4 && last < 6, `${last} s instead of 3`);
	assert(first >= last * 0.3, `one ended after ${first} of ${last} s`);
}
