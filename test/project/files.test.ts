/** Files stay small and say what they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceFiles } from "./source-files.ts";

const longest = 300;

/** Files that may be longer, each with its reason. */
const longer: Readonly<Record<string, string>> = {};

const files = sourceFiles("src", "bin", "scripts", "test", "benchmarks");

test("the first line of each file says what it is", () => {
	const silent = files.filter(({ text }) => !/^(#!.*\n)?(\/\*\*? |\/\/ )\S/.test(text)).map(({ path }) => path);
	assert.deepEqual(silent, []);
});

test(`no file of src is longer than ${longest} lines without a reason`, () => {
	const long = files
		.filter(({ path, text }) => path.startsWith("src/") && text.split("\n").length - 1 > longest)
		.map(({ path }) => path);
	assert.deepEqual(long, Object.keys(longer));
});

test("names are in kebab-case", () => {
	const odd = files.filter(({ path }) => !/^[a-z0-9-]+(\/[a-z0-9-]+)*(\.test|\.d)?\.(ts|tsx|js|mjs)$/.test(path));
	assert.deepEqual(
		odd.map(({ path }) => path),
		[],
	);
});
