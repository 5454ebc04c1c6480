/** A journal whose run was killed when a file had been replaced and that was not recorded yet. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { stateLayout } from "../../src/core/state-layout.ts";
import { type Journal, openJournal } from "../../src/journal/journal.ts";
import { freshFolder } from "../run/fresh-folder.ts";

const key = "0123456789abcdef0123";

type Found = { readonly bytes: number; readonly atMs?: number };

const cases: readonly (readonly [name: string, found: Found, isNew: boolean])[] = [
	["what was found to be published with another size counts from then on", { bytes: 4 }, true],
	["what replaced a file of the same size after its record counts", { bytes: 3, atMs: 6 }, true],
	["a record of what replaced a file stands", { bytes: 3, atMs: 5 }, false],
	["a record of what was published stands", { bytes: 3 }, false],
];

for (const [name, found, isNew] of cases) {
	test(name, (context) => {
		const open = journals(context);
		const first = open("1");
		first.record({ key, status: "saved", file: "a", bytes: 3, sha256: "0".repeat(64), etag: '"1"', atMs: 5 });
		first.close();
		const second = open("2");
		second.recover(key, { file: "a", ...found });
		assert.equal(second.meet(key).saved?.bytes, found.bytes);
		second.close();
		const third = open("3");
		const { saved } = third.meet(key);
		third.close();
		assert.deepEqual([saved?.file, saved?.bytes, saved?.etag], ["a", found.bytes, isNew ? undefined : '"1"']);
		assert.equal(saved?.sha256 === undefined, isNew);
		assert.equal((saved?.atMs ?? 0) > 5, isNew);
	});
}

function journals(context: TestContext): (run: string) => Journal {
	const layout = stateLayout(freshFolder(context));
	mkdirSync(layout.state);
	return (run) =>
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
}
