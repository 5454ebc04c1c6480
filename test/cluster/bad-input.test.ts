/** What cannot work is told in one line, with the exit code that scripts go by. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { protocol } from "../../src/cluster/messages.ts";
import { downspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { quick, startFaultLab } from "./fault-lab.ts";
import { startRedis } from "./redis-server.ts";
import { launchWorker, startWorker } from "./worker-processes.ts";

const patience = { timeout: 240_000 };

async function folderFor(context: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "downspout-bad-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "list"), "http://127.0.0.1:1/a\n");
	return folder;
}

test("command lines that cannot be meant", async (context) => {
	const cwd = await folderFor(context);
	const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
		[["list", "-m", "cluster", "--sink", "s"], /--method cluster needs --redis/],
		[["list", "-m", "cluster", "--redis", "redis://127.0.0.1"], /--method cluster needs --sink/],
		[["list", "-m", "cluster", "--redis", "http://u:secret@h", "--sink", "s"], /--redis: it should look like redis:/],
		[["list", "--sink", "gs://bucket/x"], /--sink: "gs:\/\/bucket\/x" is neither a directory nor s3:/],
		[["worker"], /--redis must be given/],
		[["worker", "--redis", "redis://127.0.0.1"], /--sink must be given/],
		[["worker", "--redis", "redis://127.0.0.1", "--sink", "s", "-m", "cluster"], /--method/],
		[
			["worker", "--redis", "redis://127.0.0.1", "--sink", "s", "--health", "x"],
			/--health: "x" is neither PORT nor HOST:PORT/,
		],
		[["status"], /--redis must be given/],
	];
	const ends = await Promise.all(cases.map(([args]) => downspout(args, { cwd })));
	for (const [n, { code, stdout, stderr }] of ends.entries()) {
		const [args = [], message = /$^/] = cases[n] ?? [];
		assert.deepEqual([code, stdout], [2, ""], args.join(" "));
		assert.match(stderr, message);
		assert.equal(stderr.trim().split("\n").length, 1);
		assert.doesNotMatch(stderr, /secret/);
	}
	assert.deepEqual(await readdir(cwd), ["list"]);
});

/** A server that says what a Redis of such a kind says to INFO, and nothing to some commands. */
async function fakeRedis(context: TestContext, info: string, silent = /$^/): Promise<string> {
	const server = createServer((socket) => {
		socket.on("error", () => {});
		socket.on("data", (data) => {
			for (const command of data.toString().split(/(?=^\*\d)/m)) {
				if (silent.test(command)) continue;
				if (/\r\ninfo\r/i.test(command)) socket.write(`$${info.length}\r\n${info}\r\n`);
				else if (/hello/i.test(command)) socket.write("-ERR unknown command 'HELLO'\r\n");
				else socket.write("+OK\r\n");
			}
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => void server.close());
	const address = server.address();
	assert(address !== null && typeof address === "object");
	return `redis://127.0.0.1:${address.port}`;
}

test("servers that cannot be used: exit 3, and one line that names them", patience, async (context) => {
	const cwd = await folderFor(context);
	const locked = await startRedis(context, ["--requirepass", "the-right-one"]);
	const primary = await startRedis(context);
	const replica = await startRedis(context, ["--replicaof", "127.0.0.1", String(primary.port)]);
	const old = await fakeRedis(context, "redis_version:6.0.16\r\nrole:master\r\n");
	const mute = await fakeRedis(context, "redis_version:7.0.0\r\nrole:master\r\n", /\r\n(?:eval|smembers)\r/i);
	const env = { DOWNSPOUT_CLUSTER_SILENCE: "2" };
	const cases: readonly (readonly [url: string, message: RegExp])[] = [
		["redis://127.0.0.1:1", /Redis at redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/],
		[locked.url, /it wants a password \(DOWNSPOUT_REDIS_PASSWORD\)/],
		[locked.url.replace("//", "//:the-wrong-one@"), /the user name or password is wrong/],
		[replica.url, /it is a read-only replica/],
		[mute, /it stopped answering: the start took more than 8 s/],
		[old, /it is version 6\.0\.16, and 6\.2 or newer is needed/],
	];
	for (const [url, message] of cases) {
		const runs = [
			downspout(["list", "-m", "cluster", "--redis", url, "--sink", "sink", "-q", "--json"], { cwd, env }),
			downspout(["status", "--redis", url], { cwd, env }),
		];
		for (const { code, stderr } of await Promise.all(runs)) {
			assert.equal(code, 3, `${url}: ${stderr}`);
			assert.match(stderr, message);
			assert.equal(stderr.trim().split("\n").length, 1, stderr);
			assert.doesNotMatch(stderr, /the-wrong-one/);
		}
	}
	const worker = launchWorker(context, { redis: locked.url.replace("//", "//:the-wrong-one@"), sink: cwd });
	assert.equal(await worker.ended, 3);
	assert.match(worker.words(), /the user name or password is wrong/);
});

test(
	"the password comes from the environment, and a Redis that may drop keys is warned of",
	patience,
	async (context) => {
		const cwd = await folderFor(context);
		const { url } = await serve(context, (_request, response) => response.end("text"));
		await writeFile(join(cwd, "list"), `${url}/a\n`);
		const redis = await startRedis(context, ["--requirepass", "the-right-one", "--maxmemory-policy", "allkeys-lru"]);
		const env = { DOWNSPOUT_REDIS_PASSWORD: "the-right-one" };
		const sink = join(cwd, "sink");
		await startWorker(context, { redis: redis.url, sink, env });
		const args = ["list", "-m", "cluster", "--redis", redis.url, "--sink", sink, "--json", "--progress", "plain"];
		const { code, stdout, stderr } = await downspout(args, { cwd, env });
		assert.equal(code, 0, stderr);
		assert.equal(JSON.parse(stdout).saved, 1);
		assert.match(stderr, /maxmemory-policy allkeys-lru/);
	},
);

test("a worker waits for a Redis that is not there yet", patience, async (context) => {
	const cwd = await folderFor(context);
	const redis = await startRedis(context);
	await redis.stop();
	const worker = launchWorker(context, { redis: redis.url, sink: cwd });
	setTimeout(() => void redis.start(), 1000);
	await worker.says(/ready:/);
	worker.kill("SIGTERM");
	assert.equal(await worker.ended, 0);
});

test("a worker whose sink or key is another one refuses the run, and says so", patience, async (context) => {
	const lab = await startFaultLab(context, 20_000_000);
	const elsewhere = await lab.worker({ sink: join(lab.folder, "elsewhere") });
	const keyless = await lab.worker();
	const env = { ...process.env, ...quick, DOWNSPOUT_CLUSTER_KEY: "a key of more than sixteen characters" };
	const args = ["list", "-m", "cluster", "--redis", lab.redis.url, "--sink", lab.sink, "-d", lab.dir, "--json", "-q"];
	const run = downspout(args, { cwd: lab.folder, env });
	await elsewhere.says(
		new RegExp(`it saves to ${lab.sink}, and this worker to ${join(lab.folder, "elsewhere")}: not joined`),
	);
	await keyless.says(/DOWNSPOUT_CLUSTER_KEY is not the same on both sides/);
	// What entries hold is not to be read in Redis.
	const client = new Redis(lab.redis.url);
	let hashes: readonly string[] = [];
	while (hashes.length < 2) {
		hashes = (await client.keys("downspout:*")).filter((key) => /:run:[^:]+$|:queue:[^:]+:[^:]+-\d+$/.test(key));
	}
	const texts = await Promise.all(hashes.map(async (key) => JSON.stringify(await client.hgetall(key))));
	client.disconnect();
	assert(texts.every((text) => !text.includes(lab.origin.url) && !text.includes("User-Agent")));
	const { DOWNSPOUT_CLUSTER_KEY } = env;
	await lab.worker({ env: { DOWNSPOUT_CLUSTER_KEY } });
	await lab.expectAll(await run);
});

test("a run of another release is not joined, and named", patience, async (context) => {
	const cwd = await folderFor(context);
	const redis = await startRedis(context);
	const client = new Redis(redis.url);
	await client.hset("downspout:run:later", "info", JSON.stringify({ protocol: protocol + 1, run: "later" }));
	await client.sadd("downspout:runs", "later");
	client.disconnect();
	const worker = await startWorker(context, { redis: redis.url, sink: cwd });
	await worker.says(new RegExp(`run later: it speaks version ${protocol + 1} of the protocol`));
	const { code, stdout } = await downspout(["status", "--redis", redis.url, "--json"]);
	assert.deepEqual([code, JSON.parse(stdout).runs], [0, []]);
});

test("a key that is too short is no key", async (context) => {
	const cwd = await folderFor(context);
	const worker = launchWorker(context, {
		redis: "redis://127.0.0.1:1",
		sink: cwd,
		env: { DOWNSPOUT_CLUSTER_KEY: "short" },
	});
	assert.equal(await worker.ended, 3);
	assert.match(worker.words(), /16 characters or more/);
});
