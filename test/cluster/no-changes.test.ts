/** A Redis that answers all questions and takes no changes is waited for, and given up like one that is out of reach. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "ioredis";
import { skipUnlessLinux } from "../skip-unless.ts";
import { startFaultLab } from "./fault-lab.ts";

const patience = { timeout: 240_000, skip: skipUnlessLinux };
/** Tells when Redis is waited for. */
const telling = ["--progress", "plain"];

/** What servers refuse all changes for, while they answer all questions; and how that ends. */
const refusals: readonly {
	readonly name: string;
	readonly begin: readonly string[];
	readonly end: readonly string[];
	readonly why: RegExp;
}[] = [
	{
		name: "its memory is full",
		begin: ["config", "set", "maxmemory", "1"],
		end: ["config", "set", "maxmemory", "0"],
		why: /OOM/,
	},
	{
		name: "it has become a replica",
		begin: ["replicaof", "127.0.0.1", "1"],
		end: ["replicaof", "no", "one"],
		why: /READONLY/,
	},
	{
		name: "it misses its replicas",
		begin: ["config", "set", "min-replicas-to-write", "1"],
		end: ["config", "set", "min-replicas-to-write", "0"],
		why: /NOREPLICAS/,
	},
	{
		name: "the user may write no more",
		begin: ["acl", "setuser", "default", "-@write"],
		end: ["acl", "setuser", "default", "+@all"],
		why: /NOPERM|no permissions/,
	},
];

for (const { name, begin, end, why } of refusals) {
	for (const isMended of [true, false]) {
		const then = isMended ? "waited for" : "exit 3, and the same command goes on";
		test(`Redis takes no changes, as ${name}: ${then}`, patience, async (context) => {
			const lab = await startFaultLab(context);
			const tell = async ([command = "", ...args]: readonly string[]): Promise<void> => {
				const client = new Redis(lab.redis.url);
				await client.call(command, ...args);
				client.disconnect();
			};
			await lab.worker();
			const run = lab.start(telling);
			await lab.asked(30);
			await tell(begin);
			await run.says(/warning Redis takes no changes \(.*\): waiting for it, 8 s at most/);
			if (isMended) {
				await tell(end);
				return lab.expectAll(await run.ended);
			}
			const { code, stderr } = await run.ended;
			assert.equal(code, 3, stderr);
			assert.match(stderr, /Redis has taken no changes for 8 s/);
			assert.match(stderr, why);
			await tell(end);
			await lab.expectAll(await lab.start().ended);
		});
	}
}

test(
	"the connection for changes is lost and not let in again, while results still arrive: exit 3",
	patience,
	async (context) => {
		const lab = await startFaultLab(context);
		await lab.worker();
		const run = lab.start(telling);
		await lab.asked(30);
		const client = new Redis(lab.redis.url);
		await client.config("SET", "maxclients", "1");
		const clients = String(await client.client("LIST")).split("\n");
		const own = await client.client("ID");
		for (const one of clients) {
			const id = /^id=(\d+)/.exec(one)?.[1];
			if (id !== undefined && id !== String(own) && !/ cmd=xread /.test(one)) await client.client("KILL", "ID", id);
		}
		await run.says(/warning Redis takes no changes \(ERR max number of clients reached\): waiting for it, 8 s at most/);
		const { code, stderr } = await run.ended;
		assert.equal(code, 3, stderr);
		assert.match(stderr, /Redis has taken no changes for 8 s \(ERR max number of clients reached\)/);
		await client.config("SET", "maxclients", "1000");
		client.disconnect();
		await lab.expectAll(await lab.start().ended);
	},
);
