/** Answers as servers really send them, on real sockets: what curl reads is saved, what is no valid HTTP fails, and the next file is not harmed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { byLine, contentOf, filesIn, runList } from "../run/run-list.ts";
import { serveRaw } from "./serve.ts";

type Case = { readonly name: string; readonly answer: string; readonly code?: string; readonly closes?: boolean };

const cases: readonly Case[] = [
	{
		name: "an unasked 100 Continue",
		answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext",
	},
	{
		name: "several interim answers",
		answer:
			"HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext",
	},
	{ name: "lines that end with LF", answer: "HTTP/1.1 200 OK\nContent-Length: 4\n\ntext" },
	{ name: "no reason", answer: "HTTP/1.1 200\r\nContent-Length: 4\r\n\r\ntext" },
	{ name: "one length twice", answer: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\ntext" },
	{ name: "one length twice in a field", answer: "HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\ntext" },
	{ name: "white space behind a length", answer: "HTTP/1.1 200 OK\r\nContent-Length: 4 \t\r\n\r\ntext" },
	{
		name: "white space behind a chunk's size",
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4 \t\r\ntext\r\n0\r\n\r\n",
	},
	{
		name: "chunk lines that end with LF",
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\ntext\n0\n\n",
	},
	{
		name: "trailers",
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\nX-Sum: a\r\n\r\n",
	},
	{
		name: "chunks beside a length",
		answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\n\r\n",
	},
	{
		name: "control bytes in a field",
		answer: "HTTP/1.1 200 OK\r\nServer: a\x01\x02b\r\nContent-Length: 4\r\n\r\ntext",
	},
	{ name: "a folded field", answer: "HTTP/1.1 200 OK\r\nServer: a\r\n b\r\nContent-Length: 4\r\n\r\ntext" },
	{ name: "HTTP/1.0 until the close", answer: "HTTP/1.0 200 OK\r\n\r\ntext", closes: true },
	{
		name: "HTTP/1.0 that keeps the connection",
		answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\ntext",
	},
	{ name: "no length, until the close", answer: "HTTP/1.1 200 OK\r\n\r\ntext", closes: true },
	{ name: "203", answer: "HTTP/1.1 203 Non-Authoritative\r\nContent-Length: 4\r\n\r\ntext" },
	{
		name: "a Content-Range that is the whole",
		answer: "HTTP/1.1 200 OK\r\nContent-Range: bytes 0-3/4\r\nContent-Length: 4\r\n\r\ntext",
	},
	{
		name: "bytes behind the answer",
		answer: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntextHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
	},

	{ name: "an HTTP/2 answer", answer: "HTTP/2 200\r\ncontent-length: 4\r\n\r\ntext", code: "protocol" },
	{ name: "a status of 99", answer: "HTTP/1.1 99 ?\r\nContent-Length: 4\r\n\r\ntext", code: "protocol" },
	{ name: "a status of 1000", answer: "HTTP/1.1 1000 ?\r\nContent-Length: 4\r\n\r\ntext", code: "protocol" },
	{
		name: "two lengths",
		answer: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\ntext",
		code: "protocol",
	},
	{ name: "a negative length", answer: "HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\ntext", code: "protocol" },
	{ name: "a NUL byte", answer: "HTTP/1.1 200 OK\r\nServer: a\0b\r\nContent-Length: 4\r\n\r\ntext", code: "protocol" },
	{
		name: "gzip, chunked",
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n4\r\ntext\r\n0\r\n\r\n",
		code: "protocol",
	},
	{
		name: "deflate",
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: deflate\r\n\r\ntext",
		code: "protocol",
		closes: true,
	},
	{
		name: "chunked, another",
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, another\r\n\r\n4\r\ntext\r\n0\r\n\r\n",
		code: "protocol",
	},
	{ name: "an unknown coding", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: xyz\r\n\r\ntext", code: "protocol" },
	{
		name: "a part that nobody asked for",
		answer: "HTTP/1.1 200 OK\r\nContent-Range: bytes 4-7/8\r\nContent-Length: 4\r\n\r\ntext",
		code: "protocol",
	},
	{
		name: "a part of unknown size",
		answer: "HTTP/1.1 200 OK\r\nContent-Range: bytes 0-3/*\r\nContent-Length: 4\r\n\r\ntext",
		code: "protocol",
	},
	{
		name: "chunks that are cut, with Connection: close",
		answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ntext",
		code: "truncated",
		closes: true,
	},
	{
		name: "chunks of HTTP/1.0 that are cut",
		answer: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n",
		code: "truncated",
		closes: true,
	},
];

for (const { name, answer, code, closes = false } of cases) {
	test(`${name}: ${code ?? "saved"}, and so is the next file`, async (context) => {
		const { url } = await serveRaw(context, (socket, head) => {
			const isNext = head.startsWith("GET /next ");
			socket.write(isNext ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext" : answer, "latin1");
			if (closes && !isNext) socket.end();
		});
		const { dir, outcomes } = await runList(context, `${url}/a\n${url}/next`, {
			options: { concurrency: 1, perHost: 1, retries: 0 },
		});
		const [first, next] = byLine(outcomes);
		assert.equal(first?.error?.code, code, first?.error?.message ?? "saved");
		if (code === undefined) assert.equal(contentOf(dir, "a"), "text");
		assert.equal(next?.status, "saved");
		assert.equal(contentOf(dir, "next"), "next");
		assert.equal(filesIn(dir).length, code === undefined ? 2 : 1);
	});
}

test("a body until the close that ends with a reset is not whole, and is tried again", async (context) => {
	const { url } = await serveRaw(context, (socket, _, nth) => {
		socket.write(`HTTP/1.1 200 OK\r\n\r\n${nth === 0 ? "half" : "whole"}`, () => {
			if (nth === 0) setTimeout(() => socket.resetAndDestroy(), 20);
			else socket.end();
		});
	});
	const { dir, outcomes } = await runList(context, `${url}/a`, { options: { retries: 1 } });
	assert.equal(outcomes[0]?.attempts, 2);
	assert.equal(contentOf(dir, "a"), "whole");
});

test("a length of 10^20 is too large, as --max-size says", async (context) => {
	const { url } = await serveRaw(
		context,
		(socket) => void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1${"0".repeat(20)}\r\n\r\nx`),
	);
	const { outcomes } = await runList(context, `${url}/a`, { options: { maxSizeBytes: 1e9 } });
	assert.equal(outcomes[0]?.error?.code, "too_large");
});

test("interim answers, or a head that trickles, do not outlive --idle-timeout", async (context) => {
	for (const piece of ["HTTP/1.1 102 Processing\r\n\r\n", "X"]) {
		const { url } = await serveRaw(context, (socket) => {
			socket.write(piece === "X" ? "HTTP/1.1 200 OK\r\nX-Name: " : "");
			const timer = setInterval(() => socket.write(piece), 20);
			socket.on("close", () => clearInterval(timer));
		});
		const { outcomes } = await runList(context, `${url}/a`, { options: { idleTimeoutMs: 300, retries: 0 } });
		assert.equal(outcomes[0]?.error?.code, "timeout");
		assert.match(outcomes[0].error.message, /no response head.*--idle-timeout/);
	}
});

test("a request that is lost on a kept connection goes again on a new one, and is no attempt", async (context) => {
	// Each connection answers twice, and is reset with the third request.
	const served = new WeakMap<object, number>();
	const { url } = await serveRaw(context, (socket) => {
		const nth = (served.get(socket) ?? 0) + 1;
		served.set(socket, nth);
		if (nth > 2) socket.resetAndDestroy();
		else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext");
	});
	const list = Array.from({ length: 60 }, (_, n) => `${url}/${n}`).join("\n");
	const { summary } = await runList(context, list, { options: { concurrency: 2, perHost: 2, retries: 0 } });
	assert.deepEqual({ saved: summary.saved, retries: summary.retries }, { saved: 60, retries: 0 });
});

test("one that is lost on a new connection too is an attempt, and one whose answer had begun is never repeated", async (context) => {
	for (const begun of ["", "HTTP/1.1 2"]) {
		const served = new WeakMap<object, number>();
		const { url, requests } = await serveRaw(context, (socket, head) => {
			const nth = (served.get(socket) ?? 0) + 1;
			served.set(socket, nth);
			if (head.startsWith("GET /ok")) return void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext");
			socket.end(begun);
		});
		const options = { concurrency: 1, perHost: 1, retries: 0 };
		const { outcomes } = await runList(context, `${url}/ok\n${url}/lost`, { options });
		assert.equal(byLine(outcomes)[1]?.error?.code, "reset");
		assert.equal(requests.filter(({ path }) => path === "/lost").length, begun === "" ? 2 : 1);
	}
});

test("an answer that comes before it is asked for is never taken for the next file's", async (context) => {
	const answer = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${text}`;
	const { url } = await serveRaw(context, (socket, head) => {
		socket.setNoDelay();
		const name = head.split(" ")[1]?.slice(1) ?? "";
		socket.write(answer(name.padStart(4, "0")));
		// In a packet of its own, when the first one has been read.
		setImmediate(() => setImmediate(() => socket.write(answer("evil"))));
	});
	const list = Array.from({ length: 200 }, (_, n) => `${url}/${n}`).join("\n");
	const { dir, outcomes } = await runList(context, list, { options: { concurrency: 4, perHost: 4, retries: 0 } });
	assert.equal(outcomes.filter(({ status }) => status === "saved").length, 200);
	for (const name of filesIn(dir)) assert.equal(contentOf(dir, name), name.padStart(4, "0"));
});

const lateBytes: Readonly<Record<string, (answer: string) => string>> = {
	"an empty line": (answer) => `\r\n${answer}`,
	"the rest of a longer body": (answer) => `${"x".repeat(3000)}${answer}`,
	"text and an answer": (answer) => `garbage\r\n\r\n${answer}`,
	"a 408 of a server that was waiting": () => "HTTP/1.1 408 Late\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
};

for (const [what, late] of Object.entries(lateBytes)) {
	test(`${what} on a kept connection, when the next request is on its way: that goes again on a new one, and is no attempt`, async (context) => {
		const served = new WeakSet<object>();
		const { url } = await serveRaw(context, (socket, head) => {
			const name = head.split(" ")[1]?.slice(1) ?? "";
			const answer = `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${name.padStart(4, "0")}`;
			socket.write(served.has(socket) ? late(answer) : answer);
			served.add(socket);
		});
		const list = Array.from({ length: 20 }, (_, n) => `${url}/${n}`).join("\n");
		const { dir, summary } = await runList(context, list, { options: { concurrency: 2, perHost: 2, retries: 0 } });
		assert.deepEqual({ saved: summary.saved, retries: summary.retries }, { saved: 20, retries: 0 });
		for (const name of filesIn(dir)) assert.equal(contentOf(dir, name), name.padStart(4, "0"));
	});
}

test("what is no HTTP on a new connection as well is a failure", async (context) => {
	const { url } = await serveRaw(context, (socket, head) => {
		const isRight = head.startsWith("GET /right ");
		socket.write(isRight ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext" : "garbage\r\n\r\n");
	});
	const options = { concurrency: 1, perHost: 1, retries: 0 };
	const { outcomes } = await runList(context, `${url}/right\n${url}/wrong`, { options });
	assert.equal(byLine(outcomes)[1]?.error?.code, "protocol");
});
