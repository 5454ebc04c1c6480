/** Disks that are full and directories that cannot be written: the code, the end of the run, and that nothing torn stays. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { RunEvent } from "../../src/core/event.ts";
import type { RunError } from "../../src/run/run-error.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { entryOf, filesIn, runList } from "../run/run-list.ts";
import { cannotMount, mountTmpfs, mountTmpfsAt, remountReadOnly } from "./mounts.ts";

for (const [name, sizeBytes] of [
	["small", 60_000],
	["large", 700_000],
] as const) {
	test(`a disk that ${name} files fill ends the run as disk_full, every saved file is whole, and a later run goes on`, {
		skip: cannotMount,
	}, async (context) => {
		const dir = join(mountTmpfs(context), "downloads");
		const { url } = await serve(context, (_, response) => response.end(Buffer.alloc(sizeBytes, "x")));
		const list = Array.from({ length: 40 }, (_, n) => `${url}/${n}`).join("\n");
		const events: RunEvent[] = [];
		await assert.rejects(
			runList(context, list, { dir, options: { concurrency: 4 }, onEvent: (event) => events.push(event) }),
			(error: RunError) => {
				assert.equal(error.code, "disk_full");
				assert.match(error.message, /free some/);
				assert.equal(error.summary?.total, events.filter(({ type }) => type === "ended").length);
				return true;
			},
		);
		const failures = events.flatMap((event) =>
			event.type === "ended" && event.outcome.error ? [event.outcome.error.code] : [],
		);
		assert(failures.length > 0);
		assert.deepEqual(new Set(failures), new Set(["disk_full"]));
		for (const file of filesIn(dir)) assert.equal(statSync(join(dir, file)).size, sizeBytes);
		for (const file of filesIn(dir)) rmSync(join(dir, file));
		const { summary } = await runList(context, `${url}/1`, { dir });
		assert.equal(summary.saved, 1);
	});
}

test("a download directory that cannot be written keeps the run from starting", {
	skip: cannotMount,
}, async (context) => {
	const folder = mountTmpfs(context);
	remountReadOnly(folder);
	await assert.rejects(runList(context, "http://127.0.0.1/", { dir: join(folder, "downloads") }), (error: RunError) => {
		assert.equal(error.code, "dir_unusable");
		assert(error.message.includes(join(folder, "downloads")) && error.message.includes("EROFS"));
		return true;
	});
});

test("a folder below it that cannot be written is io, is not tried again, and the run goes on", {
	skip: cannotMount,
}, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const folder = mountTmpfs(context);
	const dir = join(folder, "downloads");
	const locked = join(dir, "locked");
	mkdirSync(locked, { recursive: true });
	mountTmpfsAt(locked);
	remountReadOnly(locked);
	const entries = [
		entryOf(`${url}/a`, { out: "locked/a" }),
		entryOf(`${url}/b`, { out: "locked/deep/b" }),
		entryOf(`${url}/c`),
	];
	const { outcomes } = await runList(context, entries, { dir });
	const ends = outcomes.map(({ status, error, attempts }) => [error?.code ?? status, attempts]);
	assert.deepEqual(ends.sort(), [
		["io", 1],
		["io", 1],
		["saved", 1],
	]);
	for (const { error } of outcomes) if (error) assert.match(error.message, /locked|EROFS|EXDEV/);
});

test("a file in the place of the download directory keeps the run from starting", async (context) => {
	const dir = join(freshFolder(context), "downloads");
	writeFileSync(dir, "a file");
	await assert.rejects(
		runList(context, "http://127.0.0.1/", { dir }),
		(error: RunError) => error.code === "dir_unusable",
	);
	assert.equal(readFileSync(dir, "utf8"), "a file");
});

test("a file in the place of a folder is exists, in the place of the folder's parent too", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const dir = join(freshFolder(context), "downloads");
	mkdirSync(dir);
	writeFileSync(join(dir, "taken"), "a file");
	const entries = [entryOf(`${url}/a`, { out: "taken/a" }), entryOf(`${url}/b`, { out: "taken/deep/b" })];
	const { outcomes } = await runList(context, entries, { dir });
	assert.deepEqual(
		outcomes.map(({ error }) => error?.code),
		["exists", "exists"],
	);
	assert.deepEqual(readdirSync(dir).sort(), [".downspout", "taken"]);
});
