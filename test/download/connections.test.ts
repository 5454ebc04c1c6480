/** Connections: no more than downloads at once, and none that is stuck keeps others from being made. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import type { AttemptResult, Task } from "../../src/core/task.ts";
import { createDownloader } from "../../src/download/downloader.ts";
import { openDirectory } from "../../src/journal/directory.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { runList } from "../run/run-list.ts";
import { serve, serveRaw, serveTls } from "./serve.ts";

/** Counts connections on their way to a port, and swallows the first few. */
async function pass(context: TestContext, port: number, swallowed: number): Promise<{ port: number; count(): number }> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket.on("error", () => socket.destroy()));
		if (sockets.size <= swallowed) return;
		const onwards = connectTcp(port, "127.0.0.1").on("error", () => socket.destroy());
		socket.pipe(onwards).pipe(socket);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return { port: address.port, count: () => sockets.size };
}

for (const [concurrency, perHost] of [
	[1, 1],
	[8, 8],
	[8, 1],
] as const) {
	test(`${perHost} of ${concurrency} at once: a host has no more connections, and each serves one download after the other`, async (context) => {
		const { port } = await serve(context, (_, response) => response.end("text"));
		const way = await pass(context, port, 0);
		const list = Array.from({ length: 300 }, (_, n) => `http://127.0.0.1:${way.port}/${n}`).join("\n");
		const { summary } = await runList(context, list, { options: { concurrency, perHost } });
		assert.equal(summary.saved, 300);
		assert.ok(way.count() <= perHost, `${way.count()} connections`);
	});
}

test("a server that closes each connection after its answer, having promised to keep it, costs no attempt", async (context) => {
	const { url } = await serveRaw(context, (socket) =>
		socket.end("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\ntext"),
	);
	const list = Array.from({ length: 300 }, (_, n) => `${url}/${n}`).join("\n");
	const { summary } = await runList(context, list, { options: { concurrency: 8, perHost: 8 } });
	assert.equal(summary.saved, 300);
	assert.equal(summary.retries, 0);
});

test("answers whose files are there already are read to their end: their connections serve on", async (context) => {
	const body = Buffer.alloc(2000, "x");
	const { port } = await serve(context, ({ url }, response) => {
		response.setHeader("content-disposition", `attachment; filename="named${url?.slice(1)}.bin"`);
		response.end(body);
	});
	const way = await pass(context, port, 0);
	const list = Array.from({ length: 100 }, (_, n) => `http://127.0.0.1:${way.port}/${n}`).join("\n");
	const options = { concurrency: 4, perHost: 4, onExists: "skip" } as const;
	const { dir } = await runList(context, list, { options });
	const before = way.count();
	const { summary } = await runList(context, list, { dir, options: { ...options, fresh: true } });
	assert.equal(summary.skipped, 100);
	assert.ok(way.count() - before <= 4, `${way.count() - before} connections`);
});

test("attempts that ran out of time while their connections were being made leave room for later ones", async (context) => {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const { port } = await serveTls(context, { cert, key }, (_, response) => response.end("text"));
	const way = await pass(context, port, 2);
	const list = Array.from({ length: 6 }, (_, n) => `https://127.0.0.1:${way.port}/${n}`).join("\n");
	const { outcomes } = await runList(context, list, {
		options: { concurrency: 2, perHost: 2, retries: 0, timeoutMs: 4000, connectTimeoutMs: 60_000, insecure: true },
	});
	const ends = outcomes.map(({ status, error }) => error?.code ?? status);
	assert.deepEqual(ends, ["timeout", "timeout", "saved", "saved", "saved", "saved"]);
});

/** A downloader of one connection, and tasks for it. */
async function oneConnection(context: TestContext, url: string, given: Partial<RunOptions>, signal: AbortSignal) {
	const dir = join(freshFolder(context), "downloads");
	const directory = await openDirectory({
		dir,
		run: "test",
		fresh: false,
		fsync: false,
		onUnflushed: assert.fail,
		warn: assert.fail,
	});
	const ends = new AsyncDisposableStack();
	ends.defer(() => directory.close());
	const downloader = await createDownloader({
		options: { ...resolveOptions({ dir }, { version: "test", cores: 1 }), ...given },
		concurrency: 1,
		worker: { model: "async", number: 1 },
		ownerId: "test-async-1",
		coordinatorPid: process.pid,
		signal,
		onProgress() {},
	});
	ends.use(downloader);
	const task = (id: number): Task => ({
		...{ id, key: String(id).padStart(20, "0"), url: `${url}/${id}`, namedBy: `${url}/${id}` },
		...{ attempt: 1, resume: false, alone: false },
	});
	const download = (task: Task): Promise<AttemptResult> =>
		new Promise((onResult) => downloader.download(task, { onResult }));
	return { download, task, [Symbol.asyncDispose]: () => ends.disposeAsync() };
}

test("the wait for a connection to become free has an end", async (context) => {
	const { url } = await serve(context, (_, response) => {
		const trickle = setInterval(() => response.write("x"), 20);
		response.on("close", () => clearInterval(trickle));
	});
	const stop = new AbortController();
	const waits = { connectTimeoutMs: 200, idleTimeoutMs: 200 };
	await using one = await oneConnection(context, url, waits, stop.signal);
	const { download, task } = one;
	const first = download(task(1));
	const second = await download(task(2));
	assert.ok(second.kind === "failed" && second.failure.code === "timeout");
	assert.match(second.failure.message, /no connection .* became free/);
	stop.abort();
	assert.equal((await first).kind, "cancelled");
});

test("who waits behind a connection that is being made gets another one when that is given up", async (context) => {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const { port } = await serveTls(context, { cert, key }, (_, response) => response.end("text"));
	const way = await pass(context, port, 1);
	const given = { connectTimeoutMs: 60_000, insecure: true };
	const url = `https://127.0.0.1:${way.port}`;
	await using one = await oneConnection(context, url, given, new AbortController().signal);
	const { download, task } = one;
	const first = download({ ...task(1), timeLeftMs: 200 });
	const second = download(task(2));
	assert.equal((await first).kind, "failed");
	assert.equal((await second).kind, "saved");
	assert.equal(way.count(), 2);
});

test("who gave up waiting takes no connection when its turn comes", async (context) => {
	const { port, requests } = await serve(context, (_, response) => setTimeout(() => response.end("text"), 300));
	const way = await pass(context, port, 0);
	const url = `http://127.0.0.1:${way.port}`;
	await using one = await oneConnection(context, url, {}, new AbortController().signal);
	const { download, task } = one;
	const first = download(task(1));
	const second = download({ ...task(2), timeLeftMs: 50 });
	assert.deepEqual([(await second).kind, (await first).kind], ["failed", "saved"]);
	assert.equal((await download(task(3))).kind, "saved");
	assert.deepEqual(
		requests.map(({ path }) => path),
		["/1", "/3"],
	);
	assert.equal(way.count(), 1);
});
