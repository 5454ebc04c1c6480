/** Real proxies of every kind: files come whole through them, by http and https, and their refusals name them. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readProxies } from "../../src/core/proxy.ts";
import { createCertificate } from "../../src/origin/certificate.ts";
import { type Served, serve, serveTls } from "../download/serve.ts";
import { runList } from "../run/run-list.ts";
import { cannotProxy, type ProxySetting, startProxy } from "./real-proxy.ts";

const sizes = [0, 1, 10_240, 70_000, 300_000, 1_500_000];
const contents = new Map(sizes.map((size) => [`f${size}`, randomBytes(size)]));

/** An origin of both kinds. */
async function serveBoth(context: TestContext): Promise<readonly [http: Served, https: Served]> {
	const { certificate: cert, key } = await createCertificate(["localhost", "127.0.0.1"]);
	const handler: Parameters<typeof serve>[1] = (request, response) => {
		response.end(contents.get(new URL(request.url ?? "", "http://x").pathname.slice(1)));
	};
	return [await serve(context, handler), await serveTls(context, { cert, key }, handler)];
}

type Case = ProxySetting & { readonly url: (ports: { port: number; securePort: number }) => string };
const cases: readonly Case[] = [
	{ program: "squid", asks: false, url: ({ port }) => `http://127.0.0.1:${port}` },
	{ program: "squid", asks: true, url: ({ port }) => `me:secret@127.0.0.1:${port}` },
	{ program: "squid", asks: true, url: ({ securePort }) => `https://me:secret@127.0.0.1:${securePort}` },
	{ program: "tinyproxy", asks: false, url: ({ port }) => `http://localhost:${port}/` },
	{ program: "tinyproxy", asks: true, url: ({ port }) => `http://me:secret@127.0.0.1:${port}` },
	{ program: "microsocks", asks: false, url: ({ port }) => `socks5://127.0.0.1:${port}` },
	{ program: "microsocks", asks: true, url: ({ port }) => `socks5://me:secret@127.0.0.1:${port}` },
	{ program: "microsocks", asks: true, url: ({ port }) => `socks5h://me:secret@localhost:${port}` },
];

for (const { program, asks, url } of cases) {
	const name = url({ port: 1, securePort: 2 });
	test(`${program}: ${name} brings every file whole`, { skip: cannotProxy }, async (context) => {
		const origins = await serveBoth(context);
		const proxy = await startProxy(context, { program, asks });
		const urls = origins.flatMap((origin) =>
			// A name, so that somebody must look it up.
			[...contents.keys()].map((file) => `${origin.url.replace("127.0.0.1", "localhost")}/${file}?${program}`),
		);
		const { dir, summary, outcomes } = await runList(context, urls.join("\n"), {
			options: { insecure: true, retries: 0, concurrency: 4, perHost: 3, ...proxiesOf(url(proxy)) },
		});
		assert.deepEqual([summary.saved, summary.errors], [urls.length, {}], JSON.stringify(outcomes[0]?.error));
		for (const { file, url } of outcomes) {
			const expected = contents.get(new URL(url).pathname.slice(1));
			assert.ok(expected?.equals(readFileSync(join(dir, file ?? ""))), url);
		}
		for (const { requests } of origins) {
			assert.equal(requests.length, contents.size);
			for (const { headers } of requests) assert.equal(headers["proxy-authorization"], undefined);
		}
		if (program !== "squid") return;
		const asked = await proxy.requests(contents.size + 1);
		assert.equal(asked.filter((line) => line.startsWith("GET http://localhost:")).length, contents.size);
		// Connections through a tunnel are kept.
		const tunnels = asked.filter((line) => line.startsWith("CONNECT")).length;
		assert.ok(tunnels <= 3, `${tunnels} tunnels`);
	});
}

for (const method of ["threads", "processes", "mix"] as const) {
	test(`${method} goes through proxies as well`, { skip: cannotProxy }, async (context) => {
		const [{ url, requests }] = await serveBoth(context);
		const { port, ...proxy } = await startProxy(context, { program: "squid", asks: true });
		const list = Array.from({ length: 6 }, (_, n) => `${url}/f1?${n}`).join("\n");
		const run = (proxy: string) =>
			runList(context, list, { options: { method, workers: 2, concurrency: 4, retries: 0, ...proxiesOf(proxy) } });
		assert.equal((await run(`me:secret@127.0.0.1:${port}`)).summary.saved, 6);
		assert.equal(requests.length, 6);
		assert.equal((await proxy.requests(6)).filter((line) => line.startsWith("GET")).length, 6);
		const socks = await startProxy(context, { program: "microsocks", asks: true });
		assert.equal((await run(`socks5h://me:secret@127.0.0.1:${socks.port}`)).summary.saved, 6);
		const refused = await run(`socks5h://me:wr0ng@127.0.0.1:${socks.port}`);
		assert.deepEqual(refused.summary.errors, { connect: 6 });
	});
}

