/** The dashboard's server, asked over real sockets: who is answered, with what, and what becomes of one that does not read. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { before, type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Dashboard, openDashboard } from "../../src/dashboard/dashboard.ts";
import type { State } from "../../src/dashboard/model.ts";
import { buildPage } from "./build-page.ts";
import { emptySummary, ended, failed, started } from "./sample-events.ts";

before(buildPage);

type Open = Dashboard & { readonly port: number; readonly token: string };

async function open(context: TestContext, port = 0): Promise<Open> {
	const dashboard = await openDashboard({ port, summary: () => emptySummary, tryAgain: "downspout failed.txt" });
	context.after(() => dashboard[Symbol.asyncDispose]());
	const { port: taken, hash } = new URL(dashboard.url ?? assert.fail(dashboard.warning));
	return { ...dashboard, port: Number(taken), token: hash.slice(1) };
}

type Asked = RequestOptions & { readonly body?: string };

async function ask(
	port: number,
	path: string,
	{ body, ...options }: Asked = {},
): Promise<IncomingMessage & { body: string }> {
	const asking = request({ host: "127.0.0.1", port, path, agent: false, ...options }).end(body);
	const [response] = await once(asking, "response");
	return Object.assign(response, { body: await text(response) });
}

test("the address is printed with a token, and it is another one each time", async (context) => {
	const [first, second] = [await open(context), await open(context)];
	assert.match(first.url ?? "", /^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}$/);
	assert.notEqual(first.token, second.token);
});

test("the page tells nothing; its data wants the token", async (context) => {
	const { port, token, on } = await open(context);
	on(started);
	on(failed(1, "hidden.example", "dns"));
	const page = await ask(port, "/");
	assert.equal(page.statusCode, 200);
	assert(!/hidden\.example|lists\.example/.test(page.body), "the page has no data in it");
	assert.match(String(page.headers["content-security-policy"]), /default-src 'none'; script-src 'sha256-/);
	for (const path of ["/state", "/events", "/state?token=", "/state?token=wrong", `/state?token=${token}x`]) {
		const refused = await ask(port, path);
		assert.deepEqual([path, refused.statusCode], [path, 401]);
		assert.doesNotMatch(refused.body, /hidden|sample|lists/);
	}
	for (const authorization of ["Bearer", "Bearer wrong", `Basic ${token}`, token])
		assert.equal((await ask(port, "/state", { headers: { authorization } })).statusCode, 401);
	const states = [
		await ask(port, `/state?token=${token}`),
		await ask(port, "/state", { headers: { authorization: `Bearer ${token}` } }),
		await ask(port, "/state", { headers: { authorization: `bearer ${token}` } }),
	];
	for (const { statusCode, body, headers } of states) {
		assert.equal(statusCode, 200);
		assert.match(String(headers["content-type"]), /^application\/json/);
		const state: State = JSON.parse(body);
		assert.equal(state.run, "sample");
		assert.equal(state.list, "https://lists.example/urls.txt");
		assert.equal(state.now.phase, "running");
		assert.equal(state.failures[0]?.host, "hidden.example");
	}
});

const targets: readonly (readonly [method: string, path: string, status: number])[] = [
	["GET", "/favicon.ico", 404],
	["GET", "/state/", 404],
	["GET", "/../etc/passwd", 404],
	["HEAD", "/", 200],
	["POST", "/", 405],
	["DELETE", "/state", 405],
	["HEAD", "/events", 405],
	["GET", "/control", 405],
	["OPTIONS", "/control", 405],
	["GET", "*", 400],
];
for (const [method, path, status] of targets) {
	test(`${method} ${path}: ${status}`, async (context) => {
		const { port } = await open(context);
		assert.equal((await ask(port, path, { method })).statusCode, status);
	});
}

test("only requests that name it as their host are answered, whatever they know", async (context) => {
	const { port, token } = await open(context);
	for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${port + 1}`]) {
		for (const path of ["/", `/state?token=${token}`, `/events?token=${token}`])
			assert.deepEqual([host, (await ask(port, path, { headers: { host } })).statusCode], [host, 403]);
	}
	assert.equal((await ask(port, "/", { headers: { host: `localhost:${port}` } })).statusCode, 200);
	const socket = connect(port, "127.0.0.1").end("GET / HTTP/1.0\r\n\r\n");
	assert.match(await text(socket), /^HTTP\/1\.1 403 /);
});

test("it listens on loopback alone", async (context) => {
	const { port } = await open(context);
	const socket = connect(port, "127.0.0.2");
	const [error] = await once(socket, "error");
	assert.equal(error.code, "ECONNREFUSED");
});

test("a run does what the page asks with the token, and only while it listens", async (context) => {
	const { port, token, control } = await open(context);
	const ended = new AbortController();
	const heard: object[] = [];
	const headers = { authorization: `Bearer ${token}` };
	const send = async (body: string, with_: object = headers): Promise<number | undefined> =>
		(await ask(port, "/control", { method: "POST", headers: { ...with_ }, body })).statusCode;
	assert.equal(await send('{"type":"pause"}'), 409);
	control.listen((event) => heard.push(event), ended.signal);
	assert.equal(await send('{"type":"pause"}', {}), 401);
	assert.equal(await send('{"type":"stop"}'), 400);
	assert.equal(await send("x".repeat(5000)), 413);
	assert.deepEqual(heard, []);
	assert.equal(await send('{"type":"pause"}'), 204);
	assert.equal(await send('{"type":"set-host-level","host":"a.example","level":2}'), 204);
	assert.deepEqual(heard, [{ type: "pause" }, { type: "set-host-level", host: "a.example", level: 2 }]);
	ended.abort();
	assert.equal(await send('{"type":"resume"}'), 409);
});

/** After everything that nobody holds has gone. */
function usedBytes(): number {
	setFlagsFromString("--expose-gc");
	runInNewContext("gc")();
	const { heapUsed, external, arrayBuffers } = process.memoryUsage();
	return heapUsed + external + arrayBuffers;
}

