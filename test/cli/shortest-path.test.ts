/** Where the command looks for the files of a folder: never anywhere else than in that folder. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { shortestPath } from "../../src/cli/shortest-path.ts";

const here = process.cwd();
const cases = [
	[here, "."],
	[join(here, "downloads"), "downloads"],
	[join(here, "a", "b c"), join("a", "b c")],
	[resolve(here, ".."), resolve(here, "..")],
	[resolve(here, "..", "beside"), resolve(here, "..", "beside")],
	[resolve("/"), resolve("/")],
	[join(here, "..a"), join(here, "..a")],
] as const;

for (const [folder, expected] of cases) {
	test(`${folder} is ${expected}`, () => {
		const path = shortestPath(folder);
		assert.equal(path, expected);
		assert.equal(resolve(path), folder);
	});
}
