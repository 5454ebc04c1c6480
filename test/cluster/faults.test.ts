/** Whatever dies, is cut off or comes back: each entry ends once, and no file is lost, doubled or torn. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { serve } from "../download/serve.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { cannotMount, enlarge, mountTmpfs } from "../store/mounts.ts";
import { startCutProxy } from "./cut-proxy.ts";
import { patient, startFaultLab } from "./fault-lab.ts";

const patience = { timeout: 240_000, skip: skipUnlessLinux };
/** Tells when a worker counts as dead. */
const telling = ["--progress", "plain"];
const firstDied = /cluster#1 on .* died/;

test("a worker that is killed leaves its work to the others", patience, async (context) => {
	const lab = await startFaultLab(context);
	const victim = await lab.worker();
	const run = lab.start();
	await lab.asked(20);
	victim.kill("SIGKILL");
	await lab.worker();
	await lab.expectAll(await run.ended);
});

test(
	"a worker that is cut off from Redis gives up, and is of use again when it comes back",
	patience,
	async (context) => {
		const lab = await startFaultLab(context);
		const wire = await startCutProxy(context, lab.redis.port);
		const cut = await lab.worker({ redis: `redis://127.0.0.1:${wire.port}` });
		const run = lab.start(telling);
		// It has work in hand, which cannot end before it counts as dead.
		await lab.asked(20);
		wire.cut();
		await lab.worker();
		await cut.says(/has not answered/);
		await run.says(firstDied);
		wire.mend();
		await cut.says(/joining run .* anew/);
		await lab.expectAll(await run.ended);
	},
);

test("a worker that slept finds its work with others, and does no harm", patience, async (context) => {
	const lab = await startFaultLab(context);
	const sleeper = await lab.worker();
	const run = lab.start(telling);
	await lab.asked(20);
	sleeper.kill("SIGSTOP");
	await lab.worker();
	await run.says(firstDied);
	sleeper.kill("SIGCONT");
	await lab.expectAll(await run.ended);
});

test("what a worker held in memory while it slept is nobody's to continue", patience, async (context) => {
	const lab = await startFaultLab(context);
	const body = Buffer.alloc(100_000, "slept");
	const { url } = await serve(context, (_request, response, n) => {
		response.writeHead(200, { etag: '"1"', "content-length": body.length });
		if (n === 0) response.write(body.subarray(0, 60_000));
		else response.end(body);
	});
	await writeFile(lab.list, `${url}/slept.bin\n`);
	const sleeper = await lab.worker();
	const run = lab.start(["--progress", "json"]);
	await run.says(/"bytes":60000/);
	sleeper.kill("SIGSTOP");
	await lab.worker();
	const { code, stderr } = await run.ended;
	assert.equal(code, 0, stderr);
	sleeper.kill("SIGCONT");
	await sleeper.says(/joining run .* anew|left run/);
	assert.equal(await readFile(join(lab.sink, "slept.bin"), "utf8"), body.toString());
	assert.deepEqual(await readdir(join(lab.sink, ".downspout", "parts")), []);
});

for (const keepsData of [true, false]) {
	test(`Redis restarts ${keepsData ? "with" : "without"} its data`, patience, async (context) => {
		const lab = await startFaultLab(context);
		await lab.twoWorkers();
		const run = lab.start([], patient);
		await lab.asked(60);
		await lab.redis.restart(keepsData);
		await lab.expectAll(await run.ended);
	});
}

test(
	"a Redis that has the numbers of a while ago, as after a failover, gives none a second time",
	patience,
	async (context) => {
		const lab = await startFaultLab(context, 1_000_000);
		await lab.twoWorkers();
		const run = lab.start(telling);
		await lab.asked(40);
		const client = new Redis(lab.redis.url);
		const counter = (await lab.keys()).find((key) => key.endsWith(":workers")) ?? "";
		await client.set(counter, 1);
		await run.says(/warning something that went through Redis is lost/);
		assert.equal(await client.get(counter), "2");
		client.disconnect();
		const late = await lab.worker();
		await lab.expectAll(await run.ended);
		assert.doesNotMatch(late.words(), /cannot be joined/);
	},
);

test(
	"results that Redis lost before anybody read them: what has its name gets no second one",
	patience,
	async (context) => {
		const lab = await startFaultLab(context);
		await lab.worker();
		const run = lab.start();
		await lab.asked(60);
		run.process.kill("SIGSTOP");
		// Until the worker has told of all that it was let begin, to nobody.
		const client = new Redis(lab.redis.url);
		for (let asked = -1; asked < lab.origin.requests(); await sleep(2500)) asked = lab.origin.requests();
		await client.flushall();
		client.disconnect();
		run.process.kill("SIGCONT");
		await lab.expectAll(await run.ended);
		assert.equal(lab.origin.requests(), lab.batch.paths.length);
	},
);

