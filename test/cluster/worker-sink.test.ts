/** The folder that a worker has of its own before files go to a bucket: it is gone with the worker, however that ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openWorkerSink } from "../../src/cluster/worker-sink.ts";
import { skipUnlessLinux } from "../skip-unless.ts";

const source = new URL("../../src/cluster/worker-sink.ts", import.meta.url).href;
const program = `const { openWorkerSink } = await import(${JSON.stringify(source)});
const { place } = await openWorkerSink("s3://files");
console.log(place.dir);
setInterval(() => {}, 1000);`;

test("what a killed worker has left is removed by the next one, and what others have is not", {
	timeout: 60_000,
	skip: skipUnlessLinux,
}, async (context) => {
	const before = process.env.TMPDIR;
	const folder = await mkdtemp(join(tmpdir(), "downspout-sinks-"));
	process.env.TMPDIR = folder;
	context.after(async () => {
		if (before === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = before;
		await rm(folder, { recursive: true, force: true });
	});
	const start = async (): Promise<{ readonly dir: string; kill(): Promise<void> }> => {
		const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "pipe" });
		context.after(() => void child.kill("SIGKILL"));
		const [text] = await once(child.stdout, "data");
		return {
			dir: String(text).trim(),
			async kill() {
				child.kill("SIGKILL");
				await once(child, "exit");
			},
		};
	};
	const [killed, living] = [await start(), await start()];
	await killed.kill();
	const { place, remove } = await openWorkerSink("s3://files");
	const paths = async (): Promise<readonly string[]> =>
		(await readdir(folder)).map((name) => join(folder, name)).sort();
	assert.deepEqual(await paths(), [living.dir, place.dir].sort());
	await remove();
	assert.deepEqual(await paths(), [living.dir]);
});
