/** Bodies over TLS whose length nothing tells: whole where TLS ends by itself, and else only where that can be known in another way. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readProxies } from "../../src/core/proxy.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { serveTls } from "../download/serve.ts";
import { byLine, contentOf, entryOf, filesIn, runList } from "../run/run-list.ts";

const whole = "0123456789".repeat(20_000);

/** A way to a port, through a tunnel or not, that closes each connection after so many bytes from there. */
async function cut(context: TestContext, port: number, bytesOf: (nth: number) => number): Promise<number> {
	let connections = 0;
	const server = createServer((socket) => {
		let left = bytesOf(connections++);
		const onwards = connect(port, "127.0.0.1").on("error", () => socket.destroy());
		socket.on("error", () => onwards.destroy());
		socket.pipe(onwards);
		onwards.on("data", (data: Buffer) => {
			socket.write(data.subarray(0, Math.max(0, left)));
			left -= data.length;
			if (left <= 0) socket.end();
		});
		onwards.on("end", () => socket.end());
		socket.on("close", () => onwards.destroy());
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => server.close());
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return address.port;
}

/** A proxy that gives everybody a tunnel. */
async function serveTunnels(context: TestContext): Promise<number> {
	const server = createServer((socket) => {
		socket.on("error", () => socket.destroy());
		socket.once("data", (data) => {
			const port = Number(/^CONNECT [^:]*:(\d+) /.exec(data.toString("latin1"))?.[1]);
			const onwards = connect(port, "127.0.0.1").on("error", () => socket.destroy());
			socket.write("HTTP/1.1 200 OK\r\n\r\n");
			socket.pipe(onwards).pipe(socket);
		});
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => server.close());
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return address.port;
}

type Case = {
	readonly name: string;
	/** What the server sends behind the head's first line, and whether it ends TLS then. */
	readonly send: (nth: number) => { readonly fields?: string; readonly body: string | Buffer; readonly ends: boolean };
	/** Bytes after which the way to it is closed. */
	readonly cutAfter?: (nth: number) => number;
	readonly checksum?: string;
	readonly compressed?: boolean;
	/** Absent where it is saved. */
	readonly code?: string;
	readonly requests: number;
};

const sha256 = createHash("sha256").update(whole).digest("hex");
const cases: readonly Case[] = [
	{ name: "TLS is ended", send: () => ({ body: whole, ends: true }), requests: 2 },
	{
		name: "TLS is not ended, twice behind the same byte",
		send: () => ({ body: whole, ends: false }),
		requests: 3,
	},
	{
		name: "TLS is not ended, each time behind another byte",
		send: (nth) => ({ body: whole.slice(0, 1000 + nth), ends: false }),
		code: "truncated",
		requests: 3,
	},
	{
		name: "the connection is closed within a record, always behind the same byte",
		send: () => ({ body: whole, ends: true }),
		cutAfter: () => 100_000,
		code: "truncated",
		requests: 2,
	},
	{
		name: "TLS is not ended, behind a body of the announced length",
		send: () => ({ fields: `Content-Length: ${whole.length}\r\nConnection: close\r\n`, body: whole, ends: false }),
		requests: 1,
	},
	{
		name: "TLS is not ended, behind chunks that are complete",
		send: () => ({ fields: "Transfer-Encoding: chunked\r\n", body: `5\r\n01234\r\n0\r\n\r\n`, ends: false }),
		requests: 1,
	},
	{
		name: "TLS is not ended, and the digest is that of the list",
		send: () => ({ body: whole, ends: false }),
		checksum: `sha-256=${sha256}`,
		requests: 2,
	},
	{
		name: "TLS is not ended, and the digest is another",
		send: () => ({ body: whole.slice(0, 50_000), ends: false }),
		checksum: `sha-256=${sha256}`,
		code: "checksum",
		requests: 2,
	},
	{
		name: "TLS is not ended, and the coding is",
		send: () => ({ fields: "Content-Encoding: gzip\r\n", body: gzipSync(whole), ends: false }),
		compressed: true,
		requests: 2,
	},
	{
		name: "TLS is not ended, nor is the coding",
		send: () => ({ fields: "Content-Encoding: gzip\r\n", body: gzipSync(whole).subarray(0, 300), ends: false }),
		compressed: true,
		code: "truncated",
		requests: 2,
	},
];

const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);

for (const { name, send, cutAfter, checksum, compressed = false, code, requests } of cases) {
	for (const way of ["", ", in a tunnel"]) {
		test(`${name}${way}: ${code ?? "saved"}`, async (context) => {
			const served = await serveTls(context, { cert, key }, (_, { socket }, nth) => {
				const { fields = "", body, ends } = send(nth);
				socket?.write(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${fields}\r\n`), Buffer.from(body)]), () => {
					if (ends) socket.end();
					else socket.destroy();
				});
			});
			const port = cutAfter ? await cut(context, served.port, cutAfter) : served.port;
			const proxies = way === "" ? undefined : readProxies(`127.0.0.1:${await serveTunnels(context)}`, {});
			const entry = entryOf(`https://127.0.0.1:${port}/f`, { ...(checksum !== undefined && { checksum }) });
			const { dir, outcomes, warnings } = await runList(context, [entry], {
				options: { insecure: true, retries: 0, compressed, ...(proxies && { proxies }) },
			});
			assert.equal(outcomes[0]?.error?.code, code, outcomes[0]?.error?.message ?? "saved");
			assert.equal(served.requests.length, requests);
			if (code !== undefined) assert.deepEqual(filesIn(dir), []);
			else if (!name.includes("chunks")) assert.ok(contentOf(dir, "f") === whole);
			assert.equal(warnings.filter((text) => text.includes("does not end TLS")).length, name.includes("twice") ? 1 : 0);
		});
	}
}

test("a body that was cut is whole at the next attempt, and the origin is asked as it is known from then on", async (context) => {
	const served = await serveTls(context, { cert, key }, (_, { socket }) => {
		socket?.write(`HTTP/1.1 200 OK\r\n\r\n${whole}`, () => socket.end());
	});
	const port = await cut(context, served.port, (nth) => (nth === 1 ? 50_000 : Number.POSITIVE_INFINITY));
	const list = Array.from({ length: 8 }, (_, n) => `https://127.0.0.1:${port}/${n}`).join("\n");
	const options = { insecure: true, retries: 2, concurrency: 1, perHost: 1 };
	const { dir, outcomes } = await runList(context, list, { options });
	assert.deepEqual(
		byLine(outcomes).map(({ status, attempts }) => [status, attempts]),
		[["saved", 2], ...Array.from({ length: 7 }, () => ["saved", 1])],
	);
	for (const file of filesIn(dir)) assert.ok(contentOf(dir, file) === whole);
	assert.equal(served.requests.length, 8 + 2);
});
