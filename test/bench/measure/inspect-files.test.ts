/** The look at the files after a run: whole, changed, damaged, and when they were finished. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspectFiles } from "../../../src/bench/measure/inspect-files.ts";
import { expectOrigin, expectSameAgain } from "../../../src/bench/workload/expectation.ts";
import { originBytes, originPath } from "../../../src/origin/content.ts";

const signal = new AbortController().signal;
const seed = 5;

async function withFolder(work: (dir: string) => Promise<void>): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), "bench-inspect-"));
	try {
		await work(dir);
	} finally {
		await rm(dir, { recursive: true });
	}
}

function originFile(index: number, sizeBytes: number): { path: string; name: string; bytes: Buffer } {
	const path = originPath(index, sizeBytes);
	return {
		path,
		name: path.slice(path.lastIndexOf("/") + 1),
		bytes: originBytes(seed, path, { start: 0, end: sizeBytes }),
	};
}

test("files of the lab origin: whole, one byte off, cut short, and one that is none of it", async () => {
	await withFolder(async (dir) => {
		const files = [originFile(0, 10_240), originFile(1, 3_000_000), originFile(2, 500), originFile(3, 700)];
		const expectation = expectOrigin(
			seed,
			files.map(({ path }) => `http://127.0.0.1:9${path}`),
		);
		const [whole, large, off, short] = files;
		assert.ok(whole && large && off && short);
		await writeFile(join(dir, whole.name), whole.bytes);
		await writeFile(join(dir, large.name), large.bytes);
		off.bytes[100] = (off.bytes[100] ?? 0) ^ 1;
		await writeFile(join(dir, off.name), off.bytes);
		await writeFile(join(dir, short.name), short.bytes.subarray(0, 699));
		await writeFile(join(dir, "stranger.bin"), "x");
		const found = await inspectFiles(dir, expectation, signal);
		assert.equal(found.good, 2);
		assert.equal(found.bytes, 3_010_240);
		assert.deepEqual([...found.wrong].sort(), [off.name, short.name]);
	});
});

test("files of other servers: the same again, or changed; downspout's own folder is none", async () => {
	await withFolder(async (dir) => {
		const expectation = expectSameAgain();
		await mkdir(join(dir, "sub"));
		await mkdir(join(dir, ".downspout"));
		await writeFile(join(dir, ".downspout", "journal"), "x");
		await writeFile(join(dir, "sub", "a"), "one");
		await writeFile(join(dir, "b"), "two");
		const first = await inspectFiles(dir, expectation, signal);
		assert.deepEqual([first.good, first.changed, first.bytes], [2, 0, 6]);
		await writeFile(join(dir, "b"), "six");
		const second = await inspectFiles(dir, expectation, signal);
		assert.deepEqual([second.good, second.changed], [2, 1]);
	});
});

test("a file is finished when it was, whatever date it was given", async () => {
	await withFolder(async (dir) => {
		const before = Date.now() - 1000;
		await writeFile(join(dir, "a"), "x");
		await utimes(join(dir, "a"), 0, 0);
		const { finishedAtMs } = await inspectFiles(dir, expectSameAgain(), signal);
		assert.ok((finishedAtMs[0] ?? 0) > before);
	});
});

test("an abort ends the look", async () => {
	await withFolder(async (dir) => {
		await writeFile(join(dir, "a"), "x");
		await assert.rejects(inspectFiles(dir, expectSameAgain(), AbortSignal.abort()));
	});
});
