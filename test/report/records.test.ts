/** The records of a run, as they stand on a real disk. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Outcome } from "../../src/core/outcome.ts";
import { createTally, summarize } from "../../src/core/tally.ts";
import { LogDirError } from "../../src/report/log-dir-error.ts";
import { openRecords } from "../../src/report/records.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnless } from "../skip-unless.ts";

const entry = { line: 1, urls: ["https://example.com/a"] } as const;
const saved: Outcome = {
	line: 1,
	url: "https://user:secret@example.com/a\x1b[2J",
	status: "saved",
	file: "a\u202egpj.exe",
	bytes: 10240,
	httpStatus: 200,
	attempts: 1,
	ms: 31,
	method: "threads",
	worker: 2,
	sha256: "00",
};
const failed: Outcome = {
	...saved,
	line: 2,
	list: "b.txt",
	url: "https://example.com/b",
	status: "failed",
	file: null,
	bytes: 0,
	httpStatus: 404,
	worker: 0,
	error: { code: "http_404", message: "not there at https://user:secret@example.com/b" },
};
const summary = summarize(createTally().snapshot(), { run: "r1", list: "l", dir: "d", method: "mix", elapsedMs: 5 });

async function freshFolder(context: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "downspout-records-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

test("every event has its line, with time, level, method and worker, and no secret", async (context) => {
	const logDir = join(await freshFolder(context), "deep", "logs");
	const records = await openRecords({ logDir, run: "r1" });
	const failure = { code: "timeout", message: "no byte for 30 s", transient: true } as const;
	const worker = { model: "processes", number: 3 } as const;
	records.on({ type: "run-started", run: "r1", list: "l", dir: "d", method: "mix", concurrency: 32 });
	records.on({ type: "run-started", run: "r1", list: "l", dir: "d", sink: "s3://b/p", method: "mix", concurrency: 32 });
	records.on({ type: "attempt-started", id: 1, url: "https://example.com/a", attempt: 1 });
	records.on({ type: "progress", id: 1, bytes: 5 });
	records.on({ type: "retry", id: 1, url: saved.url, attempt: 1, failure, waitMs: 512.3, worker });
	records.on({ type: "ended", id: 1, entry, outcome: saved });
	records.on({ type: "ended", entry, outcome: failed });
	records.on({ type: "ended", entry, outcome: { ...saved, status: "duplicate", method: "mix", worker: 0 } });
	records.on({ type: "warning", message: "odd\nline" });
	records.on({ type: "run-ended", summary });
	await records.close();
	await records.close();

	const log = await readFile(join(logDir, "r1", "log.txt"), "utf8");
	assert.deepEqual(
		log
			.trimEnd()
			.split("\n")
			.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, "")),
		[
			"INFO [mix#0] run r1 started: l -> d (method mix, concurrency 32)",
			"INFO [mix#0] run r1 started: l -> s3://b/p (method mix, concurrency 32)",
			"WARN [processes#3] retry https://example.com/a\\x1b[2J: timeout: no byte for 30 s (attempt 1, again in 512 ms)",
			"INFO [threads#2] saved https://example.com/a\\x1b[2J -> a\\u202egpj.exe (10240 bytes, 31 ms, attempt 1)",
			"ERROR [threads#0] failed https://example.com/b: http_404: not there at https://example.com/b (line 2 of b.txt, 31 ms, attempt 1)",
			"INFO [mix#0] duplicate https://example.com/a\\x1b[2J (line 1)",
			"WARN [mix#0] odd\\x0aline",
			"INFO [mix#0] run r1 ended: saved 0, skipped 0, duplicates 0, failed 0, cancelled 0 (0.005 s)",
		],
	);

	const results = (await readFile(join(logDir, "r1", "results.jsonl"), "utf8")).trimEnd().split("\n");
	const objects: Outcome[] = results.map((line) => JSON.parse(line));
	assert.deepEqual(objects[0], { ...saved, url: "https://example.com/a\x1b[2J" });
	assert.deepEqual(
		Object.keys(objects[1] ?? {}).join(),
		"line,list,url,status,file,bytes,httpStatus,attempts,ms,method,worker,sha256,error",
	);
	assert.doesNotMatch(log + results.join(), /secret/);
	assert.deepEqual(JSON.parse(await readFile(join(logDir, "r1", "summary.json"), "utf8")), summary);
	assert.deepEqual((await readdir(join(logDir, "r1"))).sort(), [
		"failed.txt",
		"log.txt",
		"results.jsonl",
		"summary.json",
	]);
	assert.equal(records.failure(), undefined);
});

test("latest points to the newest run", async (context) => {
	const logDir = await freshFolder(context);
	for (const run of ["r1", "r2"]) await (await openRecords({ logDir, run })).close();
	assert.equal(await readlink(join(logDir, "latest")), "r2");
	assert.deepEqual((await readdir(logDir)).sort(), ["latest", "r1", "r2"]);
});

test("a folder of the user's called latest stays, and the run goes on", async (context) => {
	const logDir = await freshFolder(context);
	await mkdir(join(logDir, "latest", "mine"), { recursive: true });
	await (await openRecords({ logDir, run: "r1" })).close();
	assert.deepEqual((await readdir(logDir)).sort(), ["latest", "r1"]);
	assert.match(await readFile(join(logDir, "r1", "log.txt"), "utf8"), /WARN \[async#0\] latest: /);
});

test("a file of the user's called latest stays, and one that names a run is replaced", async (context) => {
	const cases = [
		{ text: "mine", stays: true },
		{ text: "", stays: true },
		{ text: "20261121T100000Z-ab12cd, my best run\n", stays: true },
		{ text: "20261121T100000Z-ab12cd\n".repeat(100), stays: true },
		{ text: "20261121T100000Z-ab12cd\n", stays: false },
	];
	for (const { text, stays } of cases) {
		const logDir = await freshFolder(context);
		await writeFile(join(logDir, "latest"), text);
		await (await openRecords({ logDir, run: "r1" })).close();
		assert.deepEqual((await readdir(logDir)).sort(), ["latest", "r1"]);
		if (stays) assert.equal(await readFile(join(logDir, "latest"), "utf8"), text);
		else assert.equal(await readlink(join(logDir, "latest")), "r1");
		const log = await readFile(join(logDir, "r1", "log.txt"), "utf8");
		assert.equal(/WARN \[async#0\] latest: .* stays as it is/.test(log), stays, JSON.stringify(text));
	}
});

test("a log folder that cannot be used is one typed error", async (context) => {
	const folder = await freshFolder(context);
	await writeFile(join(folder, "file"), "");
	for (const logDir of [join(folder, "file"), join(folder, "file", "below"), "/proc/nowhere"]) {
		await assert.rejects(openRecords({ logDir, run: "r1" }), (error) => {
			assert(error instanceof LogDirError);
			assert.equal(error.code, "log_dir_unusable");
			return true;
		});
	}
});

test("a run's records are never mixed with those of another of its name", async (context) => {
	const logDir = await freshFolder(context);
	await (await openRecords({ logDir, run: "r1" })).close();
	await assert.rejects(openRecords({ logDir, run: "r1" }), { code: "log_dir_unusable" });
});

test("the folder of a run is for its owner alone", {
	skip: skipUnless(process.platform !== "win32", "rights as POSIX has them"),
}, async (context) => {
	const logDir = join(await freshFolder(context), "logs");
	const records = await openRecords({ logDir, run: "r1" });
	await records.close();
	assert.equal((await stat(join(logDir, "r1"))).mode & 0o777, 0o700);
});

for (const [how, line] of [
	["an error that nobody catches", 'setTimeout(() => { throw new Error("a fault") })'],
	["a second Ctrl+C", "setTimeout(() => process.exit(130))"],
	["an end at once", "process.exit(3)"],
]) {
	test(`what was recorded is on disk after ${how}`, async (context) => {
		const logDir = join(await freshFolder(context), "logs");
		// The second batch comes while the first is being written.
		const script = `
			import { openRecords } from ${JSON.stringify(`${projectRoot}src/report/records.ts`)};
			const records = await openRecords({ logDir: ${JSON.stringify(logDir)}, run: "r1" });
			const outcome = ${JSON.stringify(saved)};
			for (let line = 1; line <= 2000; line++) {
				records.on({ type: "ended", entry: ${JSON.stringify(entry)}, outcome: { ...outcome, line } });
			}
			${line};`;
		spawnSync(process.execPath, ["--input-type=module", "-e", script]);
		const results = await readFile(join(logDir, "r1", "results.jsonl"), "utf8");
		const lines = results.trim().split("\n");
		assert.deepEqual(
			lines.map((text) => JSON.parse(text).line),
			Array.from({ length: 2000 }, (_, n) => n + 1),
		);
	});
}
