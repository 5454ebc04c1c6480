/** Servers that let a client have few connections: where they speak HTTP/2, `auto` turns to it, and nothing fails where they do not. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { createCertificate } from "../../src/origin/certificate.ts";
import { freePort, serveTls } from "../download/serve.ts";
import { runList } from "../run/run-list.ts";
import { serveHttp2 } from "./http2-servers.ts";

type Gate = { readonly url: string; readonly most: () => number };

/** Lets so many connections through to a server, and resets others. */
async function serveGate(context: TestContext, url: string, places: number): Promise<Gate> {
	const open = new Set<Socket>();
	let most = 0;
	const server = createServer((near) => {
		near.on("error", () => near.destroy());
		if (open.size >= places) return void near.resetAndDestroy();
		const far = connect(Number(new URL(url).port), "127.0.0.1");
		far.on("error", () => near.destroy());
		far.on("close", () => near.destroy());
		open.add(near);
		most = Math.max(most, open.size);
		near.on("close", () => {
			open.delete(near);
			far.destroy();
		});
		near.pipe(far).pipe(near);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		for (const socket of open) socket.destroy();
		server.close();
	});
	const address = server.address();
	assert(address !== null && typeof address === "object");
	return { url: `https://127.0.0.1:${address.port}`, most: () => most };
}

for (const places of [1, 3]) {
	test(`${places} connections, and HTTP/2: all files, over streams`, async (context) => {
		let streams = 0;
		let mostStreams = 0;
		const served = await serveHttp2(
			context,
			(stream) => {
				mostStreams = Math.max(mostStreams, ++streams);
				setTimeout(() => {
					streams--;
					stream.respond({ ":status": 200 });
					stream.end("text");
				}, 20);
			},
			{ secure: true, both: true },
		);
		const gate = await serveGate(context, served.url, places);
		const list = Array.from({ length: 100 }, (_, n) => `${gate.url}/f${n}`).join("\n");
		const options = { http2: "auto", insecure: true, retries: 0, concurrency: 16, perHost: 16 } as const;
		const { summary } = await runList(context, list, { options });
		assert.deepEqual([summary.saved, summary.errors], [100, {}]);
		assert.ok(mostStreams > places, `${mostStreams} streams at once`);
		assert.ok(gate.most() <= places);
	});
}

test("3 connections, and HTTP/1.1 alone: goes on with those", async (context) => {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const served = await serveTls(
		context,
		{ cert, key },
		(_, response) => void setTimeout(() => response.end("text"), 20),
	);
	const gate = await serveGate(context, served.url, 3);
	const list = Array.from({ length: 60 }, (_, n) => `${gate.url}/f${n}`).join("\n");
	const options = { http2: "auto", insecure: true, concurrency: 8, perHost: 8 } as const;
	const { summary } = await runList(context, list, { options });
	assert.deepEqual([summary.saved, summary.errors], [60, {}]);
});

test("nobody answers: each entry fails as ever", async (context) => {
	const list = Array.from({ length: 12 }, (_, n) => `https://127.0.0.1:${0}/f${n}`);
	const port = await freePort();
	const urls = list.map((url) => url.replace(":0/", `:${port}/`)).join("\n");
	const options = { http2: "auto", retries: 1, concurrency: 8, perHost: 8 } as const;
	const { summary, outcomes } = await runList(context, urls, { options });
	assert.deepEqual([summary.failed, summary.errors], [12, { connect: 12 }]);
	for (const { attempts, error } of outcomes) {
		assert.ok(attempts <= 2);
		assert.match(error?.message ?? "", /refused|given up/);
	}
});
