/** Workers come and go as they are told, and what runs can be seen. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { downspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { startCutProxy } from "./cut-proxy.ts";
import { startFaultLab } from "./fault-lab.ts";
import { serveHeld } from "./held-origin.ts";

const patience = { timeout: 240_000 };

test(
	"the first SIGTERM drains a worker: what is in flight ends, the rest is done by others",
	patience,
	async (context) => {
		const lab = await startFaultLab(context, 3_000_000);
		const leaving = await lab.worker();
		const run = lab.start();
		await lab.asked(40);
		await lab.worker();
		leaving.kill("SIGTERM");
		assert.equal(await leaving.ended, 0);
		const { code, stdout } = await run.ended;
		assert.equal(JSON.parse(stdout).retries, 0);
		await lab.expectAll(await run.ended);
		assert.equal(code, 0);
	},
);

test("what does not end while --drain lasts is handed back, and goes on elsewhere", patience, async (context) => {
	const lab = await startFaultLab(context, 1_500_000);
	const leaving = await lab.worker({ args: ["-c", "8", "--drain", "0.1"] });
	const run = lab.start();
	await lab.asked(20);
	await lab.worker();
	leaving.kill("SIGTERM");
	assert.equal(await leaving.ended, 0);
	await lab.expectAll(await run.ended);
});

for (const isBusy of [false, true]) {
	test(`${isBusy ? "a busy" : "an idle"} worker leaves although Redis does not answer`, patience, async (context) => {
		const lab = await startFaultLab(context);
		const origin = await serveHeld(context, 0);
		await writeFile(lab.list, origin.list(4));
		const wire = await startCutProxy(context, lab.redis.port);
		const worker = await lab.worker({ redis: `redis://127.0.0.1:${wire.port}`, args: ["--drain", "0.1"] });
		if (isBusy) {
			lab.start();
			while (origin.asked() < 4) await sleep(10);
		}
		wire.cut();
		worker.kill("SIGTERM");
		assert.equal(await worker.ended, 0);
	});
}

test("the second signal ends a worker at once", patience, async (context) => {
	const lab = await startFaultLab(context, 100_000);
	const worker = await lab.worker();
	lab.start();
	await lab.asked(8);
	worker.kill("SIGTERM");
	await worker.says(/leaving/);
	worker.kill("SIGTERM");
	assert.equal(await worker.ended, 143);
});

test(
	"Ctrl+C of the coordinator stops the run within its time, and the same command goes on",
	patience,
	async (context) => {
		const lab = await startFaultLab(context, 1_500_000);
		const beganMs = performance.now();
		await lab.worker();
		// What a machine needs for a start tells how slow it is.
		const startMs = performance.now() - beganMs;
		const run = lab.start();
		await lab.asked(40);
		const atMs = performance.now();
		run.process.kill("SIGINT");
		const { code, stdout } = await run.ended;
		assert.equal(code, 130);
		const stopMs = performance.now() - atMs;
		assert(stopMs < 2000 + 2 * startMs, `${stopMs} ms, where a start takes ${startMs} ms`);
		const { total, saved, cancelled } = JSON.parse(stdout);
		assert.equal(total, saved + cancelled);
		assert.deepEqual(await lab.keys(), []);
		await lab.expectAll(await lab.start().ended);
	},
);

test("what a worker has that does not stop in time is gone on with", patience, async (context) => {
	const lab = await startFaultLab(context);
	const body = Buffer.alloc(1_000_000, "slow to stop");
	const { url, requests } = await serve(context, (_request, response, n) => {
		const rest = n === 0 ? body : body.subarray(500_000);
		const range = `bytes 500000-${body.length - 1}/${body.length}`;
		response.writeHead(n === 0 ? 200 : 206, {
			etag: '"1"',
			"content-length": rest.length,
			...(n > 0 && { "content-range": range }),
		});
		if (n === 0) response.write(body.subarray(0, 500_000));
		else response.end(rest);
	});
	await writeFile(lab.list, `${url}/slow.bin\n`);
	const worker = await lab.worker();
	const run = lab.start(["--progress", "json", "--segments", "1"]);
	await run.says(/"bytes":500000/);
	worker.kill("SIGSTOP");
	run.process.kill("SIGINT");
	assert.equal((await run.ended).code, 130);
	worker.kill("SIGCONT");
	const { code, stderr } = await lab.start(["--segments", "1"]).ended;
	assert.equal(code, 0, stderr);
	assert.equal(requests[1]?.headers.range, "bytes=500000-");
	assert.equal(await readFile(join(lab.sink, "slow.bin"), "utf8"), body.toString());
	assert.deepEqual(await readdir(join(lab.sink, ".downspout", "parts")), []);
});

test("a run without workers waits for one, and status tells what is there", patience, async (context) => {
	const lab = await startFaultLab(context);
	const origin = await serveHeld(context, 2);
	await writeFile(lab.list, origin.list(6));
	const status = async () => JSON.parse((await downspout(["status", "--redis", lab.redis.url, "--json"])).stdout);
	assert.deepEqual(await status(), { runs: [], workers: [] });
	const run = lab.start();
	let seen = await status();
	while (seen.runs.length === 0 || seen.runs[0].waiting === 0) seen = await status();
	assert.deepEqual([seen.runs[0].list, seen.runs[0].workers, seen.runs[0].saved], ["list", 0, 0]);
	const worker = await lab.worker({ args: ["-c", "3"] });
	while (seen.runs[0].saved < 2 || seen.workers[0]?.inFlight < 3) seen = await status();
	const [one] = seen.workers;
	assert.deepEqual([one.pid, one.run, seen.runs[0].workers], [worker.pid(), seen.runs[0].run, 1]);
	assert.deepEqual([seen.runs[0].saved, seen.runs[0].total, one.inFlight], [2, 6, 3]);
	assert(Math.abs(Date.parse(one.seenAt) - Date.now()) < 60_000);
	const { stdout } = await downspout(["status", "--redis", lab.redis.url]);
	assert.match(stdout, new RegExp(`${seen.runs[0].run}[\\s\\S]*${worker.pid()}`));
	origin.release();
	assert.equal((await run.ended).code, 0);
	assert.deepEqual(await lab.keys(), []);
});

test("one worker serves two runs at once", patience, async (context) => {
	const lab = await startFaultLab(context);
	await lab.worker();
	const first = lab.start();
	await lab.asked(20);
	// What the first has published already is for the journal of the first alone.
	const second = lab.start(["-d", `${lab.dir}-2`, "--layout", "path"]);
	for (const { ended } of [second, first]) {
		const { code, stdout, stderr } = await ended;
		assert.deepEqual([code, JSON.parse(stdout).saved], [0, lab.batch.paths.length], stderr);
	}
	assert.deepEqual(await lab.keys(), []);
});
