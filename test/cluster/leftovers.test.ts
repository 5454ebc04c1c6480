/** What a run could not take out of Redis as that was out of reach is taken out by the next one, also of the same process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { startLab } from "../runners/lab.ts";
import { startCutProxy } from "./cut-proxy.ts";

for (const livesMs of [undefined, 3_600_000]) {
	const why = livesMs === undefined ? "" : ", and whose sign of life does not expire";
	test(`a run that was stopped while Redis did not answer${why}`, { timeout: 120_000 }, async (context) => {
		const lab = await startLab(
			context,
			"cluster",
			(_, response) => void setTimeout(() => response.end("a file"), 1000),
		);
		const { redis } = lab.meeting;
		assert(redis !== undefined);
		const wire = await startCutProxy(context, Number(new URL(redis).port));
		const stop = new AbortController();
		const paths = Array.from({ length: 60 }, (_, n) => `/${n}`);
		const stopped = lab.run(paths, { redis: `redis://127.0.0.1:${wire.port}` }, { signal: stop.signal });
		while (lab.requests.length === 0) await sleep(10);
		wire.cut();
		stop.abort(new Error("enough"));
		const first = await stopped;
		wire.mend();
		const client = new Redis(redis);
		if (livesMs !== undefined)
			for (const key of await client.keys("downspout:run:*:workers"))
				await client.set(key.replace(/workers$/, "alive"), "1", "PX", livesMs);
		const second = await lab.run(paths);
		assert.equal(second.summary.saved + second.summary.skipped, paths.length, JSON.stringify(first.summary));
		const keys = await client.keys("*");
		client.disconnect();
		assert.deepEqual(
			keys.filter((key) => !key.startsWith("downspout:worker")),
			[],
		);
	});
}
