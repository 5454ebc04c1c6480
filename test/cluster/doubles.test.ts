/** What is handed out again is begun again only where nobody has begun it: no file comes twice, whatever Redis repeats or forgets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "ioredis";
import { skipUnlessLinux } from "../skip-unless.ts";
import { startCutProxy } from "./cut-proxy.ts";
import { patient, startFaultLab } from "./fault-lab.ts";

const patience = { timeout: 60_000, skip: skipUnlessLinux };

test("a batch whose adding is repeated when it is done already is not done again", patience, async (context) => {
	const lab = await startFaultLab(context);
	const wire = await startCutProxy(context, lab.redis.port);
	await lab.worker();
	const run = lab.start(["--redis", `redis://127.0.0.1:${wire.port}`], patient);
	await lab.asked(60);
	await wire.loseAnswer(/tasks/);
	await lab.asked(160);
	wire.break();
	await lab.expectAll(await run.ended);
	assert.equal(lab.origin.requests(), lab.batch.paths.length);
});

/** All keys and what they hold, at one moment. */
const dumpAll = `local all = {}
for _, key in ipairs(redis.call("KEYS", "downspout:*")) do
	all[#all + 1] = key
	all[#all + 1] = redis.call("DUMP", key)
end
return all`;

test("a Redis that comes back with the data of a while ago gives nothing out again", patience, async (context) => {
	const lab = await startFaultLab(context);
	await lab.twoWorkers();
	const run = lab.start([], patient);
	const client = new Redis(lab.redis.url);
	context.after(() => client.disconnect());
	// The server ends before it does.
	client.on("error", () => {});
	await lab.asked(60);
	const dumps: unknown = await client.callBuffer("EVAL", dumpAll, "0");
	assert(Array.isArray(dumps));
	await lab.asked(180);
	const restoring = client.multi().flushall();
	for (let n = 0; n < dumps.length; n += 2) restoring.restore(String(dumps[n]), 0, dumps[n + 1]);
	await restoring.exec();
	// As a restart does.
	await client.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
	await lab.expectAll(await run.ended);
	assert.equal(lab.origin.requests(), lab.batch.paths.length);
});
