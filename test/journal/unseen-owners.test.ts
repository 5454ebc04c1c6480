/** Owners whose announcement was taken away, or is not to be seen yet. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mock, test } from "node:test";
import { stateLayout } from "../../src/core/state-layout.ts";
import { createOwner, intentsPath } from "../../src/journal/owner.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { partsIn, runList } from "../run/run-list.ts";

test("an owner whose announcement was taken away makes it again, and announces from the start", (context) => {
	mock.timers.enable({ apis: ["Date"], now: Date.now() });
	context.after(() => mock.timers.reset());
	const layout = stateLayout(join(freshFolder(context), "downloads"));
	for (const folder of [layout.parts, layout.owners]) mkdirSync(folder, { recursive: true });
	const owner = createOwner(layout, "run-async-1", { coordinatorPid: process.pid });
	let displaced = 0;
	owner.whenDisplaced(() => displaced++);
	const intent = { key: "0".repeat(20), file: "f", bytes: 1, source: "run-async-1~1" };
	owner.intend([intent]);
	for (const name of readdirSync(layout.owners)) unlinkSync(join(layout.owners, name));
	mock.timers.tick(20_000);
	owner.intend([intent]);
	assert.deepEqual([displaced, readdirSync(layout.owners)], [0, []]);
	mock.timers.tick(3_600_000);
	owner.intend([intent]);
	assert.deepEqual([displaced, owner.segment()], [1, 1]);
	assert.deepEqual(readdirSync(layout.owners).sort(), ["run-async-1.1.intents", "run-async-1.json"]);
	assert.match(readFileSync(intentsPath(layout, owner.id, 1), "utf8"), /"file":"f"/);
	owner.retire();
});

test("what lies in the name of an owner that is not to be seen is left alone while it is new", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const dir = join(freshFolder(context), "downloads");
	const { parts } = stateLayout(dir);
	mkdirSync(parts, { recursive: true });
	writeFileSync(join(parts, "unseen-async-1~1"), "bytes");
	mkdirSync(join(parts, `${"0".repeat(20)}@unseen-async-1`));
	await runList(context, `${url}/f`, { dir });
	assert.deepEqual(partsIn(dir), [`${"0".repeat(20)}@unseen-async-1`, "unseen-async-1~1"]);
});