type Message = { readonly event: string; readonly data: State };

async function* messages(response: IncomingMessage): AsyncGenerator<Message, void, undefined> {
	let rest = "";
	response.setEncoding("utf8");
	for await (const chunk of response) {
		const parts = `${rest}${chunk}`.split("\n\n");
		rest = parts.pop() ?? "";
		for (const part of parts) {
			const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
			if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) };
		}
	}
}

async function listen(port: number, query: string): Promise<AsyncGenerator<Message, void, undefined>> {
	const asking = request({ host: "127.0.0.1", port, path: `/events?${query}`, agent: false }).end();
	const [response] = await once(asking, "response");
	assert.match(response.headers["content-type"], /^text\/event-stream/);
	return messages(response);
}

async function next(stream: AsyncGenerator<Message, void, undefined>): Promise<Message> {
	const { value } = await stream.next();
	return value ?? assert.fail("the stream ended");
}

test("events: the whole state, then what is new, and the whole state at the end", async (context) => {
	const { port, token, on, close } = await open(context);
	on(started);
	on(ended(1, "a.example"));
	const stream = await listen(port, `token=${token}&log=whole`);
	const first = await next(stream);
	assert.equal(first.event, "state");
	assert.equal(first.data.hostRows[0]?.saved, 1);
	on(failed(2, "b.example", "dns"));
	let update = await next(stream);
	while (update.data.hostRows === undefined) update = await next(stream);
	assert.equal(update.event, "update");
	assert.deepEqual(update.data.hostRows.map(({ host }) => host).sort(), ["a.example", "b.example"]);
	assert.deepEqual(
		update.data.log.map(({ text }) => text.split(" ")[3]),
		["failed"],
	);
	on({ type: "run-ended", summary: emptySummary });
	await close();
	let last = await next(stream);
	while (last.event !== "state") last = await next(stream);
	assert.equal(last.data.now.phase, "ended");
	await stream.return();
});

test("one that does not read costs one message of memory, and is told all once it reads", async (context) => {
	const { port, token, on } = await open(context);
	on(started);
	const long = "x".repeat(20_000);
	let id = 0;
	const fill = (): void => {
		for (let n = 0; n < 400; n++) on(failed(++id, `host-${id % 150}.example`, "dns", long));
	};
	fill();
	// The system takes a few megabytes for a socket; none of what comes after that may gather here.
	const socket = connect(port, "127.0.0.1");
	context.after(() => socket.destroy());
	await once(socket, "connect");
	socket.pause();
	socket.write(`GET /events?token=${token} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
	const reader = await listen(port, `token=${token}`);
	await next(reader);
	const growth: number[] = [];
	for (let n = 0; n < 8; n++) {
		fill();
		await next(reader);
		growth.push(usedBytes());
	}
	// Each message has two megabytes.
	const more = (growth[7] ?? 0) - (growth[3] ?? 0);
	assert(more < 4 * 2 ** 20, `${more} bytes more`);
	await reader.return();
	const newest = `host-${id % 150}.example/${id}"`;
	let end = "";
	socket.setEncoding("utf8");
	for await (const chunk of socket) {
		const text = end + chunk;
		if (text.includes(newest)) return;
		end = text.slice(-newest.length);
	}
	assert.fail("it was never told of the newest");
});

test("a port that is taken: it has another one, and says so", async (context) => {
	const { port } = await open(context);
	const second = await open(context, port);
	assert.notEqual(second.port, port);
	assert.match(second.warning ?? "", new RegExp(`EADDRINUSE.*:${port}`));
});

test("after the end it stays as long as somebody reads, and not at all where nobody does", async (context) => {
	const { port, token, close, linger, isRead } = await open(context);
	const never = new AbortController().signal;
	await linger(never);
	const stream = await listen(port, `token=${token}`);
	await next(stream);
	await close();
	assert.equal(isRead(), true);
	const stop = new AbortController();
	const stopped = linger(stop.signal);
	stop.abort();
	await stopped;
	const left = linger(never);
	await stream.return();
	await left;
	assert.equal(isRead(), false);
});
