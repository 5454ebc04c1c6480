/** Every failure of the network that a user can meet, on its real cause: its code, whether it is tried again, and what its message says. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { filesIn, partsIn, runList } from "../run/run-list.ts";
import { freePort, serve, serveRaw } from "./serve.ts";

type Case = {
	readonly name: string;
	readonly code: string;
	/** 2 where a retry may mend it: one is allowed. */
	readonly attempts: 1 | 2;
	readonly message: RegExp;
	readonly answer: (socket: Socket) => void;
	readonly options?: Partial<RunOptions>;
};

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const endless = `${chunked}1000\r\n${"x".repeat(4096)}\r\n`;

const cases: readonly Case[] = [
	{
		name: "reset before the head",
		code: "reset",
		attempts: 2,
		message: /without an answer/,
		answer: (s) => s.resetAndDestroy(),
	},
	{ name: "closed before the head", code: "reset", attempts: 2, message: /without an answer/, answer: (s) => s.end() },
	{
		name: "closed within the head",
		code: "reset",
		attempts: 2,
		message: /closed/,
		answer: (s) => s.end("HTTP/1.1 200 OK\r\nConte"),
	},
	{
		name: "reset within the body",
		code: "reset",
		attempts: 2,
		message: /within the body/,
		answer: (s) => void s.write(`${ok}half`, () => setImmediate(() => s.resetAndDestroy())),
	},
	{
		name: "closed within a body of known length",
		code: "truncated",
		attempts: 2,
		message: /before the body was complete/,
		answer: (s) => s.end(`${ok}half`),
	},
	{
		name: "closed within a chunked body",
		code: "truncated",
		attempts: 2,
		message: /before the body was complete/,
		answer: (s) => s.end(`${chunked}4\r\nhalf\r\n`),
	},
	{
		name: "closed within a chunk",
		code: "truncated",
		attempts: 2,
		message: /before the body was complete/,
		answer: (s) => s.end(`${chunked}9\r\nhalf`),
	},
	{
		name: "no HTTP at all",
		code: "protocol",
		attempts: 1,
		message: /valid HTTP/,
		answer: (s) => s.end("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
	},
	{
		name: "a broken chunk size",
		code: "protocol",
		attempts: 1,
		message: /valid HTTP/,
		answer: (s) => s.end(`${chunked}zz\r\nhalf\r\n`),
	},
	{
		name: "two lengths",
		code: "protocol",
		attempts: 1,
		message: /valid HTTP/,
		answer: (s) => s.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
	},
	{
		name: "a head of 1 MB",
		code: "protocol",
		attempts: 1,
		message: /larger than 64 KiB/,
		answer: (s) => s.end(`HTTP/1.1 200 OK\r\nX: ${"y".repeat(1_000_000)}\r\n\r\n`),
	},
	{
		name: "a head of 100 000 fields",
		code: "protocol",
		attempts: 1,
		message: /larger than 64 KiB/,
		answer: (s) => s.end(`HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(100_000)}\r\n`),
	},
	{
		name: "silence before the head",
		code: "timeout",
		attempts: 2,
		message: /--idle-timeout/,
		answer: () => {},
		options: { idleTimeoutMs: 80 },
	},
	{
		name: "silence within the body",
		code: "timeout",
		attempts: 2,
		message: /--idle-timeout/,
		answer: (s) => void s.write(`${ok}half`),
		options: { idleTimeoutMs: 80 },
	},
	{
		name: "too large, as the head says",
		code: "too_large",
		attempts: 1,
		message: /--max-size.*100 bytes/,
		answer: (s) => void s.write(ok),
		options: { maxSizeBytes: 99 },
	},
	{
		name: "an endless body",
		code: "too_large",
		attempts: 1,
		message: /--max-size/,
		answer: (s) => void s.write(endless),
		options: { maxSizeBytes: 1000 },
	},
	{
		name: "an upgrade that nobody asked for",
		code: "protocol",
		attempts: 1,
		message: /./,
		answer: (s) => s.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
	},
];

for (const { name, code, attempts, message, answer, options } of cases) {
	test(`${name} is ${code}`, async (context) => {
		const { url } = await serveRaw(context, answer);
		const outcome = await failOnce(context, `${url}/file.bin`, { retries: 1, ...options });
		assert.equal(outcome.error?.code, code);
		assert.match(outcome.error.message, message);
		assert.equal(outcome.attempts, attempts);
	});
}

test("a port where nobody listens is connect, and is tried again", async (context) => {
	const outcome = await failOnce(context, `http://127.0.0.1:${await freePort()}/`, { retries: 1 });
	assert.equal(outcome.error?.code, "connect");
	assert.match(outcome.error.message, /connection refused/);
	assert.equal(outcome.attempts, 2);
	assert.equal(outcome.httpStatus, null);
});

test("an unknown host is dns, and is not tried again", async (context) => {
	const outcome = await failOnce(context, "http://no-such-host.invalid/", { retries: 2 });
	assert.equal(outcome.error?.code, "dns");
	// Without any name server the system cannot say that the name is unknown: that may pass.
	assert.ok(
		outcome.attempts === 1 ? /unknown host/.test(outcome.error.message) : /looked up/.test(outcome.error.message),
	);
});

test("a name that is longer than any may be is dns, and is not tried again", async (context) => {
	const outcome = await failOnce(context, `http://${"a.".repeat(31_000)}invalid/`, { retries: 2 });
	assert.deepEqual([outcome.error?.code, outcome.attempts], ["dns", 1]);
	assert.match(`${outcome.error?.message}`, /^unknown host /);
});

test("a host that does not answer to connections is timeout", async (context) => {
	const port = await listenWithFullBacklog(context);
	const outcome = await failOnce(context, `http://127.0.0.1:${port}/`, { retries: 1, connectTimeoutMs: 200 });
	assert.equal(outcome.error?.code, "timeout");
	assert.match(outcome.error.message, /--connect-timeout/);
	assert.equal(outcome.attempts, 2);
});

const statuses: readonly (readonly [status: number, attempts: 1 | 2])[] = [
	[201, 1],
	[204, 1],
	[206, 1],
	[300, 1],
	[304, 1],
	[400, 1],
	[401, 1],
	[403, 1],
	[404, 1],
	[408, 2],
	[410, 1],
	[416, 1],
	[425, 2],
	[451, 1],
	[500, 2],
	[501, 1],
	[502, 2],
	[504, 2],
	[505, 1],
];

test("every other status is http_NNN, tried again where that may help", async (context) => {
	const { url } = await serve(context, (request, response) => {
		response.statusCode = Number(request.url?.slice(1));
		response.end();
	});
	const { outcomes } = await runList(context, statuses.map(([status]) => `${url}/${status}`).join("\n"), {
		options: { retries: 1 },
	});
	const found = outcomes.map(({ error, httpStatus, attempts }) => `${error?.code} ${httpStatus} ${attempts}`).sort();
	assert.deepEqual(
		found,
		statuses.map(([status, attempts]) => `http_${status} ${status} ${attempts}`),
	);
});

for (const status of [429, 503] as const) {
	test(`${status} from a host that answers nobody else is tried again as often as other failures`, async (context) => {
		const { url } = await serve(context, (_, response) => response.writeHead(status).end());
		const outcome = await failOnce(context, `${url}/`, { retries: 1 });
		assert.deepEqual([outcome.error?.code, outcome.attempts], [`http_${status}`, 2]);
	});
}

test("the time of an entry covers all attempts and waits, and its end is timeout whatever came before", async (context) => {
	const refused = `http://127.0.0.1:${await freePort()}/`;
	const { url } = await serve(
		context,
		(_, response) => void response.writeHead(200, { "content-length": 10 }).write("x"),
	);
	const options = { timeoutMs: 150, retries: 1000, retryBaseMs: 40 };
	for (const target of [refused, `${url}/silent`]) {
		const outcome = await failOnce(context, target, options);
		assert.equal(outcome.error?.code, "timeout");
		assert.match(outcome.error.message, /--timeout/);
	}
});

test("a TLS handshake with what speaks no TLS is tls", async (context) => {
	const { url } = await serve(context, (_, response) => response.end());
	const outcome = await failOnce(context, url.replace("http:", "https:"), { retries: 1 });
	assert.equal(outcome.error?.code, "tls");
	assert.equal(outcome.attempts, 1);
});

async function failOnce(context: TestContext, url: string, options: Partial<RunOptions>): Promise<Outcome> {
	const { outcomes, dir, summary } = await runList(context, url, { options });
	const [outcome] = outcomes;
	assert(outcome);
	assert.equal(outcome.status, "failed");
	assert.deepEqual(filesIn(dir), []);
	assert.deepEqual(partsIn(dir), []);
	assert.equal(summary.retries, outcome.attempts - 1);
	return outcome;
}

/** A port whose queue of connections is full, so that the system drops further ones: its process listens and is busy for ever. */
async function listenWithFullBacklog(context: TestContext): Promise<number> {
	const script = `
const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
	require("node:fs").writeSync(1, String(server.address().port));
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;
	const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
	context.after(() => child.kill("SIGKILL"));
	const [line] = await once(child.stdout, "data");
	const port = Number(line);
	const fillers = Array.from({ length: 8 }, () => connect({ port, host: "127.0.0.1" }).on("error", () => {}));
	context.after(() => {
		for (const filler of fillers) filler.destroy();
	});
	await Promise.race(fillers.map((filler) => once(filler, "connect")));
	return port;
}
