/** Real servers: every file whole over connections that they limit, and a file that was stopped goes on. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { filesIn, runList } from "../run/run-list.ts";
import { cannotServe, type Setting, startServer } from "./real-server.ts";

const settings: readonly Setting[] = [
	{ program: "nginx", requests: 1000 },
	{ program: "nginx", requests: 3 },
	{ program: "nginx", requests: 0 },
	{ program: "nginx", tls: "TLSv1.2", requests: 5 },
	{ program: "nginx", tls: "TLSv1.3", requests: 1000 },
	{ program: "nginx", tls: "TLSv1.3", http2: true, requests: 1000 },
	{ program: "nginx", tls: "TLSv1.2", http2: true, requests: 5 },
	{ program: "nginx", http2: true, requests: 7 },
	{ program: "lighttpd", requests: 1000 },
	{ program: "lighttpd", requests: 3 },
];

for (const setting of settings) {
	const { program, tls = "no TLS", requests, http2: speaksHttp2 } = setting;
	const http2 = speaksHttp2 ? "always" : "auto";
	const name = `${program}, ${tls}${speaksHttp2 ? ", HTTP/2" : ""}`;
	test(`${name}, ${requests} requests a connection`, { skip: cannotServe }, async (context) => {
		const { url, root } = await startServer(context, setting);
		const sizes = [0, 1, 1000, 10_240, 70_000, 300_000, 2_000_000];
		const names = Array.from({ length: 60 }, (_, n) => `f${n}.txt`);
		const contents = new Map(names.map((name, n) => [name, randomBytes(sizes[n % sizes.length] ?? 0)]));
		for (const [name, bytes] of contents) writeFileSync(join(root, name), bytes);
		const list = [...names, "missing"].map((name) => `${url}/${name}`).join("\n");
		const options = { concurrency: 6, perHost: 6, retries: 0, insecure: true, http2 } as const;
		const { dir, summary } = await runList(context, list, { options });
		assert.deepEqual([summary.saved, summary.failed, summary.errors], [60, 1, { http_404: 1 }]);
		assert.equal(filesIn(dir).length, 60);
		for (const [name, bytes] of contents) assert.ok(bytes.equals(readFileSync(join(dir, name))), name);
	});

	// What a connection serves does not matter here.
	if (requests < 1000) continue;
	test(`${name}: what was stopped goes on by Range`, {
		skip: cannotServe || requests !== 1000,
	}, async (context) => {
		const { url, root } = await startServer(context, setting);
		const bytes = randomBytes(4_000_000);
		writeFileSync(join(root, "slow"), bytes);
		const abort = new AbortController();
		const options = { insecure: true, http2 } as const;
		const first = await runList(context, `${url}/slow`, {
			options,
			signal: abort.signal,
			onEvent: (event) => {
				if (event.type === "progress" && event.bytes > 100_000) abort.abort("enough");
			},
		});
		assert.equal(first.outcomes[0]?.status, "cancelled");
		const second = await runList(context, `${url}/slow`, { options, dir: first.dir });
		assert.deepEqual([second.outcomes[0]?.status, second.outcomes[0]?.httpStatus], ["saved", 206]);
		assert.ok(bytes.equals(readFileSync(join(first.dir, "slow"))));
	});
}
