/** Large files over several connections: whole and of one version, whatever the server answers to a piece. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { originBytes } from "../../src/origin/content.ts";
import { startOrigin } from "../../src/origin/origin.ts";
import { entryOf, filesIn, type ListRun, partsIn, runList } from "../run/run-list.ts";
import {
	type Answer,
	bodyOf,
	contentRange,
	type LargeFile,
	mebibyte,
	type Question,
	type ServedFile,
	serveLarge,
} from "./large-file.ts";

const body = bodyOf(1, 6 * mebibyte);
const other = bodyOf(2, 6 * mebibyte);

type Fetched = ListRun & { readonly server: ServedFile };

async function fetchLarge(
	context: TestContext,
	file: Partial<LargeFile>,
	options: Partial<RunOptions> = {},
): Promise<Fetched> {
	const server = await serveLarge(context, { body, ...file });
	const run = await runList(context, `${server.url}/f`, { options: { segments: 4, ...options } });
	return { ...run, server };
}

function assertWhole({ dir, outcomes }: ListRun, expected: Buffer = body): void {
	assert.equal(outcomes[0]?.status, "saved", `${outcomes[0]?.error?.message}`);
	assert(readFileSync(join(dir, "f")).equals(expected), "the file has other bytes");
	assert.deepEqual(partsIn(dir), []);
}

/** What was sent beyond the file, as a share of it. */
function surplusOf({ asked }: ServedFile, sizeBytes: number): number {
	return asked.reduce((sum, { sent }) => sum + sent, 0) / sizeBytes - 1;
}

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
	const slow = await fetchLarge(context, { paceMs: 30 }, { segments: "auto" });
	assertWhole(slow);
	assert(slow.server.most() > 1, `${slow.server.most()} connections`);
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

type Lie = readonly [what: string, instead: (question: Question, right: Answer) => Answer | undefined];

/** Only pieces are answered wrongly. */
const lies: readonly Lie[] = [
	[
		"200 and the whole",
		(_, right) => ({ ...right, status: 200, head: { ...right.head, "content-length": body.length }, body }),
	],
	["206 of another version", (_, { status, head }) => ({ status, head: { ...head, etag: '"two"' }, body: other })],
	[
		"206 of another place",
		({ range }, right) =>
			range && {
				...right,
				head: { ...right.head, ...contentRange({ start: 0, end: range.end - range.start }, body.length) },
			},
	],
	[
		"206 of another total",
		({ range }, right) => range && { ...right, head: { ...right.head, ...contentRange(range, body.length + 1) } },
	],
	[
		"206 without a Content-Range",
		(_, { head, ...right }) => ({ ...right, head: { etag: '"one"', "content-length": head["content-length"] } }),
	],
	["206 without the ETag", (_, { head: { etag: _etag, ...head }, ...right }) => ({ ...right, head })],
	[
		"206 and the bytes of another version",
		({ range }, right) => range && { ...right, body: other.subarray(range.start, range.end) },
	],
	[
		"206 and the bytes from the start",
		({ range }, right) => range && { ...right, body: body.subarray(0, range.end - range.start) },
	],
	[
		"more bytes than it says",
		({ range }, { head: { "content-length": _length, ...head }, ...right }) =>
			range && { ...right, head, body: body.subarray(range.start, Math.min(body.length, range.end + 300_000)) },
	],
	["416", () => ({ status: 416, head: { "content-length": 0 }, body: Buffer.alloc(0) })],
	["403", () => ({ status: 403, head: { "content-length": 0 }, body: Buffer.alloc(0) })],
	["a redirect", () => ({ status: 302, head: { location: "/g", "content-length": 0 }, body: Buffer.alloc(0) })],
];

/** Those who only have no more pieces are no liars. */
function wasLie(what: string): boolean {
	return what !== "403" && what !== "a redirect";
}