test(
	"Redis is gone for as long as it takes to give up: exit 3, and the same command goes on",
	patience,
	async (context) => {
		const lab = await startFaultLab(context);
		await lab.worker();
		const run = lab.start();
		await lab.asked(60);
		await lab.redis.stop();
		const { code, stdout, stderr } = await run.ended;
		assert.equal(code, 3);
		assert.match(stderr, /^downspout: Redis has been out of reach for 8 s[^\n]*\n$/);
		const summary = JSON.parse(stdout);
		assert.equal(summary.total, summary.saved + summary.cancelled);
		await lab.redis.start();
		await lab.expectAll(await lab.start().ended);
	},
);

test(
	"a coordinator that is cut off from Redis gives up, and what workers did meanwhile is not done again",
	patience,
	async (context) => {
		const lab = await startFaultLab(context);
		const wire = await startCutProxy(context, lab.redis.port);
		await lab.worker();
		const run = lab.start(["--redis", `redis://127.0.0.1:${wire.port}`, ...telling]);
		await lab.asked(60);
		wire.cut();
		await run.says(/warning Redis does not answer: waiting for it, 8 s at most/);
		assert.equal((await run.ended).code, 3);
		wire.mend();
		await lab.expectAll(await lab.start().ended);
	},
);

test("a coordinator that is killed is followed by the same command, at once", patience, async (context) => {
	const lab = await startFaultLab(context);
	await lab.twoWorkers();
	for (const asked of [40, 120]) {
		const run = lab.start();
		await lab.asked(asked);
		run.process.kill("SIGKILL");
	}
	await lab.expectAll(await lab.start().ended);
});

test("a coordinator is killed while it takes over from one that was killed", patience, async (context) => {
	const lab = await startFaultLab(context);
	await lab.twoWorkers();
	const first = lab.start();
	await lab.asked(40);
	first.process.kill("SIGKILL");
	const isLed = async (): Promise<boolean> => (await lab.keys()).some((key) => key.endsWith(":alive"));
	const second = lab.start();
	while (await isLed()) await sleep(1);
	second.process.kill("SIGKILL");
	await lab.expectAll(await lab.start().ended);
});

test(
	"a coordinator that is killed while it clears away is followed by one that finds the rest",
	patience,
	async (context) => {
		const lab = await startFaultLab(context, 60_000_000);
		const wire = await startCutProxy(context, lab.redis.port);
		await lab.worker();
		const run = lab.start(["--redis", `redis://127.0.0.1:${wire.port}`]);
		await wire.loseAnswer(/\r\nlrange\r\n/i);
		run.process.kill("SIGKILL");
		await lab.expectAll(await lab.start().ended);
	},
);

test("workers of a coordinator that nobody follows stop by themselves", patience, async (context) => {
	const lab = await startFaultLab(context, 300_000);
	const worker = await lab.worker();
	const run = lab.start();
	await lab.asked(30);
	run.process.kill("SIGKILL");
	// As if it had died between the writing of a batch and the moment that says how long its key lives.
	await lab.keepForever();
	await worker.says(/the coordinator of run .* is gone/);
	await worker.says(/left run/);
	for (const [key, seconds] of await lab.lives())
		assert(seconds > 0 && seconds <= 86_400, `${key} lives for ${seconds} s`);
	// Whoever comes later takes over what they left, although their process goes on.
	const owners = join(lab.sink, ".downspout", "owners");
	const left = (await readdir(owners)).filter((name) => name.includes("-cluster-") && name.endsWith(".json"));
	const texts = await Promise.all(left.map((name) => readFile(join(owners, name), "utf8")));
	assert.deepEqual(
		texts.map((text) => JSON.parse(text).left),
		[true],
	);
});

test("a sink that is full ends the run with exit 3, and the same command goes on when there is room", {
	...patience,
	skip: patience.skip || cannotMount,
}, async (context) => {
	const lab = await startFaultLab(context, 20_000_000);
	const sink = join(mountTmpfs(context), "sink");
	await lab.twoWorkers({ sink });
	const full = await lab.start(["--sink", sink]).ended;
	assert.equal(full.code, 3, full.stderr);
	assert.match(full.stderr, /no space left|disk is full|quota/i);
	const { total, saved, failed, cancelled, errors } = JSON.parse(full.stdout);
	assert.equal(total, saved + failed + cancelled);
	assert(errors.disk_full > 0, full.stdout);
	enlarge(join(sink, ".."));
	const { code, stdout, stderr } = await lab.start(["--sink", sink]).ended;
	assert.equal(code, 0, stderr);
	const summary = JSON.parse(stdout);
	assert.equal(summary.saved + summary.skipped, lab.batch.paths.length);
	assert.equal(await lab.batch.check(sink), lab.batch.paths.length);
});

test("clocks that differ by a minute", patience, async (context) => {
	const lab = await startFaultLab(context);
	const early = await lab.worker({
		env: { NODE_OPTIONS: `--import ${new URL("shifted-clock.mjs", import.meta.url).href}` },
	});
	const run = lab.start();
	await lab.asked(20);
	early.kill("SIGKILL");
	await lab.worker();
	await lab.expectAll(await run.ended);
});
