/** `--retry-status`: which further statuses are tried again, and what that changes for a part. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { serve } from "../download/serve.ts";
import { byLine, contentOf, runList } from "./run-list.ts";

for (const method of ["async", "threads"] as const) {
	test(`${method}: those that are named, and the usual ones`, async (context) => {
		const { url } = await serve(context, (request, response, nth) => {
			response.statusCode = nth === 0 ? Number(request.url?.slice(1)) : 200;
			response.end("text");
		});
		const list = [403, 404, 410, 503].map((status) => `${url}/${status}`).join("\n");
		const options = { method, workers: 2, retryStatuses: [403, 404] } as const;
		const { outcomes } = await runList(context, list, { options });
		assert.deepEqual(
			byLine(outcomes).map(({ status, attempts }) => [status, attempts]),
			[
				["saved", 2],
				["saved", 2],
				["failed", 1],
				["saved", 2],
			],
		);
	});
}

test("a part waits until the status passes", async (context) => {
	const { url, requests } = await serve(context, (request, response, nth) => {
		const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
		if (nth === 1) return void response.writeHead(403).end();
		response.setHeader("etag", '"1"').setHeader("content-length", 1000 - from);
		if (from > 0) response.setHeader("content-range", `bytes ${from}-999/1000`);
		response.statusCode = from > 0 ? 206 : 200;
		if (nth === 0) response.write("x".repeat(500), () => response.destroy());
		else response.end("x".repeat(1000 - from));
	});
	const { dir } = await runList(context, `${url}/a`, { options: { retryStatuses: [403] } });
	assert.equal(contentOf(dir, "a").length, 1000);
	assert.deepEqual(
		requests.map(({ headers }) => headers.range),
		[undefined, "bytes=500-", "bytes=500-"],
	);
});

test("what is no status is refused", () => {
	const read = (retryStatus: string): readonly number[] =>
		resolveOptions({ retryStatus }, { version: "1", cores: 1 }).retryStatuses;
	assert.deepEqual(read("403, 404,520"), [403, 404, 520]);
	for (const bad of ["", "200", "600", "403;404", "4xx", "403,"])
		assert.throws(() => read(bad), { code: "usage" }, bad);
});
