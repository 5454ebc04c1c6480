/** Requests and bytes a second hold over all workers together, fairly among downloads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OptionValues } from "../../src/core/option-values.ts";
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
		const begun = new Map<string, number>();
		const lab = await startLab(context, method, ({ url }, response) => {
			begun.set(url ?? "", performance.now());
			response.end(body);
		});
		const urls = Array.from({ length: 10 }, (_, n) => `/${n}`);
		await assertShared(begun, (limit, watch) => lab.run(urls, { concurrency: 10, fresh: true, ...limit }, watch));
	});

	test(
		`${method}: --limit-rate holds over HTTP/2, and the streams of a session share it`,
		patience,
		async (context) => {
			const lab = await startLab(context, method, (_, response) => response.end());
			const begun = new Map<string, number>();
			const { url, requests, sessions } = await serveHttp2(context, (stream, { path }) => {
				begun.set(path, performance.now());
				stream.respond({ ":status": 200 });
				stream.end(body);
			});
			const urls = Array.from({ length: 10 }, (_, n) => `${url}/${n}`);
			const values = { concurrency: 10, perHost: 10, http2: "always", retries: 0, fresh: true } as const;
			await assertShared(begun, (limit, watch) => lab.run(urls, { ...values, ...limit }, watch));
			assert.equal(requests.length, 20);
			assert(sessions.length < 20, `${sessions.length} sessions`);
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
			const onEvent: Watch["onEvent"] = (event) => {
				if (event.type === "ended") lastMs.set(new URL(event.outcome.url).hostname, performance.now());
			};
			const secondsOf = (host: string): number => ((lastMs.get(host) ?? 0) - (begunMs ?? 0)) / 1000;
			const run = async (limit: OptionValues): Promise<void> => {
				begunMs = undefined;
				const { summary } = await lab.run(urls, { fresh: true, ...limit }, { onEvent });
				assert.equal(summary.saved, 200);
			};
			await run({});
			// A machine that is slower than the rate would end both at about the same time.
			const due = Math.max(2.5, 5 * secondsOf("127.0.0.1"));
			await run({ limitRatePerHost: Math.round(1_000_000 / due) });
			assert(secondsOf("127.0.0.1") >= due * 0.84, `${secondsOf("127.0.0.1")} s instead of ${due}`);
			assert(secondsOf("127.0.0.1") < due * 2.2, `${secondsOf("127.0.0.1")} s instead of ${due}`);
			// The slots of a cluster's workers are given before it is known who will wait for a rate.
			if (method === "cluster") return;
			assert(secondsOf("localhost") < secondsOf("127.0.0.1") * 0.8, "the other host has a rate of its own");
		},
	);
}

type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * Ten bodies take the time that is due at a rate together, and share it: at one that is far below what this machine can do now.
 * @param begun - When each path was last asked for.
 */
async function assertShared(
	begun: ReadonlyMap<string, number>,
	run: (limit: OptionValues, watch: Watch) => Promise<Finished>,
): Promise<void> {
	const measure = async (
		limit: OptionValues,
	): Promise<{ readonly seconds: number; readonly spans: readonly Span[] }> => {
		const ended = new Map<string, number>();
		const { summary } = await run(limit, {
			onEvent(event) {
				if (event.type === "ended") ended.set(new URL(event.outcome.url).pathname, performance.now());
			},
		});
		assert.deepEqual([summary.saved, summary.bytes, ended.size], [10, 10 * body.length, 10]);
		const spans = [...ended].map(([path, toMs]) => ({ fromMs: begun.get(path) ?? toMs, toMs }));
		const [fromMs, toMs] = [Math.min(...begun.values()), Math.max(...ended.values())];
		return { seconds: (toMs - fromMs) / 1000, spans };
	};
	const free = await measure({});
	const due = Math.max(3, 5 * free.seconds);
	const rate = Math.round((10 * body.length) / due);
	const { seconds, spans } = await measure({ limitRate: rate });
	// Up to a third of a second's worth may be ahead of the rate.
	assert(seconds >= due * 0.86 && seconds < due * 2, `${seconds} s instead of ${due}`);
	for (const span of spans) {
		const fair = evenShare(span, spans, rate);
		assert(body.length < 2.2 * fair, `one had ${body.length} bytes while ${fair} were its share`);
	}
}

/** The bytes that a download comes to by its end where all that are under way have the same: workers may begin one after the other. */
function evenShare({ fromMs, toMs }: Span, all: readonly Span[], rate: number): number {
	const moments = [...new Set(all.flatMap((one) => [one.fromMs, one.toMs]))]
		.filter((ms) => ms >= fromMs && ms <= toMs)
		.sort((a, b) => a - b);
	return moments.slice(1).reduce((sum, ms, n) => {
		const before = moments[n] ?? ms;
		const underWay = all.filter((one) => one.fromMs <= before && one.toMs >= ms).length;
		return sum + (rate * (ms - before)) / 1000 / underWay;
	}, 0);
}