test("no_proxy goes past the proxy, loopback alone does not", { skip: cannotProxy }, async (context) => {
	const [{ url }, secure] = await serveBoth(context);
	const proxy = await startProxy(context, { program: "squid", asks: false });
	const list = `${url}/f1\n${secure.url}/f1\n${secure.url.replace("127.0.0.1", "localhost")}/f0`;
	const options = { insecure: true, ...proxiesOf(`127.0.0.1:${proxy.port}`, `127.0.0.0/8`) };
	const { summary } = await runList(context, list, { options });
	assert.equal(summary.saved, 3);
	assert.deepEqual(
		(await proxy.requests(1)).map((line) => line.replace(/\d+$/, "PORT")),
		["CONNECT localhost:PORT"],
	);
});

type Refusal = {
	readonly name: string;
	readonly setting: ProxySetting;
	readonly proxy: (port: number) => string;
	/** Of the origin; for a host that is not there, a name. */
	readonly listed?: string;
	readonly codes: readonly [http: string, https: string];
	readonly message: RegExp;
};

const squid = { program: "squid", asks: true } as const;
const socks = { program: "microsocks", asks: true } as const;
const refusals: readonly Refusal[] = [
	{
		name: "squid without credentials",
		setting: squid,
		proxy: (port) => `127.0.0.1:${port}`,
		codes: ["http_407", "http_407"],
		message: /^the proxy 127\.0\.0\.1:\d+ answered 407: it wants a user name and password/,
	},
	{
		name: "squid with a wrong password",
		setting: squid,
		proxy: (port) => `me:wr0ng@127.0.0.1:${port}`,
		codes: ["http_407", "http_407"],
		message: /^the proxy 127\.0\.0\.1:\d+ answered 407: it refuses the user name and password/,
	},
	{
		name: "squid that cannot reach the host",
		setting: { program: "squid", asks: false },
		proxy: (port) => `127.0.0.1:${port}`,
		listed: "127.0.0.1:1",
		codes: ["http_503", "http_503"],
		message: /answered 503.*127\.0\.0\.1:/,
	},
	{
		name: "microsocks without credentials",
		setting: socks,
		proxy: (port) => `socks5://127.0.0.1:${port}`,
		codes: ["connect", "connect"],
		message: /^the proxy 127\.0\.0\.1:\d+ wants a user name and password/,
	},
	{
		name: "microsocks with a wrong password",
		setting: socks,
		proxy: (port) => `socks5h://me:wr0ng@127.0.0.1:${port}`,
		codes: ["connect", "connect"],
		message: /^the proxy 127\.0\.0\.1:\d+ refuses the user name and password/,
	},
	{
		name: "microsocks that cannot reach the host",
		setting: socks,
		proxy: (port) => `socks5://me:secret@127.0.0.1:${port}`,
		listed: "127.0.0.1:1",
		codes: ["connect", "connect"],
		message: /^the proxy 127\.0\.0\.1:\d+ cannot connect to 127\.0\.0\.1:1: connection refused/,
	},
];

for (const { name, setting, proxy, listed, codes, message } of refusals) {
	test(`${name}: ${codes.join(" and ")}`, { skip: cannotProxy }, async (context) => {
		const origins = await serveBoth(context);
		const { port } = await startProxy(context, setting);
		const list = origins.map(({ url }) => (listed === undefined ? url : url.replace(/127.*/, listed)));
		const { outcomes } = await runList(context, list.map((url) => `${url}/f1`).join("\n"), {
			options: { insecure: true, retries: 0, concurrency: 1, ...proxiesOf(proxy(port)) },
		});
		assert.deepEqual(
			outcomes.map(({ error }) => error?.code),
			codes,
		);
		for (const { error } of outcomes) {
			assert.match(error?.message ?? "", message);
			assert.doesNotMatch(error?.message ?? "", /wr0ng|secret/);
		}
	});
}

function proxiesOf(url: string, noProxy = ""): { proxies?: ReturnType<typeof readProxies> & {} } {
	const proxies = readProxies(url, { no_proxy: noProxy });
	return proxies ? { proxies } : {};
}
