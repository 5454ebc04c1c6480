/** What can be seen of a cluster from outside: health, metrics, levels and refusals. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { downspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { patient, startFaultLab } from "./fault-lab.ts";
import { serveHeld } from "./held-origin.ts";
import { freePort } from "./redis-server.ts";

const patience = { timeout: 240_000 };

type Answer = { readonly status: number; readonly type: string; readonly text: string };

async function ask(port: number, path: string): Promise<Answer> {
	const answer = await fetch(`http://127.0.0.1:${port}${path}`);
	return { status: answer.status, type: answer.headers.get("content-type") ?? "", text: await answer.text() };
}

/** The gauges of downspout's own, by the end of their names. */
async function gauges(port: number): Promise<Readonly<Record<string, number>>> {
	const { status, type, text } = await ask(port, "/metrics");
	assert.deepEqual([status, type.split(";", 1)[0]], [200, "text/plain"]);
	assert.match(text, /^process_resident_memory_bytes \d/m);
	return Object.fromEntries(
		[...text.matchAll(/^downspout_(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
	);
}

test("a worker and a run tell their health, and figures for Prometheus", patience, async (context) => {
	const lab = await startFaultLab(context);
	const origin = await serveHeld(context, 2);
	await writeFile(lab.list, origin.list(20));
	const [ofWorker, ofRun] = [await freePort(), await freePort()];
	await lab.worker({ args: ["-c", "8", "--health", String(ofWorker)] });
	assert.deepEqual(
		[await ask(ofWorker, "/health").then(({ status }) => status), (await gauges(ofWorker)).runs],
		[200, 0],
	);
	const run = lab.start(["--health", `127.0.0.1:${ofRun}`], patient);
	while ((await gauges(ofWorker)).in_flight !== 8 || (await gauges(ofRun)).saved !== 2) await sleep(20);
	for (const port of [ofWorker, ofRun]) {
		assert.deepEqual(await ask(port, "/health"), { status: 200, type: "application/json", text: '{"ok":true}\n' });
		assert.equal((await ask(port, "/else")).status, 404);
	}
	assert.equal((await gauges(ofWorker)).runs, 1);
	const { out, failed, retries } = await gauges(ofRun);
	assert.deepEqual({ out, failed, retries }, { out: 18, failed: 0, retries: 0 });
	await lab.redis.stop();
	while ((await ask(ofWorker, "/health")).status !== 503) await sleep(20);
	await lab.redis.start();
	while ((await ask(ofWorker, "/health")).status !== 200) await sleep(20);
	origin.release();
	const { code, stdout, stderr } = await run.ended;
	assert.deepEqual([code, JSON.parse(stdout).saved], [0, 20], stderr);
	assert.deepEqual(await lab.keys(), []);
});

test("status tells what hosts refuse, and the level that each is held to", patience, async (context) => {
	const lab = await startFaultLab(context);
	const waiting: (() => void)[] = [];
	let refused = 0;
	const { url } = await serve(context, ({ url: path }, response) => {
		if (refused < 2 && ++refused) response.writeHead(503, { "Retry-After": "0" }).end();
		else waiting.push(() => response.end(path));
	});
	await writeFile(join(lab.folder, "list"), Array.from({ length: 6 }, (_, n) => `${url}/${n}\n`).join(""));
	await lab.worker();
	const run = lab.start(["--per-host", "3"]);
	const args = ["status", "--redis", lab.redis.url];
	const { host } = new URL(url);
	for (;;) {
		const { runs } = JSON.parse((await downspout([...args, "--json"])).stdout);
		const [one] = runs[0]?.hosts ?? [];
		if (one?.refused !== 2) continue;
		assert.deepEqual([one.host, one.saved, one.failed], [host, 0, 0]);
		// A retry counts when it begins, and one that waits for the level that is lower now has not.
		assert(one.retries <= 2);
		assert(one.level >= 1 && one.level <= 3);
		break;
	}
	assert.match((await downspout(args)).stdout, new RegExp(`refused +level\n.*${host} .*2 +[123]$`, "m"));
	const release = setInterval(() => waiting.splice(0).forEach((answer) => void answer()), 20);
	const { code, stdout } = await run.ended;
	clearInterval(release);
	const { saved, retries } = JSON.parse(stdout);
	assert.deepEqual([code, saved, retries], [0, 6, 2]);
});
