/** How far a list is read ahead of its downloads. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

test("while one host holds everything up, the list is read on in search of another, and not all at once", async (context) => {
	let isHeld = true;
	const held: ServerResponse[] = [];
	const busy = await serve(context, (_, response) => {
		if (isHeld) held.push(response);
		else response.end();
	});
	let batches = 0;
	let startedMs = Number.NaN;
	const found: { batches: number; ms: number; ended: boolean }[] = [];
	let ended = false;
	const free = await serve(context, (_, response) => {
		found.push({ batches, ms: performance.now() - startedMs, ended });
		response.end();
		isHeld = false;
		for (const answer of held) answer.end();
	});
	const list = Array.from({ length: 2000 }, (_, n) => `${busy.url}/${n}`).concat(`${free.url}/other`);
	const { summary } = await runList(context, list.join("\n"), {
		options: { concurrency: 8, perHost: 4 },
		onEvent(event) {
			if (event.type === "run-started") startedMs = performance.now();
			if (event.type === "list-read" && !event.complete) batches++;
			if (event.type === "ended") ended = true;
		},
	});
	assert.equal(summary.saved, 2001);
	const [other, ...more] = found;
	assert(other && more.length === 0);
	assert.equal(other.ended, false);
	assert(other.batches > 8, `the list came in ${other.batches} pieces`);
	// Two pieces or three are read at once; timers may be a millisecond early.
	assert(other.ms >= (other.batches - 4) * 9, `${other.batches} pieces in ${other.ms} ms`);
});
