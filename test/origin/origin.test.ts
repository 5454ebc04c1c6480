/** A running origin over HTTP/1.1: files, faults, limits, counts, its list and its end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { originBytes, originDigest, originSize } from "../../src/origin/content.ts";
import { loopbackHosts } from "../../src/origin/options.ts";
import { startOrigin } from "../../src/origin/origin.ts";
import { fetchFrom } from "./fetch-from.ts";

test("every listed file has the size and the bytes that its URL tells", async () => {
	await using origin = await startOrigin({ files: 20, size: { kind: "lognormal", medianBytes: 30_000, sigma: 1.5 } });
	const urls = [...origin.urls()];
	assert.equal(new Set(urls).size, 20);
	for (const url of urls) {
		const { status, headers, body } = await fetchFrom(url);
		const sizeBytes = originSize(url) ?? -1;
		const path = new URL(url).pathname;
		assert.equal(status, 200);
		assert.equal(headers["content-length"], String(sizeBytes));
		assert.equal(headers["content-type"], "application/octet-stream");
		assert.equal(headers["accept-ranges"], "bytes");
		assert.match(headers.etag ?? "", /^"[0-9a-f]{14}"$/);
		assert.ok(Date.parse(headers["last-modified"] ?? "") < Date.UTC(2025, 0, 1));
		assert.equal(headers["repr-digest"], `sha-256=:${originDigest(1, path, sizeBytes)}:`);
		assert.ok(body.equals(originBytes(1, path, { start: 0, end: sizeBytes })));
		assert.equal(origin.requestsOf(url), 1);
	}
	assert.equal(origin.requests(), 20);
});

for (const sizeBytes of [1000, 200_000]) {
	test(`parts of a file of ${sizeBytes} bytes, asked for under its tag`, async () => {
		await using origin = await startOrigin({});
		const path = `/f/${sizeBytes}/part.bin`;
		const whole = originBytes(1, path, { start: 0, end: sizeBytes });
		const { headers } = await fetchFrom(origin.url + path, { method: "HEAD" });
		const rest = await fetchFrom(origin.url + path, {
			headers: { range: "bytes=700-", "if-range": headers.etag ?? "" },
		});
		assert.equal(rest.status, 206);
		assert.equal(rest.headers["content-range"], `bytes 700-${sizeBytes - 1}/${sizeBytes}`);
		assert.ok(rest.body.equals(whole.subarray(700)));
		const beyond = await fetchFrom(origin.url + path, { headers: { range: `bytes=${sizeBytes}-` } });
		assert.equal(beyond.status, 416);
		assert.equal(beyond.headers["content-range"], `bytes */${sizeBytes}`);
		const known = await fetchFrom(origin.url + path, { headers: { "if-none-match": headers.etag ?? "" } });
		assert.equal(known.status, 304);
		assert.equal(origin.counts().ranged, 1);
	});
}

test("a range far into a huge file comes at once", async () => {
	await using origin = await startOrigin({});
	const path = "/f/99999999999/huge.bin";
	const { status, body } = await fetchFrom(origin.url + path, { headers: { range: "bytes=99999999000-" } });
	assert.equal(status, 206);
	assert.ok(body.equals(originBytes(1, path, { start: 99_999_999_000, end: 99_999_999_999 })));
});

test("without ranges the whole file is sent", async () => {
	await using origin = await startOrigin({ ranges: false });
	const { status, headers, body } = await fetchFrom(`${origin.url}/f/100/a`, { headers: { range: "bytes=50-" } });
	assert.deepEqual([status, headers["accept-ranges"], body.length], [200, "none", 100]);
});

test("HEAD has the fields and no body; other methods and paths are refused", async () => {
	await using origin = await startOrigin({});
	const head = await fetchFrom(`${origin.url}/f/100/a`, { method: "HEAD" });
	assert.deepEqual([head.status, head.headers["content-length"], head.body.length], [200, "100", 0]);
	assert.equal((await fetchFrom(`${origin.url}/f/100/a`, { method: "POST" })).status, 405);
	assert.equal((await fetchFrom(`${origin.url}/elsewhere`)).status, 404);
});

test("missing files are 404, failing requests say when to come back", async () => {
	await using missing = await startOrigin({ missingRate: 1 });
	assert.equal((await fetchFrom(`${missing.url}/f/1/a`)).status, 404);
	await using failing = await startOrigin({ failFirstRate: 1, retryAfterSeconds: 2 });
	const first = await fetchFrom(`${failing.url}/f/1/a`);
	assert.deepEqual([first.status, first.headers["retry-after"]], [503, "2"]);
	assert.equal((await fetchFrom(`${failing.url}/f/1/a`)).status, 200);
	assert.equal(failing.counts().errors, 1);
});

test("a reset comes after half of the body", async () => {
	await using origin = await startOrigin({ resetRate: 1 });
	for (const sizeBytes of [0, 10, 300_000]) {
		await assert.rejects(fetchFrom(`${origin.url}/f/${sizeBytes}/a`), { code: "ECONNRESET" });
	}
	assert.equal(origin.counts().resets, 3);
});

test("a connection that ends in order, or a body that stops, does so after half of the body", async () => {
	for (const [rate, counted] of [
		["cutRate", "cuts"],
		["stallRate", "stalls"],
	] as const) {
		await using origin = await startOrigin({ [rate]: 1 });
		for (const sizeBytes of [10, 300_000]) {
			const half = sizeBytes / 2;
			const end = await receive(`${origin.url}/f/${sizeBytes}/a`, half);
			assert.deepEqual(end, { bytes: half, end: rate === "cutRate" ? "aborted" : "silent" });
		}
		assert.equal(origin.counts()[counted], 2);
	}
});

/** Reads a body until its connection ends, or, once so many bytes are here, for a while longer. */
function receive(url: string, enough: number): Promise<{ bytes: number; end: "aborted" | "silent" }> {
	return new Promise((resolve, reject) => {
		const request = http.get(url, { agent: false }, (response) => {
			let bytes = 0;
			response.on("data", (chunk: Buffer) => {
				bytes += chunk.length;
				if (bytes === enough) setTimeout(() => resolve({ bytes, end: "silent" }), 100).unref();
			});
			response.on("error", () => resolve({ bytes, end: "aborted" }));
		});
		request.on("error", reject);
	});
}

test("a response waits for its latency", async () => {
	await using origin = await startOrigin({ latencyMs: 60 });
	const startMs = performance.now();
	await fetchFrom(`${origin.url}/f/1/a`);
	assert.ok(performance.now() - startMs >= 59);
});

const limits = [
	{ bandwidthBytesPerSecond: 1_000_000 },
	{ bandwidthPerConnectionBytesPerSecond: 500_000 },
	{ slowRate: 1, slowBytesPerSecond: 500_000 },
];
for (const limit of limits) {
	test(`bodies come no faster than ${JSON.stringify(limit)}`, async () => {
		await using origin = await startOrigin(limit);
		const startMs = performance.now();
		const urls = [1, 2].map((name) => `${origin.url}/f/100000/${name}`);
		const bodies = await Promise.all(urls.map((url) => fetchFrom(url)));
		// 200 ms at the limit, of which the first chunks and the burst come for nothing.
		assert.ok(performance.now() - startMs >= 140);
		for (const [index, { body }] of bodies.entries())
			assert.ok(body.equals(originBytes(1, `/f/100000/${index + 1}`, { start: 0, end: 100_000 })));
	});
}

test("a client that leaves stops the sending, and the server goes on", async () => {
	await using origin = await startOrigin({});
	const request = http.get(`${origin.url}/f/99999999999/huge`);
	const [response]: http.IncomingMessage[] = await once(request, "response");
	assert.ok(response);
	await once(response, "data");
	response.destroy();
	assert.equal((await fetchFrom(`${origin.url}/f/10/a`)).status, 200);
});

test("the list is written with every URL, spread over the hosts", async (context) => {
	const dir = await mkdtemp(join(tmpdir(), "origin-"));
	context.after(() => rm(dir, { recursive: true }));
	const list = join(dir, "urls.txt");
	await using origin = await startOrigin({ files: 2500, list, hosts: loopbackHosts(3) });
	const urls = [...origin.urls()];
	assert.equal(await readFile(list, "utf8"), `${urls.join("\n")}\n`);
	assert.equal(new Set(urls.map((url) => new URL(url).host)).size, 3);
	for (const url of urls.slice(0, 3)) assert.equal((await fetchFrom(url)).status, 200);
	await assert.rejects(startOrigin({ list: join(dir, "no", "urls.txt") }), { code: "origin_file" });
});

test("a port that is taken is a typed error", async () => {
	await using origin = await startOrigin({});
	await assert.rejects(startOrigin({ port: Number(new URL(origin.url).port) }), { code: "origin_listen" });
});

test("closing ends waits, transfers and idle connections", async () => {
	const origin = await startOrigin({ latencyMs: 60_000 });
	const waiting = assert.rejects(fetchFrom(`${origin.url}/f/1/a`), { code: "ECONNRESET" });
	const idle = connect(Number(new URL(origin.url).port), "127.0.0.1");
	idle.on("error", () => {});
	await once(idle, "connect");
	while (origin.counts().connections < 2 || origin.requests() < 1) await new Promise(setImmediate);
	const ended = buffer(idle).catch(() => {});
	await origin.close();
	await origin.close();
	await Promise.all([waiting, ended]);
});

test("ranges are answered falsely in four ways, and the whole is not", async () => {
	await using origin = await startOrigin({ files: 40, size: { kind: "fixed", sizeBytes: 100_000 }, lieRate: 1 });
	const found = new Set<string>();
	for (const url of origin.urls()) {
		const path = new URL(url).pathname;
		const bytes = originBytes(1, path, { start: 0, end: 100_000 });
		const whole = await fetchFrom(url);
		assert(whole.body.equals(bytes));
		const { status, headers, body } = await fetchFrom(url, { headers: { range: "bytes=10-19" } });
		if (status === 200) found.add("whole");
		else if (headers.etag !== whole.headers.etag) found.add("etag");
		else if (headers["content-range"] !== "bytes 10-19/100000") found.add("total");
		else if (!body.equals(bytes.subarray(10, 20))) found.add("bytes");
	}
	assert.deepEqual([...found].sort(), ["bytes", "etag", "total", "whole"]);
});
