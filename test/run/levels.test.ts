/** Levels that find themselves, seen from servers that refuse, limit and slow down. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunEvent } from "../../src/core/event.ts";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

function listOf(url: string, count: number): string {
	return Array.from({ length: count }, (_, n) => `${url}/${n}`).join("\n");
}

function movesOf(events: readonly RunEvent[]): string {
	return events.flatMap((event) => (event.type === "level" ? [`${event.level} (${event.why})`] : [])).join(", ");
}

for (const status of [429, 503]) {
	test(`a host that answers ${status} beyond 6 at once: all is saved, though nothing may be tried again`, async (context) => {
		let here = 0;
		let refusals = 0;
		const { url } = await serve(context, (_, response) => {
			if (here >= 6) {
				refusals++;
				return void response.writeHead(status).end();
			}
			here++;
			setTimeout(() => {
				here--;
				response.end("text");
			}, 10);
		});
		// A 503 may have other reasons until the host has served a few.
		const options = status === 429 ? { retries: 0 } : { retries: 3, retryBaseMs: 300 };
		const { summary } = await runList(context, listOf(url, 400), { options });
		assert.deepEqual([summary.saved, summary.failed], [400, 0]);
		assert(refusals < 150, `${refusals} refusals`);
		const [host] = summary.hosts;
		assert.equal(summary.hosts.length, 1);
		assert.deepEqual([host?.host, host?.saved, host?.refused], [new URL(url).host, 400, refusals]);
		assert(host && host.level >= 2 && host.level <= 6, `level ${host?.level}`);
	});
}

test("a host that answers 403 beyond 6 at once: all is saved but what it forbids at any level, which is asked for few times", async (context) => {
	let here = 0;
	let served = 0;
	const refusedAfter: number[] = [];
	const { url, requests } = await serve(context, (request, response) => {
		if (here >= 6) refusedAfter.push(served);
		if (here >= 6 || request.url === "/300") return void response.writeHead(403).end();
		here++;
		setTimeout(() => {
			here--;
			served++;
			response.end("text");
		}, 10);
	});
	const { summary } = await runList(context, listOf(url, 400), { options: { retries: 0 } });
	assert.deepEqual([summary.saved, summary.errors], [399, { http_403: 1 }]);
	// How many come back before the first is served is a matter of speed; each is asked for at most once more.
	assert(refusedAfter.length < 420, `${refusedAfter.length} refusals`);
	const late = refusedAfter.filter((count) => count > 200).length;
	assert(late < 20, `${late} refusals after half of it`);
	const [host] = summary.hosts;
	assert(host && host.level >= 2 && host.level <= 6, `level ${host?.level}`);
	const times = requests.filter(({ path }) => path === "/300").length;
	assert(times <= 20, `asked ${times} times for what is forbidden`);
});

test("a host that refuses some with 429 at first means nothing else by its 403s", async (context) => {
	const { url, requests } = await serve(context, (request, response) => {
		const path = request.url ?? "";
		const isFirst = requests.filter((one) => one.path === path).length === 1;
		const status = path.endsWith("7") ? 403 : isFirst && path.endsWith("1") ? 429 : 200;
		setTimeout(() => response.writeHead(status).end("text"), 5);
	});
	const { summary } = await runList(context, listOf(url, 200), { options: { retries: 0 } });
	assert.deepEqual([summary.saved, summary.errors], [180, { http_403: 20 }]);
	const again = requests.filter(({ path }) => path.endsWith("7")).length - 20;
	assert(again <= 3, `${again} times asked again for what is forbidden`);
});

for (const share of [0.05, 0.1, 0.2]) {
	test(`a host that answers 503 to ${share * 100} % of all requests, however few they are, is not asked ever more slowly`, async (context) => {
		let state = 7;
		const { url } = await serve(context, (_, response) => {
			// The same numbers in each run.
			state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
			const status = (state >>> 8) / 2 ** 24 < share ? 503 : 200;
			setTimeout(() => response.writeHead(status).end("text"), 5);
		});
		const options = { retries: 10, retryBaseMs: 20 };
		const { summary, events } = await runList(context, listOf(url, 1500), { options });
		assert.equal(summary.saved, 1500);
		const [host] = summary.hosts;
		assert(host && host.level >= 8, `level ${host?.level}`);
		const moves = events.flatMap((event) => (event.type === "level" ? [event.why] : []));
		assert(moves.includes("refusals do not depend on the level"), moves.join(", "));
		assert(!moves.some((why) => why.includes("requests a second")), moves.join(", "));
	});
}

test("an entry that is refused for itself fails after its retries, and the level stays", async (context) => {
	const { url, requests } = await serve(context, (request, response) => {
		setTimeout(() => response.writeHead(request.url === "/7" ? 503 : 200).end("text"), 2);
	});
	const { summary } = await runList(context, listOf(url, 100), { options: { retries: 3 } });
	assert.deepEqual([summary.saved, summary.failed], [99, 1]);
	assert.equal(requests.filter(({ path }) => path === "/7").length, 4);
	assert(summary.hosts[0] && summary.hosts[0].level >= 32);
});

test("random 503s are no reason to be slow", async (context) => {
	let nth = 0;
	const { url } = await serve(context, (_, response) => {
		const isBad = ++nth % 20 === 0;
		setTimeout(() => response.writeHead(isBad ? 503 : 200).end("text"), 2);
	});
	const { summary, events } = await runList(context, listOf(url, 1500), { options: { retries: 5 } });
	assert.equal(summary.saved, 1500);
	assert(summary.hosts[0] && summary.hosts[0].level >= 16, `level ${summary.hosts[0]?.level}: ${movesOf(events)}`);
});

test("a host that allows 20 a second, with Retry-After: all is saved, and after a pause not all start at once", async (context) => {
	let tokens = 20;
	let atMs = performance.now();
	let pausedUntilMs = 0;
	let broken = 0;
	const { url } = await serve(context, (_, response) => {
		const nowMs = performance.now();
		tokens = Math.min(20, tokens + ((nowMs - atMs) * 20) / 1000);
		atMs = nowMs;
		if (tokens >= 1) {
			tokens--;
			// What was on its way when the pause was asked for is none that broke it.
			if (nowMs > pausedUntilMs - 900 && nowMs < pausedUntilMs - 10) broken++;
			return void response.end("text");
		}
		pausedUntilMs = nowMs + 1000;
		response.writeHead(429, { "retry-after": "1" }).end();
	});
	const { summary, events } = await runList(context, listOf(url, 60), { options: { retries: 0 } });
	assert.deepEqual([summary.saved, summary.failed, broken], [60, 0, 0]);
	assert(events.some((event) => event.type === "level" && /requests a second|refused/.test(event.why)));
});

test("a host that tells its requests a second with the first refusals is asked at that pace", async (context) => {
	const moments: number[] = [];
	let refusals = 0;
	let tokens = 10;
	let atMs = performance.now();
	const { url } = await serve(context, (_, response) => {
		const nowMs = performance.now();
		tokens = Math.min(10, tokens + ((nowMs - atMs) * 40) / 1000);
		atMs = nowMs;
		if (tokens < 1) {
			refusals++;
			return void response.writeHead(429, { "ratelimit-policy": '"hourly";q=9999;w=3600, "burst";q=40;w=1' }).end();
		}
		tokens--;
		moments.push(nowMs);
		response.end("text");
	});
	const { summary, events } = await runList(context, listOf(url, 90), { options: { retries: 0 } });
	assert.deepEqual([summary.saved, summary.failed], [90, 0]);
	assert(events.some((event) => event.type === "level" && event.why.startsWith("38.0 requests a second")));
	assert(refusals < 80, `${refusals} refusals`);
});

for (const [name, headers] of [
	["RateLimit", { ratelimit: '"default";r=0;t=1' }],
	["RateLimit-Reset", { "ratelimit-reset": "1" }],
	["X-RateLimit-Reset", { "x-ratelimit-reset": "1" }],
] as const) {
	test(`${name} takes the place of a Retry-After that is not there`, async (context) => {
		const { url } = await serve(context, (_, response, nth) => {
			if (nth === 0) response.writeHead(429, headers);
			response.end("text");
		});
		const started = performance.now();
		const { summary } = await runList(context, `${url}/a`);
		assert.equal(summary.saved, 1);
		assert(performance.now() - started >= 990);
	});
}

test("-c N alone: N in flight, to one host too", async (context) => {
	let here = 0;
	let highest = 0;
	const { url } = await serve(context, (_, response) => {
		highest = Math.max(highest, ++here);
		setTimeout(() => {
			here--;
			response.end();
		}, 5);
	});
	await runList(context, listOf(url, 400), { options: { concurrency: 40 } });
	assert.equal(highest, 40);
});

test("-c N alone, two hosts: one that never answers leaves the other its slots, and has them all only alone", async (context) => {
	let silent = 0;
	let most = 0;
	let left = 60;
	const hanging: { end(): void }[] = [];
	const dead = await serve(context, (_, response) => {
		silent++;
		if (left > 0) most = Math.max(most, silent);
		hanging.push(response);
		if (left === 0) for (const one of hanging.splice(0)) one.end();
	});
	const alive = await serve(context, (_, response) => {
		response.end();
		if (--left === 0) for (const one of hanging.splice(0)) one.end();
	});
	const list = [
		...Array.from({ length: 30 }, (_, n) => `${dead.url}/${n}`),
		...Array.from({ length: 60 }, (_, n) => `${alive.url.replace("127.0.0.1", "localhost")}/${n}`),
	];
	const { summary } = await runList(context, list.join("\n"), { options: { concurrency: 8 } });
	assert.equal(summary.saved, 90);
	assert(most <= 8, `${most} to the silent one`);
});

test("nothing given: a far host gets more and more", async (context) => {
	let here = 0;
	let highest = 0;
	const { url } = await serve(context, (_, response) => {
		highest = Math.max(highest, ++here);
		setTimeout(() => {
			here--;
			response.end("text");
		}, 200);
	});
	const { summary } = await runList(context, listOf(url, 1200));
	assert.equal(summary.saved, 1200);
	assert(highest > 64, `${highest} at once`);
});
