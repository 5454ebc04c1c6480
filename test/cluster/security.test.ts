/** Who may talk to Redis, what is to be seen of secrets, and what a worker does not do for a run. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { generate } from "selfsigned";
import { downspout, startDownspout, waitForEnd } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { descendantsOf } from "../kill/process-tree.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { quick } from "./fault-lab.ts";
import { freePort, startRedis } from "./redis-server.ts";
import { launchWorker, startWorker } from "./worker-processes.ts";

const patience = { timeout: 60_000 };
const password = "the-word-that-nobody-may-see";

async function freshFolder(context: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "downspout-security-"));
	context.after(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

/** The rules that docs/cluster.md tells users to give. */
async function documentedRules(): Promise<string> {
	const page = await readFile(new URL("../../docs/cluster.md", import.meta.url), "utf8");
	const rules = [...(/An ACL user[\s\S]*?\n- /.exec(page)?.[0] ?? "").matchAll(/`([^`]*[+~&][^`]*)`/g)];
	assert.equal(rules.length, 3);
	return rules.map(([, rule]) => rule).join(" ");
}

/** A Redis that talks TLS, with one user who may do what a cluster needs, or what `rules` say. */
async function startGuardedRedis(context: TestContext, rules: string) {
	const folder = await freshFolder(context);
	const { cert, private: key } = await generate([{ name: "commonName", value: "downspout test" }], {
		keyType: "ec",
		extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
	});
	const path = (name: string): string => join(folder, name);
	const acl = `user default off\nuser team on >${password} ${rules}\nuser admin on >${password} ~* &* +@all\n`;
	const texts = { cert, key, acl, word: `${password}\n` };
	for (const [name, text] of Object.entries(texts)) await writeFile(path(name), text);
	const port = String(await freePort());
	const tls = ["--tls-cert-file", path("cert"), "--tls-key-file", path("key"), "--tls-auth-clients", "no"];
	const redis = await startRedis(context, ["--tls-port", port, ...tls, "--aclfile", path("acl")]);
	return {
		url: `rediss://team@127.0.0.1:${port}`,
		admin: redis.url.replace("//", `//admin:${password}@`),
		trusted: { NODE_EXTRA_CA_CERTS: path("cert") },
		wordFile: path("word"),
	};
}

function readCommandLine(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8");
	} catch {
		return "";
	}
}

function textsBelow(folder: string): string[] {
	const names = readdirSync(folder, { recursive: true, withFileTypes: true });
	return names
		.filter((one) => one.isFile())
		.map((one) => `${one.name} ${readFileSync(join(one.parentPath, one.name), "utf8")}`);
}

