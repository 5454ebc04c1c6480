/** Workers that do not come to work: the run can be stopped meanwhile, and does not wait for them for ever. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { createDeferred } from "../../src/runners/deferred.ts";
import { openProcessChannel } from "../../src/runners/process-channel.ts";
import { startRemoteWorker } from "../../src/runners/worker.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { startDownspout, waitForEnd } from "../cli/run-downspout.ts";

const preload = new URL("slow-start.mjs", import.meta.url).href;
/** The promise is two seconds, after which a run ends without its summary; the rest is for a machine that is busy with other tests. */
const longestStopMs = 8000;

for (const method of ["threads", "processes", "mix"]) {
	test(`${method}: Ctrl+C while the workers start ends the run in time, with a summary`, async (context) => {
		const cwd = await freshFolder(context);
		await writeFile(join(cwd, "urls.txt"), "http://127.0.0.1:9/a\nhttp://127.0.0.1:9/b\n");
		const mark = join(cwd, "starting");
		const env = { SLOW_START: mark, NODE_OPTIONS: `--import ${preload}` };
		const run = startDownspout(["urls.txt", "-d", "files", "-m", method, "-w", "2", "--json"], { cwd, env });
		context.after(() => void run.kill("SIGKILL"));
		const ended = waitForEnd(run);
		while (!existsSync(mark)) await wait(10);
		const sentMs = performance.now();
		run.kill("SIGINT");
		const { code, stdout, stderr } = await ended;
		assert(performance.now() - sentMs < longestStopMs);
		assert.equal(code, 130, stderr);
		const { saved, failed } = JSON.parse(stdout);
		assert.deepEqual([saved, failed], [0, 0]);
	});
}

test("a worker that does not start in its time is given up, and killed", async (context) => {
	const dir = await freshFolder(context);
	const { NODE_OPTIONS = "" } = process.env;
	Object.assign(process.env, { SLOW_START: join(dir, "starting"), NODE_OPTIONS: `--import ${preload}` });
	context.after(() => void Object.assign(process.env, { SLOW_START: "", NODE_OPTIONS }));
	const end = createDeferred<void>();
	const worker = startRemoteWorker({
		open: (setup, listener) =>
			openProcessChannel(setup, {
				...listener,
				onExit(why) {
					listener.onExit(why);
					end.resolve();
				},
			}),
		setup: {
			options: resolveOptions({ dir }, { version: "0.0.0", cores: 2 }),
			concurrency: 1,
			worker: { model: "processes", number: 1 },
			ownerId: "slow",
			coordinatorPid: process.pid,
		},
		onProgress() {},
		onLost: () => assert.fail("it never could work"),
		longestStartMs: 500,
	});
	await assert.rejects(worker.ready, /did not start within 0.5 s/);
	await end.promise;
});
