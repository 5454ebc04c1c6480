/** A disk that fills up under the records is one error, told once, and nothing else breaks. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LogDirError } from "../../src/report/log-dir-error.ts";
import { openRecords } from "../../src/report/records.ts";
import { cannotMount } from "../store/mounts.ts";

test("a full disk under LOGDIR", { skip: cannotMount }, async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "downspout-full-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", folder]).status, 0);
	try {
		const told: LogDirError[] = [];
		const records = await openRecords({ logDir: folder, run: "r1", onFailure: (error) => told.push(error) });
		for (let index = 0; index < 40_000; index++) records.on({ type: "note", message: "x".repeat(200) });
		await records.close();
		assert(records.failure() instanceof LogDirError);
		assert.deepEqual(told, [records.failure()]);
		assert.match(told[0]?.message ?? "", /ENOSPC/);
	} finally {
		spawnSync("umount", [folder]);
	}
});
