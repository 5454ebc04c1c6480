/** Hosts that answer nobody are given up; those that answered once are not. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { test } from "node:test";
import { freePort, serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

const retries = { retries: 3, retryBaseMs: 1000 };

test("a host that refuses every connection is given up, and does not hold the others up", async (context) => {
	const dead = `http://127.0.0.1:${await freePort()}`;
	const { url } = await serve(context, (_, response) => response.end("text"));
	const list = Array.from({ length: 500 }, (_, n) => `${dead}/${n}\n${url}/${n}`).join("\n");
	const started = performance.now();
	const { summary, outcomes, warnings } = await runList(context, list, { options: retries });
	assert.deepEqual([summary.saved, summary.failed], [500, 500]);
	assert.deepEqual(summary.errors, { connect: 500 });
	assert(performance.now() - started < 15_000);
	const never = outcomes.filter(({ attempts }) => attempts === 0);
	assert(never.length > 400, `${never.length} were never asked for`);
	assert.deepEqual(
		warnings.filter((warning) => warning.includes("given up")).map((warning) => /\d+$/.exec(warning)?.[0]),
		[String(summary.hosts.find(({ failed }) => failed === 500) ? passedOver(warnings) : 0)],
	);
});

function passedOver(warnings: readonly string[]): number {
	const count = Number(/not asked for: (\d+)$/.exec(warnings.find((one) => one.includes("given up")) ?? "")?.[1]);
	assert(count > 400 && count <= 500, `${count}`);
	return count;
}

test("an unknown host is given up", async (context) => {
	const list = Array.from({ length: 60 }, (_, n) => `http://nobody.invalid/${n}`).join("\n");
	const { summary, outcomes } = await runList(context, list, { options: { ...retries, concurrency: 4 } });
	assert.deepEqual(summary.errors, { dns: 60 });
	assert(outcomes.filter(({ attempts }) => attempts === 0).length >= 30);
});

test("a host that refuses all beyond the first few is not given up while those wait for their answers", async (context) => {
	const waiting: ServerResponse[] = [];
	let isFull = (): void => undefined;
	const full = new Promise<void>((resolve) => {
		isFull = resolve;
	});
	let answers = false;
	const server = createServer((_, response) => {
		if (answers) return void response.end("text");
		waiting.push(response);
		if (waiting.length < 4) return;
		server.close();
		isFull();
	}).listen(0, "127.0.0.1");
	server.keepAliveTimeout = 60_000;
	await once(server, "listening");
	context.after(() => server.closeAllConnections());
	const address = server.address();
	assert(address !== null && typeof address === "object");
	const entry = (_: unknown, n: number) => ({ line: n + 1, urls: [`http://127.0.0.1:${address.port}/${n}`] as const });
	const entries = Array.from({ length: 200 }, entry);
	const list = (async function* () {
		yield entries.slice(0, 4);
		await full;
		yield entries.slice(4);
	})();
	let refused = 0;
	const { summary } = await runList(context, list, {
		options: { retries: 3, retryBaseMs: 2000, concurrency: 64, perHost: 64 },
		onEvent(event) {
			refused += event.type === "retry" || (event.type === "note" && / given up/.test(event.message)) ? 1 : 0;
			if (refused < 21 || answers) return;
			answers = true;
			for (const response of waiting) response.end("text");
		},
	});
	assert.deepEqual([summary.saved, summary.errors], [200, {}]);
});

test("mirrors take over from a host that was given up, at once", async (context) => {
	const dead = `http://127.0.0.1:${await freePort()}`;
	const { url } = await serve(context, (_, response) => response.end("text"));
	const list = Array.from({ length: 60 }, (_, n) => `${dead}/${n}\t${url}/${n}`).join("\n");
	const { summary, outcomes } = await runList(context, list, { options: { ...retries, concurrency: 4 } });
	assert.equal(summary.saved, 60);
	assert(outcomes.filter(({ attempts }) => attempts === 1).length >= 30, "those that never asked the dead one");
});

test("--no-circuit-breaker asks on", async (context) => {
	const dead = `http://127.0.0.1:${await freePort()}`;
	const list = Array.from({ length: 60 }, (_, n) => `${dead}/${n}`).join("\n");
	const { outcomes, warnings } = await runList(context, list, {
		options: { retries: 1, retryBaseMs: 1, circuitBreaker: false },
	});
	assert(outcomes.every(({ attempts }) => attempts === 2));
	assert.deepEqual(warnings, []);
});

test("a host that has answered somebody is not given up", async (context) => {
	const server = await serve(context, (request, response) => {
		if (request.url === "/0") return void response.writeHead(404).end();
		request.socket.destroy();
	});
	const list = Array.from({ length: 60 }, (_, n) => `${server.url}/${n}`).join("\n");
	const { outcomes } = await runList(context, list, { options: { retries: 1, retryBaseMs: 1, concurrency: 1 } });
	assert(outcomes.every(({ attempts }) => attempts > 0));
});
