/** Mirrors: whose host failed lately goes last, and the name is still that of the first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { permanent, transient } from "../../src/core/failure.ts";
import { createHostTroubles } from "../../src/run/host-troubles.ts";
import { freePort, serve } from "../download/serve.ts";
import { byLine, contentOf, entryOf, runList } from "./run-list.ts";

test("a host that failed is asked last by the entries that follow", async (context) => {
	const good = await serve(context, (request, response) => response.end(`good ${request.url}`));
	const dead = `http://127.0.0.1:${await freePort()}`;
	const entries = ["/a", "/b"].map((path, index) => ({
		...entryOf(`${dead}${path}.jpg`),
		line: index + 1,
		urls: [`${dead}${path}.jpg`, `${good.url}${path}`] as const,
	}));
	async function* oneAfterTheOther(): AsyncGenerator<readonly (typeof entries)[number][]> {
		for (const entry of entries) {
			yield [entry];
			while (good.requests.length < entry.line) await new Promise((resolve) => setImmediate(resolve));
		}
	}
	const { outcomes, dir } = await runList(context, oneAfterTheOther());
	assert.deepEqual(
		byLine(outcomes).map(({ file, attempts }) => [file, attempts]),
		[
			["a.jpg", 2],
			["b.jpg", 1],
		],
	);
	assert.equal(contentOf(dir, "b.jpg"), "good /b");
});

test("only failures that say something of the host are held against it", () => {
	const mirrors: readonly [{ host: string }, ...{ host: string }[]] = [{ host: "a" }, { host: "b" }, { host: "c" }];
	const troubles = createHostTroubles();
	for (const code of ["http_404", "checksum", "truncated", "disk_full", "too_large"] as const)
		troubles.note("a", permanent(code, ""));
	assert.equal(troubles.choose(mirrors).host, "a");
	for (const code of ["connect", "http_503", "timeout"] as const) troubles.note("a", transient(code, ""));
	assert.equal(troubles.choose(mirrors).host, "b");
	troubles.note("b", permanent("dns", ""));
	assert.equal(troubles.choose(mirrors).host, "c");
	troubles.note("c", permanent("tls", ""));
	assert.equal(troubles.choose(mirrors).host, "a");
});

/** Twenty entries until the host is given up, and then one that has it as its other mirror. */
for (const [answers, attempts, status] of [
	[[503, 200], 2, "saved"],
	[[503, 503, 200], 3, "saved"],
	[[503, 503, 503, 200], 3, "failed"],
] as const) {
	test(`a mirror that answered ${answers.join(", ")} is asked again where the other one's host is given up: ${status}`, async (context) => {
		let asked = 0;
		const shaky = await serve(context, (_, response) => {
			response.statusCode = answers[asked++] ?? 500;
			response.end("whole");
		});
		const dead = `http://127.0.0.1:${await freePort()}`;
		const first = Array.from({ length: 20 }, (_, n) => ({ ...entryOf(`${dead}/${n}`), line: n + 1 }));
		const last = { ...entryOf(`${shaky.url}/x`), line: 21, urls: [`${shaky.url}/x`, `${dead}/x`] as const };
		let ended = 0;
		async function* inTurn(): AsyncGenerator<readonly (typeof last | (typeof first)[number])[]> {
			yield first;
			while (ended < first.length) await new Promise((resolve) => setImmediate(resolve));
			yield [last];
		}
		const { outcomes } = await runList(context, inTurn(), {
			options: { retries: 2 },
			onEvent: ({ type }) => {
				if (type === "ended") ended++;
			},
		});
		const end = byLine(outcomes)[20];
		assert.deepEqual([end?.status, end?.attempts], [status, attempts], JSON.stringify(end));
	});
}
