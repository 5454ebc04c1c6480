/** Parts that no list has named for a month go, when a list has been read to its end. */
import assert from "node:assert/strict";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { entryKey } from "../../src/journal/entry-key.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "./fresh-folder.ts";
import { partsIn, runList } from "./run-list.ts";

const day = 24 * 60 * 60;

type Parts = { readonly dir: string; readonly url: string; readonly requests: () => (string | undefined)[] };

/** A directory with parts: two of the list, one old, and two that no list names. */
async function leaveParts(context: TestContext): Promise<Parts> {
	const { url, requests } = await serve(context, (request, response) => {
		if (request.url !== "/endless") response.setHeader("etag", '"1"').end("x".repeat(2000));
	});
	const dir = join(freshFolder(context), "downloads");
	const parts = join(dir, ".downspout/parts");
	for (const [name, days] of [
		["listed", 40],
		["old", 31],
		["young", 29],
	] as const) {
		const folder = join(parts, entryKey(`${url}/${name}`, undefined));
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, "source.json"), JSON.stringify({ url: `${url}/${name}`, etag: '"1"' }));
		writeFileSync(join(folder, "body"), "x".repeat(1000));
		const seconds = Date.now() / 1000 - days * day;
		utimesSync(join(folder, "body"), seconds, seconds);
	}
	return { dir, url, requests: () => requests.map(({ headers }) => headers.range) };
}

test("what the list names is continued, what is old goes, what is young stays", async (context) => {
	const { dir, url, requests } = await leaveParts(context);
	await runList(context, `${url}/listed`, { dir });
	assert.deepEqual(requests(), ["bytes=1000-"]);
	assert.deepEqual(partsIn(dir), [entryKey(`${url}/young`, undefined)]);
});

test("a run that is stopped takes nothing away: what it has not come to may be listed", async (context) => {
	const { dir, url } = await leaveParts(context);
	const abort = new AbortController();
	await runList(context, `${url}/endless`, {
		dir,
		signal: abort.signal,
		onEvent: (event) => event.type === "attempt-started" && abort.abort(),
	});
	assert.equal(partsIn(dir).length, 3);
});
