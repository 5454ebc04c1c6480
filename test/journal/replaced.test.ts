/** A journal whose run was killed when a file had been replaced and that was not recorded yet. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { stateLayout } from "../../src/core/state-layout.ts";
import { type Journal, openJournal } from "../../src/journal/journal.ts";
import { freshFolder } from "../run/fresh-folder.ts";

const key = "0123456789abcdef0123";

test("what was found to be published in the place of another counts from then on", (context) => {
	const dir = freshFolder(context);
	const layout = stateLayout(dir);
	mkdirSync(layout.state);
	const open = (run: string): Journal =>
		openJournal({
			layout,
			run,
			isAlone: true,
			sides: [],
			isLiving: () => false,
			fresh: false,
			fsync: false,
			onUnflushed: assert.fail,
			warn: assert.fail,
		});
	const first = open("1");
	first.record({ key, status: "saved", file: "a", bytes: 3, etag: '"1"', atMs: 5 });
	first.close();
	const second = open("2");
	second.recover(key, { file: "a", bytes: 4 });
	assert.equal(second.meet(key).saved?.bytes, 4);
	second.close();
	const third = open("3");
	const { saved } = third.meet(key);
	third.close();
	assert.deepEqual([saved?.file, saved?.bytes, saved?.etag], ["a", 4, undefined]);
	assert.ok((saved?.atMs ?? 0) > 5);
});
