/** Proxies that are none, or bad ones: a clear code, the proxy named, and what goes past it goes on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { readProxies } from "../../src/core/proxy.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { serve, serveTls } from "../download/serve.ts";
import { byLine, runList } from "../run/run-list.ts";
import { frames, serveFrames } from "./http2-servers.ts";

type Act = (socket: Socket, text: string) => void;

/** Acts on each piece that comes. */
async function serveBytes(context: TestContext, act: Act): Promise<number> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("data", (data) => act(socket, data.toString("latin1")));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address = server.address();
	return typeof address === "object" && address ? address.port : 0;
}

type Case = {
	readonly name: string;
	readonly act: Act;
	readonly scheme?: string;
	/** Of an http entry and an https entry. */
	readonly codes: readonly [http: string, https: string];
	readonly messages?: RegExp;
};

const hello: Act = (socket, text) => void (text.length < 6 && socket.write("\x05\x00"));
/** The answer of SOCKS5 to a request that it grants. */
const connected = Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 80]);
const evil = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
const cases: readonly Case[] = [
	{ name: "closes", act: (socket) => socket.end(), codes: ["reset", "reset"] },
	{ name: "resets", act: (socket) => socket.resetAndDestroy(), codes: ["reset", "reset"] },
	{ name: "says nothing", act: () => {}, codes: ["timeout", "timeout"] },
	{ name: "talks of something else", act: (socket) => socket.end("220 ftp\r\n"), codes: ["protocol", "protocol"] },
	{ name: "ends within its head", act: (socket) => socket.end("HTTP/1.1 200 "), codes: ["reset", "reset"] },
	{ name: "ends within its first word", act: (socket) => socket.end("HT"), codes: ["reset", "reset"] },
	{
		name: "sends an endless head",
		act: (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`),
		codes: ["protocol", "protocol"],
	},
	{
		name: "answers TLS",
		act: (socket) => socket.end(Buffer.from("15030300020246", "hex")),
		codes: ["protocol", "protocol"],
		messages: /did not answer in valid HTTP: it speaks TLS \(is it https:\/\/\?\)$/,
	},
	{
		name: "forbids",
		act: (socket) => socket.write("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n"),
		codes: ["http_403", "http_403"],
	},
	{
		name: "asks for a method that we lack",
		act: (socket) =>
			socket.write(
				"HTTP/1.1 407 No\r\nproxy-authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\ncontent-length: 0\r\n\r\n",
			),
		codes: ["http_407", "http_407"],
		messages: /asks for negotiate or ntlm, and downspout knows basic alone/,
	},
	{
		name: "writes HTML into the tunnel",
		act: (socket, text) =>
			socket.end(text.startsWith("CONNECT") ? "HTTP/1.1 200 OK\r\n\r\n<html>" : "HTTP/1.1 502 Bad\r\n\r\n<html>"),
		codes: ["http_502", "protocol"],
	},
	{
		name: "speaks no TLS",
		scheme: "https",
		act: (socket) => socket.write("HTTP/1.1 400 Bad\r\n\r\n"),
		codes: ["tls", "tls"],
	},
	{ name: "closes", scheme: "socks5h", act: (socket) => socket.end(), codes: ["reset", "reset"] },
	{
		name: "closes after its hello",
		scheme: "socks5h",
		act: (socket, text) => (text.length < 6 ? hello(socket, text) : socket.end()),
		codes: ["reset", "reset"],
	},
	{ name: "says nothing", scheme: "socks5h", act: () => {}, codes: ["timeout", "timeout"] },
	{ name: "says nothing after its hello", scheme: "socks5", act: hello, codes: ["timeout", "timeout"] },
	{
		name: "speaks HTTP",
		scheme: "socks5",
		act: (socket) => socket.write("HTTP/1.1 400 Bad\r\n\r\n"),
		codes: ["protocol", "protocol"],
	},
	{
		name: "glues an answer to its own",
		scheme: "socks5h",
		act(socket, text) {
			if (text.length < 6) hello(socket, text);
			else if (text.startsWith("\x05")) socket.write(Buffer.concat([connected, Buffer.from(evil)]));
		},
		codes: ["protocol", "protocol"],
		messages: /sent bytes of its own into the tunnel/,
	},
	{
		name: "wants tunnels, and glues an answer to its own",
		act: (socket, text) =>
			socket.write(
				text.startsWith("CONNECT")
					? `HTTP/1.1 200 OK\r\n\r\n${evil}`
					: "HTTP/1.1 405 No\r\nallow: CONNECT\r\ncontent-length: 0\r\n\r\n",
			),
		codes: ["protocol", "protocol"],
		messages: /sent bytes of its own into the tunnel/,
	},
	{
		name: "knows a method that we lack",
		scheme: "socks5",
		act: (socket) => socket.write("\x05\x01"),
		codes: ["protocol", "protocol"],
	},
	{
		name: "knows no method at all",
		scheme: "socks5",
		act: (socket) => socket.write(Buffer.from([5, 255])),
		codes: ["connect", "connect"],
	},
];

/** For those that end only because time has run out. */
const shortWaits = { connectTimeoutMs: 400, idleTimeoutMs: 400 };

for (const { name, act, scheme = "http", codes, messages } of cases) {
	test(`a proxy of ${scheme} that ${name}: ${codes.join(" and ")}`, async (context) => {
		const port = await serveBytes(context, act);
		const past = await serve(context, (_, response) => response.end("text"));
		const list = ["http://a.example/f", "https://a.example/f", `${past.url}/f`].join("\n");
		const proxies = readProxies(`${scheme}://me:s3cret@127.0.0.1:${port}`, { no_proxy: "127.0.0.1,a.example:1" });
		// Names that the proxy gets as they are, or addresses that need no look-up.
		const listed = scheme === "socks5" ? list.replaceAll("a.example", "[::1]") : list;
		const { outcomes } = await runList(context, listed, {
			options: { retries: 0, ...(codes[0] === "timeout" ? shortWaits : {}), ...(proxies && { proxies }) },
		});
		const [http, https, direct] = byLine(outcomes);
		assert.deepEqual([http?.error?.code, https?.error?.code, direct?.status], [...codes, "saved"]);
		for (const { error } of [http, https].filter((one) => one !== undefined)) {
			assert.match(error?.message ?? "", new RegExp(`the proxy 127\\.0\\.0\\.1:${port}`));
			assert.match(error?.message ?? "", messages ?? /./);
			assert.doesNotMatch(error?.message ?? "", /s3cret/);
		}
	});
}

