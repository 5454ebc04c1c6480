/** HTTP/2 through real proxies: within tunnels it is spoken as without them; what goes through in absolute form stays HTTP/1.1. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readProxies } from "../../src/core/proxy.ts";
import { filesIn, runList } from "../run/run-list.ts";
import { serveHttp2 } from "./http2-servers.ts";
import { cannotProxy, type ProxySetting, startProxy } from "./real-proxy.ts";

type Case = ProxySetting & {
	readonly secure: boolean;
	readonly url: (ports: { readonly port: number; readonly securePort: number }) => string;
};
const cases: readonly Case[] = [
	{ program: "squid", asks: true, secure: true, url: ({ port }) => `me:secret@127.0.0.1:${port}` },
	{ program: "squid", asks: true, secure: true, url: ({ securePort }) => `https://me:secret@127.0.0.1:${securePort}` },
	{ program: "tinyproxy", asks: false, secure: true, url: ({ port }) => `127.0.0.1:${port}` },
	{ program: "microsocks", asks: true, secure: true, url: ({ port }) => `socks5h://me:secret@127.0.0.1:${port}` },
	{ program: "microsocks", asks: false, secure: false, url: ({ port }) => `socks5://127.0.0.1:${port}` },
];

for (const { program, asks, secure, url } of cases) {
	const name = url({ port: 1, securePort: 2 });
	test(`${name}, ${secure ? "https" : "http"}: HTTP/2 within the tunnel`, { skip: cannotProxy }, async (context) => {
		const body = randomBytes(300_000);
		const served = await serveHttp2(
			context,
			(stream) => {
				stream.respond({ ":status": 200 });
				stream.end(body);
			},
			{ secure },
		);
		const proxies = readProxies(url(await startProxy(context, { program, asks })), {});
		assert(proxies);
		const list = Array.from({ length: 12 }, (_, n) => `${served.url}/f${n}`).join("\n");
		const { dir, summary } = await runList(context, list, {
			options: { http2: "always", insecure: true, retries: 0, concurrency: 4, proxies },
		});
		assert.deepEqual([summary.saved, summary.errors], [12, {}]);
		for (const file of filesIn(dir)) assert.ok(body.equals(readFileSync(join(dir, file))));
		assert.equal(served.sessions.length, 1);
		for (const fields of served.requests) assert.equal(fields["proxy-authorization"], undefined);
	});
}
