/** An abort ends a run in time and loses nothing. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Method } from "../../src/core/outcome.ts";
import { halfFileBytes, halfFileBytesOf, sendHalf } from "./half-file.ts";
import { startLab } from "./lab.ts";
import { assertNothingLeft } from "./records.ts";

/** The promise is two seconds; the rest is for a machine that is busy with other tests. Servers that hang take longer. */
const longestStopMs = 10_000;

/** A worker of a cluster that is slow to stop is not waited for by the run: until it has, it has the parts. */
async function untilReleased(dir: string): Promise<void> {
	const parts = join(dir, ".downspout/parts");
	while ((await readdir(parts)).some((name) => name.includes("@"))) await sleep(20);
}

export function testStopping(method: Method): void {
	test(`${method}: an abort keeps what is in flight, and the next run continues it by Range`, {
		timeout: 60_000,
	}, async (context) => {
		const large = Array.from({ length: 6 }, (_, n) => `/large-${n}`);
		let isBusy = true;
		const lab = await startLab(context, method, (request, response) => {
			if (request.url?.startsWith("/large")) return sendHalf(request, response);
			if (request.url === "/busy" && isBusy) return void response.writeHead(503, { "Retry-After": "60" }).end();
			response.end("small");
		});
		const abort = new AbortController();
		const halved = new Set<number>();
		let stoppedAtMs = 0;
		const urls = ["/small", `${lab.otherUrl}/busy`, ...large, ...Array.from({ length: 40 }, (_, n) => `/waits-${n}`)];
		const stopped = await lab.run(
			urls,
			{ concurrency: 8, perHost: 6 },
			{
				signal: abort.signal,
				onEvent(event) {
					if (event.type !== "progress" || event.bytes < halfFileBytes / 2) return;
					halved.add(event.id);
					if (halved.size < large.length || stoppedAtMs > 0) return;
					stoppedAtMs = performance.now();
					abort.abort(new Error("enough"));
				},
			},
		);
		assert(performance.now() - stoppedAtMs < longestStopMs);
		const { total, saved, cancelled } = stopped.summary;
		assert.deepEqual([total, saved, cancelled], [urls.length, 1, urls.length - 1]);
		const told = stopped.events.findIndex((event) => event.type === "stopping" && event.reason === "enough");
		const first = stopped.events.findIndex((event) => event.type === "ended" && event.outcome.status === "cancelled");
		assert(told >= 0 && told < first, "what is cancelled is told after the reason");

		await untilReleased(lab.dir);
		isBusy = false;
		const asked = lab.requests.length;
		const { summary } = await lab.run(urls);
		assert.deepEqual([summary.saved, summary.skipped], [urls.length - 1, 1]);
		const continued = lab.requests
			.slice(asked)
			.filter(({ headers }) => headers.range === `bytes=${halfFileBytes / 2}-`);
		assert.deepEqual(continued.map(({ url }) => url).sort(), large);
		for (const path of large) assert((await lab.read(path.slice(1))).equals(halfFileBytesOf(path)), `${path} is torn`);
		await assertNothingLeft(lab.dir);
	});

	test(`${method}: a run that is aborted before it begins asks for nothing`, async (context) => {
		const lab = await startLab(context, method, (_, response) => void response.end());
		const { summary } = await lab.run(["/one", "/two"], {}, { signal: AbortSignal.abort() });
		assert.equal(summary.saved, 0);
		assert.equal(lab.requests.length, 0);
	});
}
