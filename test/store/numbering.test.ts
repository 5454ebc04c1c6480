/** Numbers of names that are taken: others may be far ahead of what is remembered, and a file system may contradict itself. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createNumbering } from "../../src/store/numbering.ts";
import { freshFolder } from "../run/fresh-folder.ts";

test("after some numbers in a row that others took, the next is looked for beyond theirs", (context) => {
	const path = freshFolder(context);
	for (let n = 1; n <= 100; n++) writeFileSync(join(path, `a (${n}).txt`), "");
	const numbering = createNumbering();
	const folder = { path, relative: "" };
	assert.equal(numbering.next(folder, "a.txt", 20, 15), 21);
	assert.equal(numbering.next(folder, "a.txt", 21, 16), 101);
});

test("names that are free and then taken, again and again, come to an end", (context) => {
	const numbering = createNumbering();
	const folder = { path: freshFolder(context), relative: "" };
	const tryAll = (): void => {
		for (let n = 0, tries = 1; tries < 100_000; tries++) n = numbering.next(folder, "a.txt", n, tries);
	};
	assert.throws(tryAll, { code: "EEXIST", message: /the file system says of \d+ files of the name a\.txt/ });
});
