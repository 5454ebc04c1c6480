/** The command works in its download directory, and asks for it as before where it cannot. */
import assert from "node:assert/strict";
import { existsSync, realpathSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { enterDirectory } from "../../src/cli/enter-directory.ts";
import { freshFolder } from "./fresh-folder.ts";

async function startedIn(context: TestContext): Promise<string> {
	const before = process.cwd();
	const folder = await freshFolder(context);
	context.after(() => process.chdir(before));
	process.chdir(folder);
	return realpathSync(folder);
}

const usable: Record<string, (dir: string) => Promise<unknown>> = {
	"a directory": (dir) => mkdir(dir, { recursive: true }),
	"one that is missing, with its parent": async () => {},
	"a symbolic link to one": async (dir) => {
		await mkdir(join(dir, "..", "..", "real"));
		await mkdir(join(dir, ".."));
		await symlink("../real", dir);
	},
};

for (const [name, prepare] of Object.entries(usable)) {
	test(`${name} is entered`, async (context) => {
		const folder = await startedIn(context);
		const dir = join(folder, "some", "where");
		await prepare(dir);
		assert.equal(await enterDirectory(dir), ".");
		assert.equal(process.cwd(), realpathSync(dir));
	});
}

const unusable: Record<string, (dir: string) => Promise<unknown>> = {
	"a file": (dir) => writeFile(dir, ""),
	"what lies below a file": (dir) => writeFile(join(dir, ".."), ""),
	"a dangling symbolic link": (dir) => symlink("nowhere", dir),
};

for (const [name, prepare] of Object.entries(unusable)) {
	test(`${name} is left to the run`, async (context) => {
		const folder = await startedIn(context);
		const dir = join(folder, ...(name.startsWith("what") ? ["some"] : []), "where");
		await prepare(dir);
		assert.equal(await enterDirectory(dir), dir);
		assert.equal(process.cwd(), folder);
		assert.equal(existsSync(join(folder, "nowhere")), false);
	});
}
