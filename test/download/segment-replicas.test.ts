/** Servers behind one name that have other bytes under one validator: no file has bytes of two of them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { entryOf, runList } from "../run/run-list.ts";
import { assertWhole, body, fetchLarge, other } from "./fetch-large.ts";
import { type Answer, bodyOf, type LargeFile, mebibyte, type Question, serveLarge } from "./large-file.ts";

/** The same head, and what the other one has there. */
function ofOther({ range }: Question, right: Answer): Answer {
	return { ...right, body: range ? other.subarray(range.start, range.end) : other };
}

type Instead = NonNullable<LargeFile["instead"]>;

function wholesOf(requests: readonly { readonly headers: Record<string, unknown> }[]): number {
	return requests.filter(({ headers }) => headers.range === undefined).length;
}

const replicas: readonly (readonly [what: string, instead: Instead])[] = [
	[
		"a piece that breaks off goes on with the other",
		(question, right) => {
			if (question.nth === 1) return { ...right, cutAt: 300_000 };
			return question.nth > 1 ? ofOther(question, right) : undefined;
		},
	],
	[
		"the first answer breaks off, and the rest comes from the other",
		(question, right) => {
			if (question.nth === 0) return { ...right, cutAt: 2 * mebibyte };
			return question.range && question.range.start < 2 * mebibyte + 2048 && question.range.start > mebibyte
				? ofOther(question, right)
				: undefined;
		},
	],
	[
		"only the third piece is of the other",
		(question, right) => (question.nth === 3 ? ofOther(question, right) : undefined),
	],
	[
		"the last piece is slow, and asked for twice",
		(question, right) => {
			if (question.nth === 1) return { ...right, paceMs: 40 };
			return question.nth > 1 ? ofOther(question, right) : { ...right, paceMs: 10 };
		},
	],
];

for (const [what, instead] of replicas) {
	for (const segments of [2, 4]) {
		test(`${what}, with ${segments} segments`, async (context) => {
			const found = await fetchLarge(context, { instead }, { segments });
			assert.equal(found.outcomes[0]?.status, "saved");
			const saved = readFileSync(join(found.dir, "f"));
			assert(
				[body, other].some((one) => saved.equals(one)),
				"the file has bytes of both",
			);
			assert(wholesOf(found.server.requests) <= 2);
		});
	}
}

test("a part that a stopped run left goes on with the other: the file is of one of them", async (context) => {
	for (const segments of [1, 4]) {
		let isOther = false;
		const server = await serveLarge(context, {
			body,
			paceMs: 20,
			instead: (question, right) => (isOther ? ofOther(question, right) : undefined),
		});
		const abort = new AbortController();
		const stopped = await runList(context, `${server.url}/f`, {
			options: { segments: 4 },
			signal: abort.signal,
			onEvent: (event) => event.type === "progress" && event.bytes > 2 * mebibyte && abort.abort("enough"),
		});
		isOther = true;
		const again = await runList(context, `${server.url}/f`, { dir: stopped.dir, options: { segments } });
		assertWhole(again, other);
		assert.equal(again.outcomes[0]?.attempts, 1);
	}
});

/** @param digestOf - The Content-Digest of an answer. */
async function fetchDigested(context: TestContext, instead: Instead) {
	const large = bodyOf(1, 20 * mebibyte);
	const server = await serveLarge(context, { body: large, instead });
	const checksum = createHash("sha256").update(large).digest("hex");
	const run = await runList(context, [entryOf(`${server.url}/f`, { checksum })], { options: { segments: 2 } });
	assertWhole(run, large);
	assert.equal(run.outcomes[0]?.attempts, 1);
	return server;
}

const digestField = (bytes: Buffer): string => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
const refusal: Answer = { status: 503, head: { "content-length": 0 }, body: Buffer.alloc(0) };

test("a piece with another digest than its server says is asked for again alone, and is in no digest of the file", async (context) => {
	let isOver = false;
	const server = await fetchDigested(context, ({ range, nth, over }, right) => {
		if (!range) return undefined;
		const head = { ...right.head, "content-digest": digestField(right.body) };
		// No other connection takes a share of it, so that it is read to its end.
		if (nth > 1 && !isOver) return refusal;
		if (nth > 1) return { ...right, head };
		void over.then(() => {
			isOver = true;
		});
		const wrong = Buffer.from(right.body);
		wrong[5000] = (wrong[5000] ?? 0) ^ 1;
		// Later than the first answer, behind which the bytes are digested as they come.
		return { ...right, head, body: wrong, paceMs: 15 };
	});
	assert.equal(wholesOf(server.requests), 1);
});

test("a server that tells the digest of the whole with each piece is asked for the whole", async (context) => {
	const whole = digestField(bodyOf(1, 20 * mebibyte));
	const server = await fetchDigested(context, ({ range }, right) =>
		range ? { ...right, head: { ...right.head, "content-digest": whole } } : undefined,
	);
	assert(server.requests.length < 20, `${server.requests.length} requests`);
});
