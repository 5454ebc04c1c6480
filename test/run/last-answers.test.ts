/** A run that stops while an entry waits for what is made of its last answer: it has failed, as it will not be asked again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

for (const status of [403, 429]) {
	test(`${status}, while others are in flight`, async (context) => {
		const abort = new AbortController();
		let heard = 0;
		const { url } = await serve(context, (request, response) => {
			if (request.url?.startsWith("/slow")) return;
			if (request.url === "/probe") return void response.end();
			request.socket.on("close", async () => {
				if (++heard < 4) return;
				// What the servers sent has been read by the time that other requests are over.
				for (let n = 0; n < 5; n++) await (await fetch(`${url}/probe`)).text();
				abort.abort();
			});
			response.writeHead(status, { connection: "close" }).end();
		});
		const names = ["slow", "refused"];
		const list = Array.from({ length: 8 }, (_, n) => `${url}/${names[n % 2]}${n}`).join("\n");
		const { summary, outcomes } = await runList(context, list, {
			signal: abort.signal,
			options: { retries: 0, concurrency: 8, perHost: 8 },
		});
		assert.deepEqual(summary.errors, { [`http_${status}`]: 4 });
		assert.deepEqual([summary.failed, summary.cancelled, outcomes.length], [4, 4, 8]);
	});
}
