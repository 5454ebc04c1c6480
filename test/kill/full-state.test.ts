/** A disk that fills up under the journal and the announcements: the run ends, and the next one still knows each file. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startOrigin } from "../../src/origin/origin.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout } from "../cli/run-downspout.ts";
import { cannotMount } from "../store/mounts.ts";

const files = 3000;

for (const method of ["async", "threads", "processes", "mix"]) {
	test(`${method}: nothing is doubled after a full disk`, { skip: cannotMount }, async (context) => {
		const cwd = await freshFolder(context);
		const disk = join(cwd, "disk");
		await mkdir(disk);
		// Empty files take no room, so that it is what belongs to us which fills the disk.
		await using _origin = await startOrigin({ files, size: { kind: "fixed", sizeBytes: 0 }, list: join(cwd, "list") });
		assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "none", disk]).status, 0);
		try {
			const args = ["list", "-d", "disk", "-m", method, "-w", "2", "--json", "-q"];
			const full = await downspout(args, { cwd });
			assert.equal(full.code, 3);
			assert.match(full.stderr, /no space left/);
			spawnSync("mount", ["-o", "remount,size=20m", disk]);
			const { code, stdout, stderr } = await downspout(args, { cwd });
			assert.equal(code, 0, stderr);
			const { saved, skipped } = JSON.parse(stdout);
			assert.deepEqual([saved + skipped, skipped], [files, JSON.parse(full.stdout).saved]);
			const names = (await readdir(disk)).filter((name) => name !== ".downspout");
			assert.equal(names.length, files);
		} finally {
			spawnSync("umount", [disk]);
		}
	});
}