for (const [what, instead] of lies) {
	test(`a piece is answered with ${what}: the file is whole and of one version, and the first answer was enough`, async (context) => {
		const found = await fetchLarge(context, {
			instead: (question, right) => (question.range ? instead(question, right) : undefined),
		});
		assertWhole(found);
		assert.equal(found.outcomes[0]?.attempts, 1);
		const notes = found.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
		assert.equal(notes.filter((note) => note.includes("do not fit together")).length, wasLie(what) ? 1 : 0);
		const wholes = found.server.requests.filter(({ headers }) => headers.range === undefined).length;
		// What is too much may come when the first answer is over.
		assert(wholes === 1 || (wholes === 2 && what.startsWith("more")), `${wholes} times the whole`);
	});
}

test("a host whose pieces do not fit is asked for whole files from then on", async (context) => {
	const server = await serveLarge(context, {
		body,
		instead: ({ range }, right) => (range ? { ...right, head: { ...right.head, etag: '"two"' } } : undefined),
	});
	const run = await runList(context, `${server.url}/f\n${server.url}/g\n`, {
		options: { segments: 2, concurrency: 1, perHost: 2 },
	});
	assertWhole(run);
	const again = await runList(context, `${server.url}/f\n${server.url}/g\n`, { options: { segments: 2 } });
	assertWhole(again);
});

test("a version that changes while it comes in pieces is asked for as a whole, once", async (context) => {
	let isChanged = false;
	const found = await fetchLarge(context, {
		instead({ range, nth, request }, right) {
			// When the first answer is over, which else would go on alone.
			if (nth === 0) request.socket.once("close", () => (isChanged = true));
			if (!isChanged) return { ...right, paceMs: nth === 0 ? 5 : 40 };
			const head = { etag: '"two"', "accept-ranges": "bytes" };
			const isNew = range && request.headers["if-range"] === '"two"';
			if (!isNew) return { status: 200, head: { ...head, "content-length": other.length }, body: other };
			const part = other.subarray(range.start, range.end);
			return {
				status: 206,
				head: { ...head, "content-length": part.length, ...contentRange(range, other.length) },
				body: part,
			};
		},
	});
	const wholes = found.server.requests.filter(({ headers }) => headers.range === undefined).length;
	// Where nothing more was asked for after the change, the old version is whole.
	assertWhole(found, wholes === 1 ? body : other);
	assert(wholes <= 2);
	assert.equal(found.outcomes[0]?.attempts, 1);
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

test("the Content-Digest of a piece is verified: what differs is asked for again", async (context) => {
	const digestOf = (bytes: Buffer): string => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
	let spoilt = 0;
	const found = await fetchLarge(context, {
		instead({ range }, right) {
			if (!range) return undefined;
			const head = { ...right.head, "content-digest": digestOf(right.body) };
			// In the last piece: no other answer is compared with its end, and it is read to its own.
			if (range.end !== body.length || spoilt > 0) return { ...right, head };
			spoilt++;
			const wrong = Buffer.from(right.body);
			wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
			return { ...right, head, body: wrong };
		},
	});
	assertWhole(found);
	assert.equal(spoilt, 1);
});

test("the lies of the lab origin: each file is whole", async (context) => {
	await using origin = await startOrigin({
		files: 12,
		size: { kind: "fixed", sizeBytes: 3 * mebibyte },
		bandwidthPerConnectionBytesPerSecond: 6_000_000,
		lieRate: 0.8,
	});
	const urls = [...origin.urls()];
	for (const concurrency of [2, 24]) {
		const run = await runList(context, urls.join("\n"), { options: { segments: 3, concurrency } });
		assert.equal(run.summary.saved, urls.length);
		for (const outcome of run.outcomes) {
			const bytes = readFileSync(join(run.dir, outcome.file ?? ""));
			assert(bytes.equals(originBytes(1, new URL(outcome.url).pathname, { start: 0, end: 3 * mebibyte })));
		}
	}
});
