/** TLS and HTTP/2, with their faults. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http2 from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { originBytes } from "../../src/origin/content.ts";
import { type Origin, startOrigin } from "../../src/origin/origin.ts";
import { fetchFrom } from "./fetch-from.ts";

const path = "/f/200000/a.bin";
const bytes = originBytes(1, path, { start: 0, end: 200_000 });

/** Fetches over HTTP/2 only, several times on one connection. */
async function fetchHttp2(origin: Origin, count = 1): Promise<Buffer[]> {
	const session = http2.connect(origin.url, { ...(origin.certificate && { ca: origin.certificate }) });
	session.on("error", () => {});
	try {
		return await Promise.all(Array.from({ length: count }, () => buffer(session.request({ ":path": path }))));
	} finally {
		session.destroy();
	}
}

for (const http2 of [false, true]) {
	const also = http2 ? " and HTTP/2" : "";

	test(`HTTP/1.1 over TLS${also}: trusted with the certificate, and not without`, async (context) => {
		const dir = await mkdtemp(join(tmpdir(), "origin-"));
		context.after(() => rm(dir, { recursive: true }));
		const certificateFile = join(dir, "ca.pem");
		await using origin = await startOrigin({ tls: true, http2, certificateFile });
		const ca = await readFile(certificateFile, "utf8");
		assert.equal(ca, origin.certificate);
		assert.match(origin.url, /^https:/);
		assert.ok((await fetchFrom(origin.url + path, { ca })).body.equals(bytes));
		await assert.rejects(fetchFrom(origin.url + path), /self-signed/);
		assert.equal(origin.requests(), 1);
	});

	test(`resets over TLS${also}`, async () => {
		await using origin = await startOrigin({ tls: true, http2, resetRate: 1 });
		await assert.rejects(fetchFrom(origin.url + path, { ca: origin.certificate }), { code: "ECONNRESET" });
	});
}

for (const tls of [false, true]) {
	test(`HTTP/2 ${tls ? "over TLS" : "by prior knowledge"}: streams share a connection`, async () => {
		await using origin = await startOrigin({ tls, http2: true });
		const bodies = await fetchHttp2(origin, 5);
		assert.ok(bodies.length === 5 && bodies.every((body) => body.equals(bytes)));
		assert.deepEqual([origin.counts().connections, origin.requests()], [1, 5]);
	});

	test(`HTTP/2 ${tls ? "over TLS" : "by prior knowledge"}: a reset ends the stream alone`, async () => {
		await using origin = await startOrigin({ tls, http2: true, resetRate: 1 });
		const session = http2.connect(origin.url, { ...(origin.certificate && { ca: origin.certificate }) });
		for (let tries = 0; tries < 2; tries++)
			await assert.rejects(buffer(session.request({ ":path": path })), { code: "ERR_HTTP2_STREAM_ERROR" });
		assert.equal(origin.counts().connections, 1);
		session.destroy();
	});
}

test("HTTP/1.1 is spoken beside HTTP/2 without TLS", async () => {
	await using origin = await startOrigin({ http2: true });
	assert.ok((await fetchFrom(origin.url + path)).body.equals(bytes));
});

test("an origin that speaks HTTP/2 closes with sessions open", async () => {
	const origin = await startOrigin({ http2: true, latencyMs: 60_000 });
	const session = http2.connect(origin.url);
	session.on("error", () => {});
	const stream = session.request({ ":path": path }).on("error", () => {});
	while (origin.requests() < 1) await new Promise(setImmediate);
	const closed = once(stream, "close");
	await origin.close();
	await closed;
});
