/** The clock of the machine may be set while a run waits: its waits are as long as before. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

const hourMs = 3_600_000;

/** Sets what the program takes for the time of day. */
function setClock(context: TestContext, byMs: number): void {
	const real = Date.now.bind(Date);
	context.mock.method(Date, "now", () => real() + byMs);
}

for (const byMs of [-hourMs, hourMs]) {
	test(`a pause that a host asks for holds when the clock is set by ${byMs / hourMs} h`, async (context) => {
		const asked: number[] = [];
		const { url } = await serve(context, (_, response) => {
			asked.push(performance.now());
			if (asked.length > 2) return void response.end("here");
			// After the first pause has begun: the second one would seem to be over before that.
			if (asked.length === 2) setClock(context, byMs);
			response.writeHead(429, { "Retry-After": "1" }).end();
		});
		const options = { concurrency: 1, perHost: 1 };
		const { summary } = await runList(context, `${url}/a\n${url}/b\n`, { options });
		assert.equal(summary.saved, 2);
		const [first = 0, second = 0, third = 0] = asked;
		// Timers may fire a little early.
		assert(second - first > 950 && third - second > 950, `${second - first} and ${third - second} ms`);
	});
}
