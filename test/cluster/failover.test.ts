/** A replica takes over from a primary that was ahead of it: what was written last is lost, and no file is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { skipUnlessLinux } from "../skip-unless.ts";
import { startCutProxy } from "./cut-proxy.ts";
import { patient, startFaultLab } from "./fault-lab.ts";
import { startRedis } from "./redis-server.ts";

const patience = { timeout: 240_000, skip: skipUnlessLinux };

for (const isPrimaryAlive of [false, true]) {
	test(
		`a replica that is behind takes over, and the primary ${isPrimaryAlive ? "goes on alone" : "is gone"}`,
		patience,
		async (context) => {
			const lab = await startFaultLab(context, 3_000_000);
			const replica = await startRedis(context, ["--replicaof", "127.0.0.1", String(lab.redis.port)]);
			const wire = await startCutProxy(context, lab.redis.port);
			const url = `redis://127.0.0.1:${wire.port}`;
			const client = new Redis(replica.url);
			while (!/master_link_status:up/.test(await client.info("replication"))) await sleep(50);
			await Promise.all([lab.worker({ redis: url }), lab.worker({ redis: url })]);
			const run = lab.start(["--redis", url], patient);
			await lab.asked(40);
			// Nothing of what is written from now on arrives there.
			await client.replicaof("127.0.0.1", "1");
			await lab.asked(80);
			if (!isPrimaryAlive) await lab.redis.stop();
			wire.lead(replica.port);
			await client.replicaof("NO", "ONE");
			const { code, stdout, stderr } = await run.ended;
			assert.equal(code, 0, stderr);
			const { total, saved } = JSON.parse(stdout);
			assert.deepEqual([total, saved], [lab.batch.paths.length, lab.batch.paths.length]);
			assert.equal(await lab.batch.check(lab.sink), total);
			assert.deepEqual(
				(await client.keys("*")).filter((key) => !key.startsWith("downspout:worker")),
				[],
			);
			client.disconnect();
		},
	);
}
