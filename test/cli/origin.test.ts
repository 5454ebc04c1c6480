/** The commands `origin` and `demo`, run as processes. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { freshFolder } from "./fresh-folder.ts";
import { downspout, startDownspout, waitForEnd } from "./run-downspout.ts";

for (const { signal, expected } of [
	{ signal: "SIGINT", expected: 130 },
	{ signal: "SIGTERM", expected: 143 },
] as const) {
	test(`origin prints one line, serves its list, and ends with ${expected} on ${signal}`, async (context) => {
		const cwd = await freshFolder(context);
		const args = [
			"origin",
			"--files",
			"3",
			"--size",
			"2Ki",
			"--latency",
			"1ms",
			"--jitter",
			"0.001s",
			"--list",
			"list.txt",
		];
		const child = startDownspout(args, { cwd });
		const ended = waitForEnd(child);
		const [line] = await new Promise<string[]>((resolve) =>
			child.stdout?.once("data", (data) => resolve([String(data)])),
		);
		const { url, list, files } = JSON.parse(line ?? "");
		assert.deepEqual({ list, files }, { list: "list.txt", files: 3 });
		const urls = (await readFile(join(cwd, "list.txt"), "utf8")).trim().split("\n");
		assert.equal(urls.length, 3);
		assert(urls.every((one) => one.startsWith(`${url}/`)));
		const bytes = await (await fetch(urls[0] ?? "")).arrayBuffer();
		assert.equal(bytes.byteLength, 2048);
		child.kill(signal);
		assert.deepEqual(await ended, { code: expected, stdout: line, stderr: "" });
	});
}

test("the demo ends as planned and leaves what it says", async (context) => {
	const cwd = await freshFolder(context);
	const { code, stdout, stderr } = await downspout(["demo", "-d", "shown", "--json", "-q"], { cwd });
	assert.equal(code, 0, stderr);
	const summary = JSON.parse(stdout);
	assert(summary.failed > 0 && summary.retries > 0);
	assert.deepEqual(Object.keys(summary.errors), ["http_404"]);
	// Else the level would fall: nobody's first run should be a slow one.
	assert.equal(summary.hosts[0].refused, 0);
	assert.equal((await readdir(join(cwd, "shown/files"))).length, summary.saved + 1);
	for (const named of ["shown/urls.txt", "shown/files", "failed.txt", "urls.txt -d downloads"])
		assert(stderr.includes(named), named);
});
