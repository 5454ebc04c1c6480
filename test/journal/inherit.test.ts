/** What becomes of the traces of a worker that died while the run goes on. */
import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { stateLayout } from "../../src/core/state-layout.ts";
import { openDirectory } from "../../src/journal/directory.ts";
import { createOwner } from "../../src/journal/owner.ts";
import { revokeOwners } from "../../src/journal/owners.ts";
import { seize } from "../../src/journal/parts.ts";
import { freshFolder } from "../run/fresh-folder.ts";

test("a part of which a dead worker made the file goes, one that may be continued stays", async (context) => {
	const dir = freshFolder(context);
	const layout = stateLayout(dir);
	const shared = { dir, run: "run", fresh: false, fsync: false, onUnflushed() {} };
	const directory = await openDirectory({ ...shared, warn: (message) => assert.fail(message) });
	const owner = createOwner(layout, "run-async-1", { coordinatorPid: process.pid });
	const [done, begun] = ["0123456789abcdef0123", "0123456789abcdef4567"];
	for (const key of [done, begun]) {
		const part = join(layout.parts, `${key}@${owner.id}`);
		mkdirSync(part);
		for (const name of ["body", "source.json"]) writeFileSync(join(part, name), "text");
	}
	owner.intend([{ key: done, file: "file", bytes: 4, source: `${done}@${owner.id}/body` }]);
	linkSync(join(layout.parts, `${done}@${owner.id}`, "body"), join(dir, "file"));
	// It dies before it has removed the other name.
	owner.retire();
	assert.deepEqual([...directory.inherit(owner.id)], [[done, { file: "file", bytes: 4 }]]);
	await nextTurn();
	await nextTurn();
	assert.deepEqual(readdirSync(layout.parts), [begun]);
	assert.equal(readFileSync(join(dir, "file"), "utf8"), "text");
	directory.close();
	assert.deepEqual(readdirSync(layout.owners), []);
});

/** A worker of a cluster that has announced a small file and one with a part, and sleeps before it gives them their names. */
async function startSleeper(context: TestContext) {
	const dir = freshFolder(context);
	const layout = stateLayout(dir);
	const open = (run: string, over: readonly string[] = []) =>
		openDirectory({ dir, run, over, fresh: false, fsync: false, onUnflushed() {}, warn: (text) => assert.fail(text) });
	const directory = await open("run");
	const owner = createOwner(layout, "run-cluster-1-async-1", { coordinatorPid: process.pid, revocable: true });
	context.after(() => owner.retire());
	const files = [
		{ key: "0123456789abcdef0123", file: "small", bytes: 4, source: `${owner.id}~1` },
		{ key: "0123456789abcdef4567", file: "large", bytes: 4, source: `0123456789abcdef4567@${owner.id}/body` },
	];
	for (const { source } of files) {
		mkdirSync(dirname(join(layout.parts, source)), { recursive: true });
		writeFileSync(join(layout.parts, source), "text");
	}
	owner.intend(files);
	const name = (n: number): void =>
		linkSync(join(layout.parts, files[n]?.source ?? ""), join(dir, files[n]?.file ?? ""));
	return { dir, layout, open, directory, owner, name };
}

test("a worker that slept between its last look and the link finds nothing to link", async (context) => {
	const { directory, name, dir, layout } = await startSleeper(context);
	assert.deepEqual([...directory.inherit("run-cluster-1")], []);
	for (const n of [0, 1]) assert.throws(() => name(n), { code: "ENOENT" });
	// Nor does a file that another one has put there count as its own.
	for (const file of ["small", "large"]) writeFileSync(join(dir, file), "othr");
	assert.deepEqual([...directory.inherit("run-cluster-1")], []);
	await nextTurn();
	await nextTurn();
	assert.deepEqual(readdirSync(layout.parts), ["0123456789abcdef4567"]);
	directory.close();
});

test("what it had linked before counts, also when the one who takes over is killed before that is recorded", async (context) => {
	const { name, open, layout } = await startSleeper(context);
	for (const n of [0, 1]) name(n);
	const isTheirs = (id: string): boolean => id.startsWith("run-cluster-1");
	revokeOwners(layout, isTheirs);
	for (const part of readdirSync(layout.parts)) seize(layout, part, isTheirs);
	const next = await open("next", ["run"]);
	for (const key of ["0123456789abcdef0123", "0123456789abcdef4567"])
		assert.equal(next.journal.meet(key).saved?.bytes, 4);
	assert.deepEqual([readdirSync(layout.parts), [...next.leftovers]], [[], []]);
	next.close();
});

test("what a run that is over had announced and not linked does not count, and is not linked any more", async (context) => {
	const { name, open, dir } = await startSleeper(context);
	const next = await open("next", ["run"]);
	for (const n of [0, 1]) assert.throws(() => name(n), { code: "ENOENT" });
	for (const file of ["small", "large"]) writeFileSync(join(dir, file), "othr");
	for (const key of ["0123456789abcdef0123", "0123456789abcdef4567"])
		assert.equal(next.journal.meet(key).saved, undefined);
	assert.deepEqual([...next.leftovers], ["0123456789abcdef4567"]);
	next.close();
});
