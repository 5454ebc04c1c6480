/** Trying again: how often, where, after which wait, and what that means for the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort, serve } from "../download/serve.ts";
import { byLine, contentOf, entryOf, filesIn, runList } from "./run-list.ts";

test("an entry is tried again until it comes, and its attempts are counted", async (context) => {
	const { url } = await serve(context, (request, response, nth) => {
		response.statusCode = nth < Number(request.url?.slice(1)) ? 503 : 200;
		response.end("text");
	});
	const { outcomes, summary, events } = await runList(context, [0, 1, 2, 3].map((n) => `${url}/${n}`).join("\n"), {
		options: { retries: 2 },
	});
	assert.deepEqual(
		byLine(outcomes).map(({ status, attempts }) => [status, attempts]),
		[
			["saved", 1],
			["saved", 2],
			["saved", 3],
			["failed", 3],
		],
	);
	assert.equal(summary.retries, 5);
	assert.equal(events.filter(({ type }) => type === "retry").length, 5);
	assert.deepEqual(summary.errors, { http_503: 1 });
});

test("--retries 0 makes one attempt", async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.writeHead(500).end());
	await runList(context, `${url}/a`, { options: { retries: 0 } });
	assert.equal(requests.length, 1);
});

test("an attempt that made progress counts too", async (context) => {
	const body = Buffer.alloc(1000, "x");
	const { url, requests } = await serve(context, (request, response) => {
		const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
		const range = { "content-range": `bytes ${from}-999/1000` };
		response.writeHead(from ? 206 : 200, { etag: '"1"', "content-length": 1000 - from, ...(from ? range : {}) });
		response.write(body.subarray(from, from + 100), () => setTimeout(() => response.destroy(), 5));
	});
	const { outcomes } = await runList(context, `${url}/a`, { options: { retries: 3 } });
	assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.attempts], ["truncated", 4]);
	assert.deepEqual(
		requests.map(({ headers }) => headers.range),
		[undefined, "bytes=100-", "bytes=200-", "bytes=300-"],
	);
});

test("the mirrors of a file are tried in turn, any failure goes on to the next, and the first one names it", async (context) => {
	const refused = `http://127.0.0.1:${await freePort()}/`;
	const { url, requests } = await serve(context, (request, response) => {
		response.statusCode = request.url === "/good" ? 200 : Number(request.url?.slice(1));
		response.end("text");
	});
	const list = `${url}/404\t${refused}\tnot a url\t${url}/503\t${url}/good`;
	const { outcomes, dir, events } = await runList(context, list, { options: { retries: 0 } });
	assert.deepEqual([outcomes[0]?.status, outcomes[0]?.attempts], ["saved", 4]);
	// Each retry is told of with the mirror that failed.
	assert.deepEqual(
		events.flatMap((event) => (event.type === "retry" ? [`${event.url} ${event.failure.code}`] : [])),
		[`${url}/404 http_404`, `${refused} connect`, `${url}/503 http_503`],
	);
	assert.deepEqual(filesIn(dir), ["404"]);
	assert.deepEqual(
		requests.map(({ path }) => path),
		["/404", "/503", "/good"],
	);
});

test("mirrors that failed for good are not asked again, the others are", async (context) => {
	const { url, requests } = await serve(context, (request, response) =>
		response.writeHead(Number(request.url?.slice(1))).end(),
	);
	const { outcomes } = await runList(context, `${url}/404\t${url}/500\t${url}/410`, { options: { retries: 2 } });
	assert.deepEqual(
		requests.map(({ path }) => path),
		["/404", "/500", "/410", "/500", "/500"],
	);
	assert.equal(outcomes[0]?.error?.code, "http_500");
});

test("Retry-After in seconds is honoured, and holds the host back for its other entries but not other hosts", async (context) => {
	const order: string[] = [];
	const paused = await serve(context, (request, response, nth) => {
		order.push(`paused${request.url}`);
		if (request.url === "/a" && nth === 0) response.writeHead(429, { "retry-after": "1" });
		response.end();
	});
	const other = await serve(context, (request, response) => {
		order.push(`other${request.url}`);
		response.end();
	});
	const list = [`${paused.url}/a`, `${paused.url}/b`, `${other.url}/c`, `${paused.url}/d`, `${other.url}/e`].join("\n");
	const started = performance.now();
	const { summary } = await runList(context, list, { options: { concurrency: 1 } });
	assert.equal(summary.saved, 5);
	assert.equal(order[0], "paused/a");
	const others = order.slice(1, 3).sort();
	assert.deepEqual(others, ["other/c", "other/e"], `while it waits only the other host is asked: ${order}`);
	assert.deepEqual(order.slice(3).sort(), ["paused/a", "paused/b", "paused/d"]);
	assert(performance.now() - started >= 990);
});

test("Retry-After as a date is honoured, and a longer one is capped by --retry-max-wait", async (context) => {
	const late = new Date(Date.now() + 3_600_000).toUTCString();
	for (const retryAfter of [late, "3600"]) {
		const { url } = await serve(context, (_, response, nth) => {
			if (nth === 0) response.writeHead(503, { "retry-after": retryAfter });
			response.end();
		});
		const { events, summary } = await runList(context, `${url}/a\n${url}/b`, { options: { retryMaxWaitMs: 150 } });
		assert.equal(summary.saved, 2);
		const waits = events.flatMap((event) => (event.type === "retry" ? [event.waitMs] : []));
		assert(waits.length > 0 && waits.every((waitMs) => waitMs === 150), `${waits}`);
	}
});

test("a wait that is longer than the time left ends the entry as timeout at once", async (context) => {
	const { url } = await serve(context, (_, response) => response.writeHead(503, { "retry-after": "30" }).end());
	const { outcomes } = await runList(context, `${url}/a`, { options: { timeoutMs: 5000 } });
	assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.httpStatus, outcomes[0]?.attempts], ["timeout", 503, 1]);
});

test("a back-off holds no slot", async (context) => {
	const { url } = await serve(context, (request, response) =>
		response.writeHead(request.url === "/fails" ? 500 : 200).end(),
	);
	const list = `${url}/fails\n${Array.from({ length: 20 }, (_, n) => `${url}/${n}`).join("\n")}`;
	// With one slot and a wait of up to an hour the others can only end if the wait is outside of the slot.
	const abort = new AbortController();
	let saved = 0;
	const { summary } = await runList(context, list, {
		options: { concurrency: 1, retryBaseMs: 3_600_000, retryMaxWaitMs: 3_600_000 },
		signal: abort.signal,
		onEvent: (event) => {
			if (event.type === "ended" && event.outcome.status === "saved" && ++saved === 20) abort.abort();
		},
	});
	assert.deepEqual([summary.saved, summary.cancelled, summary.total], [20, 1, 21]);
});

test("a dead host does not hold the others back", async (context) => {
	const dead = await serve(context, () => {});
	const alive = await serve(context, (_, response) => response.end("text"));
	const list = [
		...Array.from({ length: 50 }, (_, n) => `${dead.url}/${n}`),
		...Array.from({ length: 50 }, (_, n) => `${alive.url}/${n}`),
	];
	const abort = new AbortController();
	let saved = 0;
	const { summary } = await runList(context, list.join("\n"), {
		options: { concurrency: 4, perHost: 3 },
		signal: abort.signal,
		onEvent: (event) => {
			if (event.type === "ended" && event.outcome.status === "saved" && ++saved === 50) abort.abort();
		},
	});
	assert.deepEqual([summary.saved, summary.cancelled], [50, 50]);
	// Its share beside one other host; 3 would be its limit.
	assert(dead.requests.length >= 1 && dead.requests.length <= 3);
});

test("a file that shrank to a 404 between attempts fails for good", async (context) => {
	const { url } = await serve(context, (_, response, nth) => {
		if (nth > 0) return void response.writeHead(404).end();
		response
			.writeHead(200, { etag: '"1"', "content-length": 10 })
			.write("12345", () => setTimeout(() => response.destroy(), 5));
	});
	const { outcomes } = await runList(context, [entryOf(`${url}/a`)]);
	assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.attempts], ["http_404", 2]);
});

test("a server that closes kept connections without a word costs nothing but time", async (context) => {
	const { url } = await serve(context, (request, response) => {
		response.end(request.url, () => request.socket.end());
	});
	const list = Array.from({ length: 200 }, (_, n) => `${url}/${n}`).join("\n");
	const { summary, dir } = await runList(context, list, { options: { retries: 5 } });
	assert.equal(summary.saved, 200);
	assert.equal(contentOf(dir, "17"), "/17");
});

test("retries are the attempts that were made, not those that were meant to be", async (context) => {
	const abort = new AbortController();
	const { url } = await serve(context, (_, response) => response.writeHead(500).end());
	const { outcomes, summary } = await runList(context, `${url}/a\n${url}/b`, {
		options: { retries: 3, retryBaseMs: 60_000 },
		signal: abort.signal,
		onEvent: ({ type }) => void (type === "retry" && abort.abort()),
	});
	assert.deepEqual(
		outcomes.map(({ status, attempts }) => [status, attempts]),
		[
			["cancelled", 1],
			["cancelled", 1],
		],
	);
	assert.deepEqual([summary.retries, summary.hosts[0]?.retries ?? 0], [0, 0]);
});

test("--timeout ends an entry that was refused for now before the pause of its host does", async (context) => {
	let answered = 0;
	const { url } = await serve(context, (_, response) => {
		if (++answered <= 4) response.end("text");
		else response.writeHead(429, { "retry-after": "3600" }).end();
	});
	const list = [0, 1, 2, 3, 4].map((n) => `${url}/${n}`).join("\n");
	const { outcomes } = await runList(context, list, { options: { timeoutMs: 2000, concurrency: 1 } });
	const last = byLine(outcomes)[4];
	assert.equal(last?.error?.code, "timeout");
	assert((last?.ms ?? 0) < 30_000, `it took ${last?.ms} ms`);
});