test("TLS, and a user with the rules of the docs: the password is to be seen nowhere", {
	...patience,
	skip: skipUnlessLinux,
}, async (context) => {
	const redis = await startGuardedRedis(context, await documentedRules());
	const folder = await freshFolder(context);
	const sink = join(folder, "sink");
	const waiting: (() => void)[] = [];
	const { url } = await serve(context, ({ url: path }, response) => void waiting.push(() => response.end(path)));
	await writeFile(join(folder, "list"), `${url}/a\n${url}/b\n`);
	const worker = await startWorker(context, {
		redis: redis.url,
		sink,
		args: ["-m", "processes", "-w", "1"],
		env: { ...quick, ...redis.trusted, DOWNSPOUT_REDIS_PASSWORD_FILE: redis.wordFile },
	});
	const run = startDownspout(["list", "-m", "cluster", "--redis", redis.url, "--sink", sink, "--json"], {
		cwd: folder,
		env: { ...quick, ...redis.trusted, DOWNSPOUT_REDIS_PASSWORD: password },
	});
	const ended = waitForEnd(run);
	while (waiting.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
	const pids = [worker.pid(), run.pid ?? 0].flatMap((pid) => [pid, ...descendantsOf(pid)]);
	const titles = pids.map(readCommandLine);
	assert(titles.length >= 3 && titles.every((title) => !title.includes(password)), titles.join("\n"));
	const admin = new Redis(redis.admin);
	const held = await Promise.all((await admin.keys("*")).map(async (key) => `${key} ${await admin.dumpBuffer(key)}`));
	const clients = String(await admin.client("LIST"));
	admin.disconnect();
	assert(held.length > 3 && clients.includes("user=team"));
	for (const answer of waiting) answer();
	const { code, stdout, stderr } = await ended;
	assert.equal(code, 0, stderr);
	assert.equal(JSON.parse(stdout).saved, 2);
	for (const text of [...held, clients, stdout, stderr, worker.words(), ...textsBelow(folder)]) {
		assert(!text.includes(password), text);
	}
	const { code: seen } = await downspout(["status", "--redis", redis.url], {
		env: { ...redis.trusted, DOWNSPOUT_REDIS_PASSWORD: password },
	});
	assert.equal(seen, 0);
});

test(
	"a Redis that is not trusted, and users who may not do what is needed: exit 3, and one line",
	patience,
	async (context) => {
		const right = await documentedRules();
		const folder = await freshFolder(context);
		await writeFile(join(folder, "list"), "http://127.0.0.1:1/a\n");
		const env = { ...quick, DOWNSPOUT_REDIS_PASSWORD: password };
		const refused = /Redis at rediss:\/\/127\.0\.0\.1:\d+: its rules do not let this user do what a cluster needs \(/;
		const cases = [
			{ rules: right, isTrusted: false, message: /Redis at rediss:\/\/127\.0\.0\.1:\d+: .*certificate/ },
			{ rules: right.replace("downspout:*", "other:*"), isTrusted: true, message: refused },
			{ rules: right.replace("+@write", ""), isTrusted: true, message: refused },
			{ rules: right.replace("+@scripting", ""), isTrusted: true, message: refused },
			{ rules: right.replace("+@read", ""), isTrusted: true, message: refused },
			{ rules: right.replace("+time", ""), isTrusted: true, message: refused },
			{ rules: right.replace("+@pubsub", ""), isTrusted: true, message: refused },
			{ rules: `${right} -xread`, isTrusted: true, message: refused },
			{ rules: `${right} -@blocking`, isTrusted: true, message: refused },
			{ rules: right.replace("&downspout:control", ""), isTrusted: true, message: refused },
		];
		for (const { rules, isTrusted, message } of cases) {
			const redis = await startGuardedRedis(context, rules);
			const args = ["list", "-m", "cluster", "--redis", redis.url, "--sink", "sink", "-q"];
			const { code, stderr } = await downspout(args, { cwd: folder, env: { ...env, ...(isTrusted && redis.trusted) } });
			assert.equal(code, 3, `${rules}: ${stderr}`);
			assert.match(stderr, message);
			assert.equal(stderr.trim().split("\n").length, 1, stderr);
		}
		const deaf = await startGuardedRedis(context, right.replace("&downspout:control", ""));
		const worker = launchWorker(context, { redis: deaf.url, sink: folder, env: { ...env, ...deaf.trusted } });
		assert.equal(await worker.ended, 3);
		assert.match(worker.words(), /^downspout: Redis at [^\n]*NOPERM[^\n]*\n$/);
	},
);

test(
	"a worker insists on public addresses by itself, and joins no run that goes through a proxy",
	patience,
	async (context) => {
		const folder = await freshFolder(context);
		const sink = join(folder, "sink");
		const redis = await startRedis(context);
		const { url, requests } = await serve(context, (_request, response) => response.end("secret"));
		await writeFile(join(folder, "list"), `${url}/a\n`);
		const worker = await startWorker(context, { redis: redis.url, sink, args: ["--deny-private"], env: quick });
		const args = ["list", "-m", "cluster", "--redis", redis.url, "--sink", sink, "--json", "-q"];
		const { code, stdout } = await downspout(args, { cwd: folder, env: quick });
		assert.deepEqual([code, JSON.parse(stdout).errors], [1, { denied_address: 1 }]);
		const proxied = startDownspout([...args, "--proxy", url], { cwd: folder, env: quick });
		const ended = waitForEnd(proxied);
		await worker.says(/it goes through a proxy, and this worker has --deny-private: not joined/);
		proxied.kill("SIGINT");
		assert.equal((await ended).code, 130);
		assert.equal(requests.length, 0);
	},
);
