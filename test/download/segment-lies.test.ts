/** Servers that answer pieces of a large file falsely: it is whole and of one version all the same. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { originBytes } from "../../src/origin/content.ts";
import { startOrigin } from "../../src/origin/origin.ts";
import { runList } from "../run/run-list.ts";
import { assertWhole, body, fetchLarge, other } from "./fetch-large.ts";
import { type Answer, contentRange, mebibyte, type Question, serveLarge } from "./large-file.ts";

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
	["206 and gzip", (_, right) => ({ ...right, head: { ...right.head, "content-encoding": "gzip" } })],
	[
		"206 and several parts",
		(_, right) => ({
			...right,
			head: { etag: '"one"', "content-type": "multipart/byteranges; boundary=b", "content-length": right.body.length },
		}),
	],
	[
		"206 of an older date",
		({ range }, right) =>
			range && {
				...right,
				head: { ...contentRange(range, body.length), "last-modified": "Fri, 20 Nov 2020 10:00:00 GMT" },
			},
	],
	["416", () => ({ status: 416, head: { "content-length": 0 }, body: Buffer.alloc(0) })],
	["403", () => ({ status: 403, head: { "content-length": 0 }, body: Buffer.alloc(0) })],
	["a redirect", () => ({ status: 302, head: { location: "/g", "content-length": 0 }, body: Buffer.alloc(0) })],
	[
		"a redirect to another host",
		({ request }) => ({
			status: 302,
			head: { location: `http://localhost:${request.socket.localPort}/g`, "content-length": 0 },
			body: Buffer.alloc(0),
		}),
	],
];

/** Those who only have no more pieces are no liars. */
function wasLie(what: string): boolean {
	return what !== "403" && !what.startsWith("a redirect");
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

/** Answers that are right as far as they go. */
const shorter: readonly Lie[] = [
	["fewer bytes than it says", (_, right) => ({ ...right, cutAt: 100_000 })],
	[
		"206 of fewer bytes",
		({ range }, right) =>
			range && {
				...right,
				head: {
					...right.head,
					"content-length": 90_000,
					...contentRange({ ...range, end: range.start + 90_000 }, body.length),
				},
				body: right.body.subarray(0, 90_000),
			},
	],
	["nothing of what it says", (_, right) => ({ ...right, cutAt: 0 })],
];

test("one piece alone is answered falsely, be it the first, the third or the last: the file is whole, at the first attempt", async (context) => {
	const which: readonly ((question: Question) => boolean)[] = [
		({ nth }) => nth === 1,
		({ nth }) => nth === 3,
		({ range }) => range?.end === body.length,
	];
	const runs = [...lies, ...shorter].flatMap(([what, instead]) =>
		which.map(async (isIt) => {
			let isTold = false;
			const found = await fetchLarge(context, {
				instead(question, right) {
					if (!question.range || isTold || !isIt(question)) return undefined;
					isTold = true;
					return instead(question, right);
				},
			});
			assert(isTold);
			assertWhole(found);
			assert.equal(found.outcomes[0]?.attempts, 1, what);
		}),
	);
	await Promise.all(runs);
});

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

test("a part in pieces is continued by an answer with more bytes than it says: the whole is asked for", async (context) => {
	let isLying = false;
	const server = await serveLarge(context, {
		body,
		paceMs: 20,
		instead({ range }, right) {
			if (!isLying || !range) return undefined;
			const { "content-length": _length, ...head } = right.head;
			return { ...right, head, body: body.subarray(range.start, Math.min(body.length, range.end + 300_000)) };
		},
	});
	const abort = new AbortController();
	const stopped = await runList(context, `${server.url}/f`, {
		options: { segments: 4 },
		signal: abort.signal,
		onEvent: (event) => event.type === "progress" && event.bytes > 2 * mebibyte && abort.abort("enough"),
	});
	isLying = true;
	const again = await runList(context, `${server.url}/f`, { dir: stopped.dir, options: { segments: 1 } });
	assertWhole(again);
	assert.equal(again.outcomes[0]?.attempts, 1);
});
