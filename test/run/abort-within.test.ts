/** An abort that comes from within one of the run's own events: nothing is lost between two states, and nothing hangs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunEvent } from "../../src/core/event.ts";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

const kinds: readonly RunEvent["type"][] = [
	"run-started",
	"list-read",
	"attempt-started",
	"progress",
	"retry",
	"paused",
	"ended",
	"note",
];

for (const kind of kinds) {
	test(`an abort at the event ${kind} ends the run, and each entry once`, { timeout: 20_000 }, async (context) => {
		const { url } = await serve(context, (request, response) => {
			if (request.url?.startsWith("/good")) response.end("text");
			else if (request.url?.startsWith("/slow"))
				response.writeHead(200, { "content-length": 1e6 }).write("x".repeat(200_000));
			else if (request.url?.startsWith("/paused")) response.writeHead(429, { "retry-after": "1000" }).end();
			else response.writeHead(500).end();
		});
		const abort = new AbortController();
		const names = ["good", "slow", "paused", "bad"];
		const list = Array.from({ length: 80 }, (_, nth) => `${url}/${names[nth % 4]}${nth}`).join("\n");
		const { summary, outcomes, events } = await runList(context, list, {
			signal: abort.signal,
			options: { retries: 5, retryBaseMs: 60_000, concurrency: 8 },
			onEvent: ({ type }) => void (type === kind && abort.abort()),
		});
		assert(events.some(({ type }) => type === kind));
		const read = events.findLast((event) => event.type === "list-read")?.total ?? 0;
		assert.equal(new Set(outcomes.map(({ line }) => line)).size, outcomes.length);
		assert.deepEqual([outcomes.length, summary.total], [read, read]);
		assert.equal(events.at(-1)?.type, "run-ended");
	});
}
