/** How far a list is read ahead of its downloads. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import type { Entry } from "../../src/core/entry.ts";
import { createAppetite } from "../../src/run/appetite.ts";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

async function* inPieces(urls: readonly string[], size: number): AsyncGenerator<readonly Entry[]> {
	const entries = urls.map((url, index): Entry => ({ line: index + 1, urls: [url] }));
	for (let start = 0; start < entries.length; start += size) yield entries.slice(start, start + size);
}

for (const size of [1, 100]) {
	test(`while one host holds everything up, pieces of ${size} are read on in search of another, and not all at once`, async (context) => {
		let isHeld = true;
		const held: ServerResponse[] = [];
		const busy = await serve(context, (_, response) => {
			if (isHeld) held.push(response);
			else response.end();
		});
		let read = 0;
		let ended = 0;
		let startedMs = Number.NaN;
		const found: { read: number; ms: number; ended: number }[] = [];
		const free = await serve(context, (_, response) => {
			found.push({ read, ms: performance.now() - startedMs, ended });
			response.end();
			isHeld = false;
			for (const answer of held) answer.end();
		});
		const urls = Array.from({ length: 1200 }, (_, n) => `${busy.url}/${n}`).concat(`${free.url}/other`);
		const { summary } = await runList(context, inPieces(urls, size), {
			options: { concurrency: 8, perHost: 4 },
			onEvent(event) {
				if (event.type === "run-started") startedMs = performance.now();
				if (event.type === "list-read") read = event.total;
				if (event.type === "ended") ended++;
			},
		});
		assert.equal(summary.saved, 1201);
		assert.equal(found.length, 1);
		for (const other of found) {
			assert.deepEqual([other.read, other.ended], [1201, 0]);
			// 128 entries and what is left of a piece after each pause; a timer may be a millisecond early.
			const pauses = Math.floor((1201 - 64 - 2 * size) / (128 + size));
			assert(other.ms >= pauses * 9, `${pauses} pauses in ${other.ms} ms`);
		}
	});
}

test("entries that are long are read ahead in smaller numbers: memory is what counts", async (context) => {
	const { url } = await serve(context, () => undefined);
	// No server takes so long a URL: a mirror that is not asked has it.
	const mirror = `${url}/${"x".repeat(240_000)}`;
	const controller = new AbortController();
	let read = 0;
	let quietSinceMs = performance.now();
	const watch = setInterval(() => {
		if (performance.now() - quietSinceMs > 1000) controller.abort("nothing more is read");
	}, 50);
	context.after(() => clearInterval(watch));
	async function* endless(): AsyncGenerator<readonly Entry[]> {
		for (let line = 1; line <= 1500; line++) yield [{ line, urls: [`${url}/${line}`, mirror] }];
	}
	const { summary } = await runList(context, endless(), {
		options: { concurrency: 8, perHost: 4, retries: 0 },
		signal: controller.signal,
		onEvent(event) {
			if (event.type !== "list-read" || event.total === read) return;
			read = event.total;
			quietSinceMs = performance.now();
		},
	});
	// What is read ahead at most, in entries of 4096 characters, and what is in flight.
	const most = Math.ceil(16_384 / Math.floor(240_000 / 4096)) + 8;
	assert.ok(read > 8 && read <= most, `${read} entries were read ahead, and ${most} would do`);
	assert.equal(summary.cancelled, read);
});

test("what starts while the search pauses makes no room for more of the same", async () => {
	let ahead = 64;
	const appetite = createAppetite(
		() => ahead,
		() => true,
	);
	await appetite.hunger();
	while (appetite.isHungry()) ahead++;
	assert.equal(ahead, 192);
	const told = appetite.hunger();
	ahead = 64;
	appetite.look();
	assert.equal(appetite.isHungry(), false);
	await told;
	assert.equal(appetite.isHungry(), true);
});

test("the search pauses after so many entries, however small the pieces, and has an end", async () => {
	let ahead = 0;
	let pauses = 0;
	let wasTold = false;
	const appetite = createAppetite(
		() => ahead,
		() => true,
	);
	for (; ahead < 16_384; ahead++) {
		if (appetite.isHungry()) continue;
		pauses++;
		await appetite.hunger();
	}
	assert.equal(pauses, Math.ceil((16_384 - 64) / 128));
	const told = appetite.hunger().then(() => {
		wasTold = true;
	});
	await new Promise((resolve) => setTimeout(resolve, 50));
	assert.equal(wasTold, false);
	ahead = 63;
	appetite.look();
	await told;
	ahead = 16_384;
	const stopped = appetite.hunger();
	appetite.stop();
	await stopped;
});
