/** Servers that allow a client few connections: the file comes over those, in one attempt, and the others are not tried for ever. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { assertWhole, fetchLarge } from "./fetch-large.ts";
import { type Answer, bodyOf, type LargeFile, mebibyte } from "./large-file.ts";

type Instead = NonNullable<LargeFile["instead"]>;

const body = bodyOf(1, 8 * mebibyte);
const mostAllowed = 3;

function refusal(status: number): Answer {
	return { status, head: { "content-length": 0 }, body: Buffer.alloc(0) };
}

/** @param refuse - What becomes of a connection too many. */
function beyond(allowed: number, refuse: Instead): Instead {
	return (question, right) => (question.now > allowed ? refuse(question, right) : right);
}

const reset: Instead = ({ request }) => {
	request.socket.resetAndDestroy();
	return refusal(503);
};

/** Answers only so many at a time; others have to wait. */
function queued(allowed: number): Instead {
	const waiting: (() => void)[] = [];
	let now = 0;
	return ({ over }, right) => {
		let isOver = false;
		const after = new Promise<void>((resolve) => {
			waiting.push(() => {
				if (isOver) return next();
				now++;
				resolve();
				void over.then(() => {
					now--;
					next();
				});
			});
		});
		void over.then(() => {
			isOver = true;
		});
		const next = (): void => {
			if (now < allowed) waiting.shift()?.();
		};
		next();
		return { ...right, after };
	};
}

const servers: readonly (readonly [what: string, limitTo: (allowed: number) => Instead])[] = [
	...[403, 429, 503].map(
		(status) => [`answers ${status}`, (allowed: number) => beyond(allowed, () => refusal(status))] as const,
	),
	["resets", (allowed) => beyond(allowed, reset)],
	["lets wait", queued],
];

async function assertFetched(context: TestContext, instead: Instead, segments: number | "auto"): Promise<void> {
	const found = await fetchLarge(context, { body, paceMs: 30, instead }, { segments });
	assertWhole(found, body);
	assert.equal(found.outcomes[0]?.attempts, 1);
	const { requests } = found.server;
	assert(requests.length <= 30, `${requests.length} requests`);
}

describe("a client is allowed few connections", { concurrency: true }, () => {
	for (const [what, limitTo] of servers) {
		test(`a server that ${what} beyond 1, 2 and 3`, async (context) => {
			const runs = Array.from({ length: mostAllowed }, (_, n) =>
				([8, "auto"] as const).map((segments) => assertFetched(context, limitTo(n + 1), segments)),
			);
			await Promise.all(runs.flat());
		});
	}
});
