/** What is handed out again is begun again only where nobody has begun it: no file comes twice, whatever Redis repeats or forgets. */
import assert from "node:assert/strict";
import { test } from "node:test";
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
