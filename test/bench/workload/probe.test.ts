/** Whether a list's server answers at all. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { probe } from "../../../src/bench/workload/probe.ts";
import { UsageError } from "../../../src/core/usage-error.ts";

const signal = new AbortController().signal;

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
		await probe("l", [`${url}/missing`, `${url}/a`], signal);
		await probe("l", [`${url.replace("//", "//u:p%40s@")}/private`], signal);
	});
});

test("a server that fails is refused with its reason", async () => {
	await withServer(async (url) => {
		await assert.rejects(
			probe("urls.txt", new Array<string>(7).fill(`${url}/missing`), signal),
			(error) => error instanceof UsageError && /urls\.txt.*first 7 URLs.*404/.test(error.message),
		);
	});
});

test("a server that is not there, and a list without a URL", async () => {
	await assert.rejects(probe("l", ["http://127.0.0.1:1/"], signal), UsageError);
	await assert.rejects(probe("l", [], signal), /nothing to measure/);
});
