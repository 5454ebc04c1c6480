/** Free space: what does not fit is not begun, and a list that names its sizes is warned of at its start. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { byLine, entryOf, filesIn, partsIn, runList } from "../run/run-list.ts";
import { cannotMount, mountTmpfs } from "./mounts.ts";

for (const method of ["async", "threads"] as const) {
	test(`${method}: a large file that does not fit ends the run before the disk is full`, {
		skip: cannotMount,
	}, async (context) => {
		const dir = join(mountTmpfs(context), "downloads");
		const { url } = await serve(context, (request, response) => {
			if (request.url === "/small") return void response.end("text");
			response.setHeader("content-length", 20 * 1024 * 1024);
			response.write(Buffer.alloc(100_000));
		});
		const options = { method, workers: 2, concurrency: 2, perHost: 1 } as const;
		await assert.rejects(runList(context, `${url}/small\n${url}/large`, { dir, options }), (error: unknown) => {
			assert.ok(error instanceof Error);
			assert.equal(Reflect.get(error, "code"), "disk_full");
			assert.match(error.message, /^no space left: 20971520 bytes are needed, and \d+ are free/);
			return true;
		});
		assert.deepEqual([filesIn(dir), partsIn(dir)], [["small"], []]);
	});
}

test("sizes that the list names are added up, and what does not fit is one warning", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const entries = ["a", "b", "c"].map((name, n) =>
		entryOf(`${url}/${name}`, { line: n + 1, sizeBytes: n === 0 ? 4 : 5e15 }),
	);
	const { warnings, outcomes } = await runList(context, entries, { options: { retries: 0 } });
	assert.equal(warnings.length, 1);
	assert.match(
		warnings[0] ?? "",
		/^too little space: the list names files of more than 5000000000000004 bytes, and \d+ were free/,
	);
	assert.deepEqual(
		byLine(outcomes).map(({ status }) => status),
		["saved", "failed", "failed"],
	);
});
