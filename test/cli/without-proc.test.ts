/** Where there is no /proc, as on macOS, all works but what is only read there. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { projectRoot } from "../project/source-files.ts";
import { cannotMount } from "../store/mounts.ts";
import { freshFolder } from "./fresh-folder.ts";
import { cleanEnv, type Ended, waitForEnd } from "./run-downspout.ts";

const root = { skip: cannotMount };

/** In a namespace of its own, in which an empty file system lies over /proc. */
function runWithoutProc(script: string, args: readonly string[], cwd: string): Promise<Ended> {
	const hidden = 'mount -t tmpfs none /proc && exec "$@"';
	const command = [process.execPath, `${projectRoot}${script}`, ...args];
	const child = spawn("unshare", ["--mount", "sh", "-c", hidden, "sh", ...command], {
		cwd,
		env: cleanEnv,
		stdio: "pipe",
	});
	return waitForEnd(child);
}

test("every method downloads, and the same command again passes over what is saved", root, async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.end("here"));
	await Promise.all(
		["async", "threads", "processes", "mix"].map(async (method) => {
			const cwd = await freshFolder(context);
			const args = [`${url}/${method}`, "-d", "got", "-m", method, "-w", "1", "--json", "-q"];
			const first = await runWithoutProc("src/cli/main.ts", args, cwd);
			assert.deepEqual([first.code, JSON.parse(first.stdout).saved, first.stderr], [0, 1, ""], method);
			const again = await runWithoutProc("src/cli/main.ts", args, cwd);
			assert.deepEqual([again.code, JSON.parse(again.stdout).skipped, again.stderr], [0, 1, ""], method);
		}),
	);
	assert.equal(requests.length, 4);
});

test("bench ranks by speed and leaves out the figures of processes", root, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("here"));
	const cwd = await freshFolder(context);
	const args = ["bench", `${url}/a`, "--methods", "async", "--runs", "1", "--warmup", "0", "-o", "report"];
	const { code, stderr } = await runWithoutProc("src/cli/main.ts", args, cwd);
	assert.equal(code, 0, stderr);
	const { ranking, runs } = JSON.parse(await readFile(join(cwd, "report/results.json"), "utf8"));
	assert.equal(ranking[0].method, "async");
	assert(ranking[0].filesPerSecond.median > 0);
	assert.deepEqual([runs[0].cpuSeconds, runs[0].peakRssBytes, runs[0].busiestThread], [null, null, null]);
});
