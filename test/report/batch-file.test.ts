/** Batches keep every line, in order, and errors come out once. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createBatchFile } from "../../src/report/batch-file.ts";

async function freshPath(context: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "downspout-batch-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	return join(folder, "lines.txt");
}

/** Writes so much at once that the bound on waiting text is passed, in lines of more bytes than characters. */
async function writeLines(path: string, count: number, between: (index: number) => Promise<void>): Promise<string[]> {
	const written: string[] = [];
	const file = await createBatchFile<string>(path, { format: String, onError: (error) => assert.fail(String(error)) });
	for (let index = 0; index < count; index++) {
		const line = `${index} é 写 ${"x".repeat(index % 200)}`;
		written.push(line);
		file.write(`${line}\n`);
		await between(index);
	}
	await file.close();
	file.write("after the end\n");
	return written;
}

test("a burst that passes the bound arrives whole and in order", async (context) => {
	const path = await freshPath(context);
	let turns = 0;
	const written = await writeLines(path, 120_000, async (index) => {
		if (index % 40_000 === 700) {
			turns += 1;
			await nextTurn();
		}
	});
	assert.equal(turns, 3);
	assert.equal(await readFile(path, "utf8"), `${written.join("\n")}\n`);
});

test("a trickle arrives whole and in order", async (context) => {
	const path = await freshPath(context);
	const written = await writeLines(path, 3000, () => nextTurn());
	assert.equal(await readFile(path, "utf8"), `${written.join("\n")}\n`);
});

test("lines reach the disk while the file is open", async (context) => {
	const path = await freshPath(context);
	const file = await createBatchFile<string>(path, { format: String, onError: (error) => assert.fail(String(error)) });
	file.write("one\n");
	const deadline = AbortSignal.timeout(10_000);
	while ((await readFile(path, "utf8")) !== "one\n") {
		deadline.throwIfAborted();
		await nextTurn();
	}
	await file.close();
});
