/** A run may be steered from within its own events: it ends, and each entry once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ControlEvent, createControl } from "../../src/core/control.ts";
import type { RunEvent } from "../../src/core/event.ts";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

/** What is asked at the first events of a kind, one after the other. */
function wishesOf(host: string): readonly (readonly ControlEvent[])[] {
	return [
		[{ type: "pause" }, { type: "resume" }],
		[
			{ type: "pause-host", host },
			{ type: "resume-host", host },
		],
		[{ type: "set-host-level", host, level: 1 }],
		[{ type: "set-host-level", host, level: null }],
	];
}

const kinds: readonly RunEvent["type"][] = ["list-read", "attempt-started", "retry", "ended"];

for (const kind of kinds) {
	test(`at the event ${kind}`, { timeout: 60_000 }, async (context) => {
		const { url } = await serve(context, (request, response, nth) => {
			if (/[37]$/.test(request.url ?? "") && nth === 0) response.writeHead(500).end();
			else if (/5$/.test(request.url ?? "")) response.writeHead(500).end();
			else response.end("text");
		});
		const { host } = new URL(url);
		const control = createControl();
		const wishes = [...wishesOf(host)];
		const entries = Array.from({ length: 80 }, (_, n) => `${url}/${n}`);
		const { summary, outcomes, events } = await runList(context, entries.join("\n"), {
			options: { retries: 2, concurrency: 8, perHost: 4 },
			control,
			onEvent({ type }) {
				if (type !== kind) return;
				for (const wish of wishes.shift() ?? []) control.send(wish);
			},
		});
		assert(events.some(({ type }) => type === kind));
		assert.equal(new Set(outcomes.map(({ line }) => line)).size, outcomes.length);
		assert.deepEqual([outcomes.length, summary.total, summary.saved], [80, 80, 72]);
	});
}
