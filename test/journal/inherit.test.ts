/** What becomes of the traces of a worker that died while the run goes on. */
import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { stateLayout } from "../../src/core/state-layout.ts";
import { openDirectory } from "../../src/journal/directory.ts";
import { createOwner } from "../../src/journal/owner.ts";
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