test("interim answers before a tunnel, and an end of lines without CR", async (context) => {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const origin = await serveTls(context, { cert, key }, (_, response) => response.end("text"));
	const way = await serveBytes(context, (socket, text) => {
		if (!text.startsWith("CONNECT")) return;
		const onward = connect(origin.port, "127.0.0.1", () => {
			socket.removeAllListeners("data");
			socket.write("HTTP/1.1 100 Wait\r\n\r\nHTTP/1.0 103 Hints\nx: y\n\n");
			socket.write("HTTP/1.0 200\nserver: x\n\n");
			socket.pipe(onward).pipe(socket);
		});
		onward.on("error", () => socket.destroy());
	});
	const proxies = readProxies(`127.0.0.1:${way}`, {});
	const { outcomes } = await runList(context, `${origin.url}/f`, {
		options: { retries: 0, insecure: true, ...(proxies && { proxies }) },
	});
	assert.equal(outcomes[0]?.error, undefined);
	assert.equal(outcomes[0]?.status, "saved");
});

test("a proxy that is not there: connect, and tried again", async (context) => {
	const port = await serveBytes(context, () => {});
	for (const url of ["http://127.0.0.1:1", "socks5h://127.0.0.1:1"]) {
		const proxies = readProxies(url, {});
		const { outcomes } = await runList(context, `http://127.0.0.1:${port}/f`, {
			options: { retries: 1, ...(proxies && { proxies }) },
		});
		assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.attempts], ["connect", 2]);
		assert.match(outcomes[0]?.error?.message ?? "", /^cannot connect to the proxy 127\.0\.0\.1:1/);
	}
});

test("a host that speaks HTTP/2 first: what comes with the proxy's answer is its own", async (context) => {
	const { settings, headers, data } = frames;
	const { url } = await serveFrames(context, ({ socket, onRequest }) => {
		socket.write(settings());
		onRequest((stream) => socket.write(Buffer.concat([headers(stream), data(stream, "text", true)])));
	});
	for (const scheme of ["socks5h", "http"]) {
		const way = await serveBytes(context, (socket, text) => {
			if (scheme === "socks5h" && text.length < 6) return hello(socket, text);
			const answer = Buffer.from("HTTP/1.1 200 OK\r\n\r\n");
			if (!text.startsWith("CONNECT") && scheme === "http") {
				return void socket.write("HTTP/1.1 405 No\r\nallow: CONNECT\r\ncontent-length: 0\r\n\r\n");
			}
			socket.removeAllListeners("data");
			const onward = connect(Number(new URL(url).port), "127.0.0.1");
			onward.on("error", () => socket.destroy());
			onward.once("data", (first: Buffer) => {
				socket.write(Buffer.concat([scheme === "http" ? answer : connected, first]));
				socket.pipe(onward).pipe(socket);
			});
		});
		const proxies = readProxies(`${scheme}://127.0.0.1:${way}`, {});
		for (const http2 of scheme === "http" ? (["auto"] as const) : (["auto", "always"] as const)) {
			const { outcomes } = await runList(context, `${url}/f`, {
				options: { retries: 0, http2, ...(proxies && { proxies }) },
			});
			assert.equal(outcomes[0]?.error, undefined, `${scheme} ${http2}`);
		}
	}
});
