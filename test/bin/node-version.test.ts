/** A Node that lacks what downspout needs is told in one line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { freshFolder } from "../cli/fresh-folder.ts";
import { projectRoot } from "../project/source-files.ts";

/** What such a Node says of itself, and whether it has what was added later. */
const versions: readonly (readonly [version: string, hasBuiltins: boolean, fits: boolean])[] = [
	["18.20.4", false, false],
	["20.15.1", false, false],
	["20.18.0", true, false],
	["20.18.1", true, true],
	["21.7.3", false, false],
	["22.0.0", false, false],
	["22.2.0", false, false],
	["22.3.0", true, true],
	["23.0.0", true, true],
];
for (const [version, hasBuiltins, fits] of versions) {
	test(`Node ${version} is ${fits ? "enough" : "refused in one line"}`, async (context) => {
		const folder = await freshFolder(context);
		const preload = join(folder, "older.cjs");
		await writeFile(
			preload,
			`Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });
			if (!${hasBuiltins}) delete process.getBuiltinModule;`,
		);
		const args = ["--require", preload, `${projectRoot}bin/downspout.js`, "--version"];
		const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
		assert.equal(status, fits ? 0 : 2);
		if (fits) assert.equal(stderr, "");
		else assert.match(stderr, new RegExp(`^downspout needs Node [^\\n]*, and this is ${version}\\n$`));
		assert.match(stdout, fits ? /^\d+\.\d+\.\d+\n$/ : /^$/);
	});
}

test("npm is told the same", () => {
	const { engines } = JSON.parse(readFileSync(`${projectRoot}package.json`, "utf8"));
	assert.equal(engines.node, "^20.18.1 || >=22.3.0");
	const lock = JSON.parse(readFileSync(`${projectRoot}package-lock.json`, "utf8"));
	assert.deepEqual(lock.packages[""].engines, engines);
});
