/** Whether a list's server answers at all. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { probe } from "../../../src/bench/workload/probe.ts";
import type { Entry } from "../../../src/core/entry.ts";
import { UsageError } from "../../../src/core/usage-error.ts";
import "../../without-proxies.ts";

const program = [process.execPath, fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url))] as const;

async function probeUrls(name: string, urls: readonly string[], signal = new AbortController().signal): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "probe-test-"));
	const entries = urls.map((url, n): Entry => ({ line: n + 1, urls: [url] }));
	try {
		await probe(name, entries, { program, folder, signal });
		assert.deepEqual(await readdir(folder), ["probes.jsonl"]);
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function withServer(work: (url: string) => Promise<void>): Promise<void> {
	const server = createServer((request, response) => {
		const allowed = request.url !== "/private" || request.headers.authorization === "Basic dTpwQHM=";
		response.statusCode = request.url === "/missing" ? 404 : allowed ? 200 : 401;
		response.end("x");
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	assert.ok(typeof address === "object" && address !== null);
	try {
		await work(`http://127.0.0.1:${address.port}`);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

test("one success among failures is enough, credentials in the URL are used", async () => {
	await withServer(async (url) => {
		await probeUrls("l", [`${url}/missing`, `${url}/a`]);
		await probeUrls("l", [`${url.replace("//", "//u:p%40s@")}/private`]);
	});
});

test("a server that fails is refused with its reason", async () => {
	await withServer(async (url) => {
		await assert.rejects(
			probeUrls("urls.txt", new Array<string>(7).fill(`${url}/missing`)),
			(error) => error instanceof UsageError && /urls\.txt.*first 7 URLs.*404/.test(error.message),
		);
	});
});

test("a server that is not there, and a list without a URL", async () => {
	await assert.rejects(
		probeUrls("l", ["http://127.0.0.1:1/"]),
		(error) => error instanceof UsageError && /cannot connect to 127\.0\.0\.1:1/.test(error.message),
	);
	await assert.rejects(probeUrls("l", []), /nothing to measure/);
});

test("an abort ends it", async () => {
	const server = createServer(() => {}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	assert.ok(typeof address === "object" && address !== null);
	const stop = new AbortController();
	server.once("request", () => stop.abort(new Error("enough")));
	await assert.rejects(probeUrls("l", [`http://127.0.0.1:${address.port}/`], stop.signal), /enough/);
	server.closeAllConnections();
	server.close();
});
