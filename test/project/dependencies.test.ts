/** docs/dependencies.md gives a reason for each direct dependency. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { projectRoot } from "./source-files.ts";

test("each direct dependency has its line, and no line is left over", () => {
	const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
		readFileSync(`${projectRoot}package.json`, "utf8"),
	);
	const lines = readFileSync(`${projectRoot}docs/dependencies.md`, "utf8").matchAll(/^\| `([^`]+)` \|/gm);
	const told = Array.from(lines, ([, name]) => name).sort();
	assert.deepEqual(told, Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).sort());
});
