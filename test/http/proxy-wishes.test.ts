/** What proxies want of their own: a tunnel for http too, and a field that no origin may see. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { serve, serveTls } from "../download/serve.ts";
import { byLine, runList } from "../run/run-list.ts";
import { serveHttp2 } from "./http2-servers.ts";

type Proxy = {
	readonly port: number;
	/** Method and target of each request, and what it had for the proxy. */
	readonly asked: readonly { readonly line: string; readonly headers: IncomingHttpHeaders }[];
};

/** @param allow - What a request in absolute form is refused with, if it is. */
async function serveProxy(context: TestContext, allow?: string): Promise<Proxy> {
	const asked: { line: string; headers: IncomingHttpHeaders }[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((request, response) => {
		asked.push({ line: `${request.method} ${request.url}`, headers: request.headers });
		if (allow !== undefined) response.writeHead(405, { allow }).end("no");
		else response.end("by the proxy");
	});
	server.on("connect", (request, near: Socket) => {
		asked.push({ line: `${request.method} ${request.url}`, headers: request.headers });
		const { hostname, port } = new URL(`http://${request.url}`);
		const far = connect(Number(port), hostname, () => near.write("HTTP/1.1 200 Connected\r\n\r\n"));
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.on("error", () => socket.destroy());
		}
		near.pipe(far).pipe(near);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	assert(address !== null && typeof address === "object");
	return { port: address.port, asked };
}

for (const [allow, wantsTunnel] of [
	["CONNECT", true],
	["OPTIONS, connect", true],
	["GET, CONNECT", false],
	["POST", false],
] as const) {
	test(`405 with Allow: ${allow}: ${wantsTunnel ? "through a tunnel" : "http_405"}`, async (context) => {
		const origin = await serve(context, (_, response) => response.end("text"));
		const proxy = await serveProxy(context, allow);
		const { proxies } = resolveOptions({ proxy: `127.0.0.1:${proxy.port}` }, { version: "test", cores: 1 });
		assert(proxies);
		const list = Array.from({ length: 8 }, (_, n) => `${origin.url}/f${n}`).join("\n");
		const { summary } = await runList(context, list, { options: { proxies, retries: 0, concurrency: 2 } });
		assert.deepEqual([summary.saved, summary.errors], wantsTunnel ? [8, {}] : [0, { http_405: 8 }]);
		if (!wantsTunnel) return;
		const gets = proxy.asked.filter(({ line }) => line.startsWith("GET")).length;
		assert.ok(gets <= 2, `${gets} requests in absolute form`);
		assert.deepEqual(origin.requests.map(({ path }) => path).sort(), [
			"/f0",
			"/f1",
			"/f2",
			"/f3",
			"/f4",
			"/f5",
			"/f6",
			"/f7",
		]);
	});
}

test("HTTP/2 without TLS within the tunnel that a proxy wants", async (context) => {
	const origin = await serveHttp2(context, (stream) => {
		stream.respond({ ":status": 200 });
		stream.end("text");
	});
	const proxy = await serveProxy(context, "CONNECT");
	const { proxies, http2 } = resolveOptions(
		{ proxy: `127.0.0.1:${proxy.port}`, http2: "always" },
		{ version: "test", cores: 1 },
	);
	assert(proxies);
	const { outcomes } = await runList(context, `${origin.url}/a\n${origin.url}/b`, { options: { proxies, http2 } });
	assert.deepEqual(
		outcomes.map(({ status, error }) => error?.message ?? status),
		["saved", "saved"],
	);
	assert.equal(origin.requests.length, 2);
});

test("--header Proxy-Authorization goes to the proxy, and to no origin", async (context) => {
	const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);
	const http = await serve(context, (_, response) => response.end("text"));
	const https = await serveTls(context, { cert, key }, (_, response) => response.end("text"));
	const proxy = await serveProxy(context);
	const given = { header: ["Proxy-Authorization: Bearer für-den-Proxy", "X-Other: 1"] };
	const surroundings = { version: "test", cores: 1 };
	const through = resolveOptions({ ...given, proxy: `me:secret@127.0.0.1:${proxy.port}` }, surroundings);
	const past = resolveOptions(given, surroundings);
	const entryOwn = [{ line: 3, urls: [`${http.url}/own`], headers: [["Proxy-Authorization", "own"]] }] as const;
	for (const { proxies, headers } of [through, past]) {
		const options = { headers, insecure: true, ...(proxies && { proxies }) };
		const { outcomes } = await runList(context, `${http.url}/a\n${https.url}/b`, { options });
		assert.deepEqual(
			byLine(outcomes).map(({ status }) => status),
			["saved", "saved"],
		);
		await runList(context, entryOwn, { options });
	}
	const fields = proxy.asked.map(({ line, headers }) => [
		line.split(" ")[0],
		Buffer.from(headers["proxy-authorization"] ?? "", "latin1").toString("utf8"),
	]);
	const wanted = "Bearer für-den-Proxy";
	assert.deepEqual(fields.sort(), [
		["CONNECT", wanted],
		["GET", wanted],
		["GET", wanted],
	]);
	for (const { headers } of [...http.requests, ...https.requests]) {
		assert.equal(headers["proxy-authorization"], undefined);
		assert.ok(headers["x-other"] === "1" || headers["x-other"] === undefined);
	}
	assert.equal(http.requests.length + https.requests.length, 4);
});
