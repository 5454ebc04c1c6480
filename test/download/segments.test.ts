/** Large files over several connections: whole and of one version, whatever the server answers to a piece. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { entryOf, filesIn, runList } from "../run/run-list.ts";
import { assertWhole, body, fetchLarge, surplusOf } from "./fetch-large.ts";
import { bodyOf, mebibyte, serveLarge } from "./large-file.ts";

test("a number of segments is so many connections at once, each for a piece, and the file is whole", async (context) => {
	const found = await fetchLarge(context, {});
	assertWhole(found);
	assert.equal(found.server.most(), 4);
	assert.equal(found.outcomes[0]?.attempts, 1);
	const [first, ...pieces] = found.server.requests;
	assert.equal(first?.headers.range, undefined);
	for (const { headers } of pieces) assert.equal(headers["if-range"], '"one"');
	// Beside what was under way when an answer was cut off.
	assert(surplusOf(found.server, body.length) < 0.5);
});

test("one segment is one request; a file with fewer MiB than segments is not split", async (context) => {
	for (const segments of [1, 7]) {
		const found = await fetchLarge(context, {}, { segments });
		assertWhole(found);
		assert.equal(found.server.requests.length, 1);
	}
});

test("segments found: more connections while they add something, and none where one is fast enough", async (context) => {
	const slow = await fetchLarge(context, { paceMs: 60 }, { segments: "auto" });
	assertWhole(slow);
	assert(slow.server.most() > 2, `${slow.server.most()} connections`);
	const fast = await fetchLarge(context, { paceMs: 0 }, { segments: "auto" });
	assertWhole(fast);
	assert.equal(fast.server.requests.length, 1);
});

test("all connections together are held by --concurrency and by --per-host", async (context) => {
	for (const options of [{ concurrency: 3 }, { perHost: 3 }]) {
		const found = await fetchLarge(context, {}, { segments: 6, ...options });
		assertWhole(found);
		// The server may see the end of one connection after the beginning of the next.
		assert(found.server.most() >= 3 && found.server.most() <= 4, `${found.server.most()} at once`);
	}
});

test("without anything that names the version, or where ranges are refused, it comes in one piece", async (context) => {
	for (const head of [{}, { etag: 'W/"weak"' }, { etag: '"one"', "accept-ranges": "none" }]) {
		const found = await fetchLarge(context, { head });
		assertWhole(found);
		assert.equal(found.server.requests.length, 1);
	}
});

test("a checksum of the whole is verified, whatever the order of the bytes", async (context) => {
	const large = bodyOf(1, 20 * mebibyte);
	for (const [one, segments] of [
		[body, 4],
		[large, 8],
	] as const) {
		const server = await serveLarge(context, { body: one, paceMs: 1 });
		const checksum = createHash("sha256").update(one).digest("hex");
		const good = await runList(context, [entryOf(`${server.url}/f`, { checksum })], { options: { segments } });
		assertWhole(good, one);
		assert.equal(good.outcomes[0]?.sha256, checksum);
		assert(server.most() > 1);
	}
});

test("what breaks off is asked for again, and only that", async (context) => {
	const found = await fetchLarge(context, {
		instead: ({ range, nth }, right) => (range && nth % 2 === 0 ? { ...right, cutAt: 300_000 } : undefined),
	});
	assertWhole(found);
	assert(surplusOf(found.server, body.length) < 0.5);
});

test("a server that refuses a second connection is asked with one", async (context) => {
	for (const status of [429, 503]) {
		const found = await fetchLarge(context, {
			instead({ now }, right) {
				return now > 1 ? { status, head: { "content-length": 0 }, body: Buffer.alloc(0) } : right;
			},
		});
		assertWhole(found);
		assert.equal(found.outcomes[0]?.attempts, 1);
	}
});

test("a connection that is much slower than the others is opened anew", async (context) => {
	const found = await fetchLarge(
		context,
		{
			body: bodyOf(1, 16 * mebibyte),
			paceMs: 25,
			instead: ({ nth }, right) => (nth === 1 ? { ...right, paceMs: 1000 } : undefined),
		},
		{ segments: 4 },
	);
	assertWhole(found, bodyOf(1, 16 * mebibyte));
	const slow = found.server.asked[1];
	assert(slow && slow.sent < 0.5 * (slow.end - slow.start), "the slow one was waited for");
});

test("a run that is stopped goes on with all pieces: what came is not asked for again", async (context) => {
	const large = bodyOf(1, 12 * mebibyte);
	const server = await serveLarge(context, { body: large, paceMs: 20 });
	const abort = new AbortController();
	const stopped = await runList(context, `${server.url}/f`, {
		options: { segments: 4 },
		signal: abort.signal,
		onEvent: (event) => event.type === "progress" && event.bytes > 6 * mebibyte && abort.abort("enough"),
	});
	assert.equal(stopped.outcomes[0]?.status, "cancelled");
	assert.deepEqual(filesIn(stopped.dir), []);
	const before = server.asked.length;
	const again = await runList(context, `${server.url}/f`, { dir: stopped.dir, options: { segments: 4 } });
	assertWhole(again, large);
	const sent = server.asked.slice(before).reduce((sum, one) => sum + one.sent, 0);
	assert(sent < large.length * 0.8, `${sent} of ${large.length} bytes were sent again`);
});

test("a part in pieces is continued with one connection as well", async (context) => {
	const server = await serveLarge(context, { body, paceMs: 20 });
	const abort = new AbortController();
	const stopped = await runList(context, `${server.url}/f`, {
		options: { segments: 4 },
		signal: abort.signal,
		onEvent: (event) => event.type === "progress" && event.bytes > 3 * mebibyte && abort.abort("enough"),
	});
	const again = await runList(context, `${server.url}/f`, { dir: stopped.dir, options: { segments: 1 } });
	assertWhole(again);
});

test("entries come before pieces: what waits gets its slot back", async (context) => {
	const server = await serveLarge(context, {
		body: bodyOf(1, 24 * mebibyte),
		paceMs: 20,
		instead: ({ request }) =>
			request.url === "/f"
				? undefined
				: { status: 200, head: { "content-length": 2 }, body: Buffer.from("ok"), paceMs: 0 },
	});
	let isSplit = false;
	async function* entries() {
		yield [entryOf(`${server.url}/f`)];
		while (!isSplit) await new Promise((resolve) => setTimeout(resolve, 10));
		yield Array.from({ length: 20 }, (_, n) => entryOf(`${server.url}/small-${n}`));
	}
	const done: string[] = [];
	const run = await runList(context, entries(), {
		options: { segments: 4, concurrency: 4 },
		onEvent(event) {
			if (server.most() >= 4) isSplit = true;
			if (event.type === "ended") done.push(event.outcome.url);
		},
	});
	assert.equal(run.summary.saved, 21);
	assert(done.at(-1)?.endsWith("/f"), "the small ones waited for the large one");
	// The server may see the end of one connection after the beginning of the next.
	assert(server.most() <= 5, `${server.most()} at once`);
});
