/** What a run has learned of a host's level is in the journal, and the next one of the same day begins with it. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Served } from "../download/serve.ts";
import { serve } from "../download/serve.ts";
import { type ListRun, runList } from "./run-list.ts";

type Fragile = Served & { readonly refusals: () => number; readonly highest: () => number };

/** A host that refuses more than a few at once. */
async function serveFew(context: TestContext, most: number): Promise<Fragile> {
	let here = 0;
	let refusals = 0;
	let highest = 0;
	const server = await serve(context, (_, response) => {
		highest = Math.max(highest, here + 1);
		if (here >= most) {
			refusals++;
			return void response.writeHead(429).end();
		}
		here++;
		setTimeout(() => {
			here--;
			response.end("text");
		}, 10);
	});
	return Object.assign(server, { refusals: () => refusals, highest: () => highest });
}

function listOf(url: string, from: number, count: number): string {
	return Array.from({ length: count }, (_, n) => `${url}/${from + n}`).join("\n");
}

function journalOf({ dir }: ListRun): string {
	return join(dir, ".downspout/journal.jsonl");
}

test("a host that refused: the next run asks for no more than it takes, and goes up to that from half", async (context) => {
	const server = await serveFew(context, 6);
	const first = await runList(context, listOf(server.url, 0, 300));
	assert.equal(first.summary.saved, 300);
	assert(server.refusals() > 5, `${server.refusals()} refusals`);
	const [, line = "{}"] = /^(\{"status":"level".*)$/m.exec(readFileSync(journalOf(first), "utf8")) ?? [];
	const { host, level, refused } = JSON.parse(line);
	assert.deepEqual([host, level >= 4 && level <= 6, refused > level], [new URL(server.url).host, true, true], line);

	const before = server.refusals();
	const second = await runList(context, listOf(server.url, 300, 300), { dir: first.dir });
	assert.equal(second.summary.saved, 300);
	assert(server.refusals() - before <= 2, `${server.refusals() - before} refusals in the second run`);
});

for (const [name, change] of [
	["of another day", (text: string) => text.replace(/"atMs":\d+/g, `"atMs":${Date.now() - 25 * 3_600_000}`)],
	["of a day to come", (text: string) => text.replace(/"atMs":\d+/g, `"atMs":${Date.now() + 3_600_000}`)],
	["that cannot be", (text: string) => text.replace(/"level":\d+/g, '"level":0')],
] as const) {
	test(`a level ${name} does not count`, async (context) => {
		const server = await serveFew(context, 6);
		const first = await runList(context, listOf(server.url, 0, 300));
		const journal = journalOf(first);
		writeFileSync(journal, change(readFileSync(journal, "utf8")));
		const before = server.refusals();
		const second = await runList(context, listOf(server.url, 300, 300), { dir: first.dir });
		assert.equal(second.summary.saved, 300);
		assert(server.refusals() - before > 5, `${server.refusals() - before} refusals in the second run`);
		assert.equal(second.warnings.length, name === "that cannot be" ? 1 : 0);
	});
}

test("--fresh forgets levels", async (context) => {
	const server = await serveFew(context, 6);
	const first = await runList(context, listOf(server.url, 0, 300));
	const before = server.refusals();
	await runList(context, listOf(server.url, 300, 200), { dir: first.dir, options: { fresh: true } });
	assert(server.refusals() - before > 5, `${server.refusals() - before} refusals`);
});

test("a host that allowed many: the next run begins at half of that", async (context) => {
	const waiting: ServerResponse[] = [];
	let wanted = 1;
	let most = 0;
	const answerAll = (): void => {
		for (const response of waiting.splice(0)) response.end();
	};
	const { url } = await serve(context, (_, response) => {
		most = Math.max(most, waiting.push(response));
		if (waiting.length === wanted) answerAll();
	});
	const first = await runList(context, listOf(url, 0, 1));
	wanted = 60;
	// Where they never are all there, the test is to fail, and not to wait.
	const timer = setInterval(answerAll, 5000);
	context.after(() => clearInterval(timer));
	const host = new URL(url).host;
	appendFileSync(journalOf(first), `{"status":"level","host":"${host}","level":120,"atMs":${Date.now()}}\n`);
	most = 0;
	const begun = await runList(context, listOf(url, 1, 60), { dir: first.dir });
	assert.equal(begun.summary.saved, 60);
	assert.equal(most, 60);
});
