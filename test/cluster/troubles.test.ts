/** A Redis that is there and not to be had: whoever waits for it says why, and what waiting does not mend ends. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { downspout } from "../cli/run-downspout.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { quick, startFaultLab } from "./fault-lab.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { launchWorker } from "./worker-processes.ts";

const patience = { timeout: 240_000, skip: skipUnlessLinux };
/** Each change that it has written down delays its start by so many microseconds, and it answers after each thousand of them. */
const slowToLoad = ["--key-load-delay", "200"];
/** A delay takes somewhat longer, and much longer on a busy machine. */
const changesPerSecond = 4000;

/** It will take so long to load. */
async function slowDown({ url }: RedisServer, seconds: number): Promise<void> {
	const client = new Redis(url);
	const changes = client.pipeline();
	for (let n = 0; n < seconds * changesPerSecond; n++) changes.set("filling", n);
	await changes.exec();
	await client.del("filling");
	client.disconnect();
}

/** @returns When it loads its data: what resolves when it has. */
async function reload(redis: RedisServer): Promise<{ readonly isUp: Promise<void> }> {
	await redis.stop();
	const isUp = redis.start();
	const client = new Redis(redis.url, { enableReadyCheck: false, retryStrategy: () => 50, maxRetriesPerRequest: null });
	client.on("error", () => {});
	assert.match(await client.info("persistence"), /^loading:1/m);
	client.disconnect();
	return { isUp };
}

async function startFilled(context: TestContext, seconds: number): Promise<RedisServer> {
	const redis = await startRedis(context, slowToLoad);
	await slowDown(redis, seconds);
	return redis;
}

test("at a start, a Redis that loads its data is waited for", patience, async (context) => {
	const redis = await startFilled(context, 5);
	const { isUp } = await reload(redis);
	const worker = launchWorker(context, { redis: redis.url, sink: import.meta.dirname });
	const status = downspout(["status", "--redis", redis.url]);
	await worker.says(/waiting for Redis at redis:\/\/127\.0\.0\.1:\d+\/?: it is still loading its data/);
	const { code, stderr } = await status;
	assert.equal(code, 0, stderr);
	await worker.says(/ready:/);
	await isUp;
});

test("and given up when that takes too long", patience, async (context) => {
	const redis = await startFilled(context, 20);
	const { isUp } = await reload(redis);
	const { code, stderr } = await downspout(["status", "--redis", redis.url], {
		env: { DOWNSPOUT_CLUSTER_SILENCE: "2" },
	});
	assert.equal(code, 3, stderr);
	assert.match(stderr, /^downspout: Redis at \S+: it is still loading its data\n$/);
	await isUp;
});

test("Redis loads its data in the midst of a run: it is told, and the run goes on", patience, async (context) => {
	const lab = await startFaultLab(context, undefined, slowToLoad);
	await lab.worker();
	const run = lab.start(["--progress", "plain"], { DOWNSPOUT_CLUSTER_SILENCE: "30" });
	await lab.asked(40);
	await slowDown(lab.redis, 6);
	const { isUp } = await reload(lab.redis);
	await run.says(/warning Redis does not answer \(it is still loading its data\): waiting for it, 60 s at most/);
	await isUp;
	await lab.expectAll(await run.ended);
});

test("a Redis that takes nobody in any more: exit 3, and its own words", patience, async (context) => {
	const redis = await startRedis(context, ["--maxclients", "1"]);
	const client = new Redis(redis.url);
	await client.ping();
	const { code, stderr } = await downspout(["status", "--redis", redis.url]);
	assert.equal(code, 3);
	assert.match(stderr, /^downspout: Redis at \S+: ERR max number of clients reached\n$/);
	const worker = launchWorker(context, { redis: redis.url, sink: import.meta.dirname });
	await worker.says(/waiting for Redis at \S+: ERR max number of clients reached/);
	client.disconnect();
	worker.kill("SIGTERM");
	assert.equal(await worker.ended, 0);
});

test(
	"the password is changed in the midst of a run: both sides name that and end with exit 3",
	patience,
	async (context) => {
		const lab = await startFaultLab(context, 1_000_000, ["--requirepass", "the-first-one"]);
		const env = { ...quick, DOWNSPOUT_REDIS_PASSWORD: "the-first-one" };
		const worker = await lab.worker({ env });
		const run = lab.start([], env);
		await lab.asked(40);
		const client = new Redis(lab.redis.url, { password: "the-first-one" });
		await client.config("SET", "requirepass", "the-second-one");
		for (const type of ["normal", "pubsub"]) await client.call("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
		client.disconnect();
		const { code, stderr } = await run.ended;
		assert.equal(code, 3, stderr);
		assert.match(stderr, /Redis has .* for 8 s \(the user name or password is wrong\): the same command goes on/);
		assert.equal(await worker.ended, 3);
		assert.match(worker.words(), /waiting for Redis at \S+: the user name or password is wrong/);
		const changed = { ...quick, DOWNSPOUT_REDIS_PASSWORD: "the-second-one" };
		await lab.worker({ env: changed });
		const again = await lab.start([], changed).ended;
		assert.equal(again.code, 0, again.stderr);
		assert.equal(await lab.batch.check(lab.sink), lab.batch.paths.length);
	},
);
