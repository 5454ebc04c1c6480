/** Repr-Digest and Content-Digest (RFC 9530): verified where they are of the bytes that are saved. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type TestContext, test } from "node:test";
import * as zlib from "node:zlib";
import type { RunOptions } from "../../src/core/options.ts";
import { contentOf, type ListRun, partsIn, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

const body = Buffer.from("the bytes of a file, ".repeat(100));
const half = 1000;
const wrong = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";

function digest(bytes: Buffer, algorithm: "sha256" | "sha512" = "sha256"): string {
	const key = algorithm === "sha256" ? "sha-256" : "sha-512";
	return `${key}=:${createHash(algorithm).update(bytes).digest("base64")}:`;
}

async function get(
	context: TestContext,
	fields: Readonly<Record<string, string | string[]>>,
	options: Partial<RunOptions> = {},
): Promise<ListRun> {
	const { url } = await serve(context, (_, response) => {
		for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
		response.end(fields["content-encoding"] === undefined ? body : zlib.gzipSync(body));
	});
	return runList(context, `${url}/a`, { options: { retries: 1, ...options } });
}

const packed = zlib.gzipSync(body);
const cases: readonly (readonly [string, Readonly<Record<string, string | string[]>>, boolean])[] = [
	["the right one", { "repr-digest": digest(body) }, true],
	["the right one of the content", { "content-digest": digest(body) }, true],
	["the right one of sha-512", { "repr-digest": digest(body, "sha512") }, true],
	["both, and parameters", { "repr-digest": `${digest(body)};a=1, ${digest(body, "sha512")}` }, true],
	["in two fields", { "repr-digest": [digest(body), digest(body, "sha512")] }, true],
	["a wrong one", { "repr-digest": wrong }, false],
	["a wrong one of the content", { "content-digest": wrong }, false],
	["one of two wrong", { "repr-digest": `${wrong}, ${digest(body, "sha512")}` }, false],
	["one wrong beside a right one of the other field", { "repr-digest": digest(body), "content-digest": wrong }, false],
	["of an algorithm that is not for this", { "repr-digest": "md5=:AAAAAAAAAAAAAAAAAAAAAA==:" }, true],
	["of the wrong length", { "repr-digest": "sha-256=:AAAA:" }, true],
	["no dictionary at all", { "repr-digest": "sha-256=AAAA;;;," }, true],
	["of encoded bytes that are saved as sent", { "content-encoding": "gzip", "repr-digest": digest(packed) }, true],
];

for (const [name, fields, isRight] of cases) {
	test(`${name}: ${isRight ? "saved" : "checksum, tried again"}`, async (context) => {
		const { outcomes, dir } = await get(context, fields);
		const { status, error, attempts, sha256 } = outcomes[0] ?? assert.fail("no outcome");
		assert.deepEqual([status, error?.code, attempts], isRight ? ["saved", undefined, 1] : ["failed", "checksum", 2]);
		if (!isRight) assert.match(error?.message ?? "", /as the server says \((?:Repr|Content)-Digest\)$/);
		if (name === "the right one") assert.equal(sha256, createHash("sha256").update(body).digest("hex"));
		assert.deepEqual(partsIn(dir), []);
	});
}

test("decoded bytes are not those that it is of", async (context) => {
	const { outcomes, dir } = await get(
		context,
		{ "content-encoding": "gzip", "repr-digest": wrong },
		{ compressed: true },
	);
	assert.equal(outcomes[0]?.status, "saved");
	assert.equal(contentOf(dir, "a"), body.toString());
});

test("the list's checksum holds beside it", async (context) => {
	const { url } = await serve(context, (_, response) => response.setHeader("repr-digest", digest(body)).end(body));
	const list = `${url}/a\n  checksum=sha-256=${"0".repeat(64)}\n`;
	const { outcomes } = await runList(context, list, { options: { retries: 0 } });
	assert.equal(outcomes[0]?.error?.code, "checksum");
	assert.doesNotMatch(outcomes[0]?.error?.message ?? "", /server/);
});

/** Breaks off after half of the file, and then goes on from there. */
async function resume(context: TestContext, ofRest: Readonly<Record<string, string>>): Promise<ListRun & Served> {
	const served = await serve(context, (request, response) => {
		const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
		response.setHeader("etag", '"1"').setHeader("content-length", body.length - from);
		if (from === 0) return void response.write(body.subarray(0, half), () => response.destroy());
		for (const [name, value] of Object.entries(ofRest)) response.setHeader(name, value);
		response.setHeader("content-range", `bytes ${from}-${body.length - 1}/${body.length}`);
		response.writeHead(206).end(body.subarray(from));
	});
	return { ...served, ...(await runList(context, `${served.url}/a`, { options: { retries: 1 } })) };
}

const rests: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
	["of the part in Content-Digest", { "content-digest": digest(body.subarray(half)) }, true],
	["of the whole in Repr-Digest", { "repr-digest": digest(body) }, true],
	["of both", { "content-digest": digest(body.subarray(half)), "repr-digest": digest(body) }, true],
	["of the whole in Content-Digest", { "content-digest": digest(body) }, false],
	["of the part in Repr-Digest", { "repr-digest": digest(body.subarray(half)) }, false],
];

for (const [name, fields, isRight] of rests) {
	test(`a 206 with the digest ${name} is ${isRight ? "right" : "wrong"}`, async (context) => {
		const { outcomes, requests } = await resume(context, fields);
		assert.equal(requests[1]?.headers.range, `bytes=${half}-`);
		assert.equal(outcomes[0]?.error?.code, isRight ? undefined : "checksum");
	});
}
