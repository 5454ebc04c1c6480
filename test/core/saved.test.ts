/** Whether a file is still the one that was saved, and with what it is asked for again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isStillSaved, type Saved, versionToAskWith } from "../../src/core/saved.ts";

const at = 1_700_000_000_000;
const lastModified = "Wed, 21 Oct 2015 07:28:01 GMT";
const modifiedMs = Date.parse(lastModified);

test("a file is still the one that was saved where size and time say so", () => {
	const dated: Partial<Saved> = { lastModified, atMs: at };
	const undated: Partial<Saved> = { atMs: at };
	const cases: readonly (readonly [string, Partial<Saved>, number, number, boolean])[] = [
		["its own time", dated, 5, modifiedMs, true],
		["even seconds", dated, 5, modifiedMs - 1000, true],
		["a time near it", dated, 5, modifiedMs + 999, false],
		["another time", dated, 5, at, false],
		["another size", dated, 6, modifiedMs, false],
		["before it was recorded", undated, 5, at - 1, true],
		["in the millisecond in which it was recorded", undated, 5, at + 0.9, true],
		["after it was recorded", undated, 5, at + 5, false],
		["nothing to tell by", {}, 5, 0, false],
		["a date that is none", { lastModified: "yesterday", atMs: at }, 5, at, true],
	];
	for (const [name, known, size, mtimeMs, expected] of cases) {
		assert.equal(isStillSaved({ file: "a", bytes: 5, ...known }, { size, mtimeMs }), expected, name);
	}
});

test("a date alone counts only where it lies well before the file was saved", () => {
	const file = { file: "a", bytes: 5 };
	assert.deepEqual(versionToAskWith({ ...file, etag: '"1"', lastModified }), { etag: '"1"', lastModified });
	assert.deepEqual(versionToAskWith({ ...file, lastModified, atMs: at }), { lastModified });
	assert.equal(versionToAskWith({ ...file, lastModified, atMs: modifiedMs + 1000 }), undefined);
	assert.equal(versionToAskWith(file), undefined);
});
