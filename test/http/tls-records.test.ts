/** A TLS connection that breaks within an answer is not a matter of trust: the attempt is made again, at once, from where it stopped. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { createCertificate } from "../../src/origin/certificate.ts";
import { serveTls } from "../download/serve.ts";
import { contentOf, runList } from "../run/run-list.ts";

/** A way to a port on which the first connection gets one wrong byte after so many right ones. */
async function spoil(context: TestContext, port: number, afterBytes: number): Promise<number> {
	let connections = 0;
	const server = createServer((socket) => {
		const isFirst = ++connections === 1;
		let passed = 0;
		const onwards = connect(port, "127.0.0.1").on("error", () => socket.destroy());
		socket.on("error", () => onwards.destroy());
		socket.pipe(onwards);
		onwards.on("data", (data: Buffer) => {
			const at = afterBytes - passed;
			passed += data.length;
			if (isFirst && at >= 0 && at < data.length) data.writeUInt8((data[at] ?? 0) ^ 0xff, at);
			socket.write(data);
		});
		onwards.on("close", () => socket.destroy());
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => server.close());
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return address.port;
}

test("a record that is broken within the body: tried again with Range, without waiting", async (context) => {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const body = Buffer.alloc(2_000_000, "0123456789");
	const { port, requests } = await serveTls(context, { cert, key }, (request, response) => {
		const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
		const range = from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {};
		response.writeHead(from > 0 ? 206 : 200, { etag: '"1"', "content-length": body.length - from, ...range });
		response.end(body.subarray(from));
	});
	const way = await spoil(context, port, 1_000_000);
	const { outcomes, dir } = await runList(context, `https://127.0.0.1:${way}/f`, {
		options: { insecure: true, idleTimeoutMs: 60_000 },
	});
	assert.equal(outcomes[0]?.status, "saved");
	assert.equal(outcomes[0]?.attempts, 2);
	assert.ok(contentOf(dir, "f") === body.toString());
	assert.match(String(requests[1]?.headers.range), /^bytes=\d+-$/);
});
