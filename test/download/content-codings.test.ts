/** Content codings: what is asked for, what is decoded and what is not, and what broken or hostile bodies come to. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import * as zlib from "node:zlib";
import type { RunOptions } from "../../src/core/options.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { contentOf, type ListRun, partsIn, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

const text = "all of it, again and again. ".repeat(20_000);
const plain = Buffer.from(text);

type Pack = (bytes: Buffer) => Buffer;
const packs: ReadonlyMap<string, readonly [field: string, pack: Pack]> = new Map([
	["gzip", ["gzip", (bytes) => zlib.gzipSync(bytes)]],
	["gzip by its old name", ["X-GZip", (bytes) => zlib.gzipSync(bytes)]],
	[
		"gzip of two members",
		["gzip", (bytes) => Buffer.concat([bytes.subarray(0, 9), bytes.subarray(9)].map((one) => zlib.gzipSync(one)))],
	],
	["deflate", ["deflate", (bytes) => zlib.deflateSync(bytes)]],
	["deflate without the wrapper of zlib", ["deflate", (bytes) => zlib.deflateRawSync(bytes)]],
	["br", ["br", (bytes) => zlib.brotliCompressSync(bytes)]],
	["zstd", ["zstd", (bytes) => zlib.zstdCompressSync(bytes)]],
	["two of them", ["gzip, br", (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes))]],
	["identity", ["identity", (bytes) => bytes]],
	["what the store of an object undid", ["aws-chunked", (bytes) => bytes]],
]);

type Way = (response: ServerResponse, body: Buffer) => void;
const ways: ReadonlyMap<string, Way> = new Map([
	["of known length", (response, body) => void response.setHeader("content-length", body.length).end(body)],
	["in chunks", (response, body) => void response.write(body.subarray(0, 5), () => response.end(body.subarray(5)))],
	[
		"until the connection closes",
		(response, body) => {
			response.removeHeader("transfer-encoding");
			response.shouldKeepAlive = false;
			response.useChunkedEncodingByDefault = false;
			response.end(body);
		},
	],
]);

async function get(
	context: TestContext,
	answer: (response: ServerResponse, path: string) => void,
	{
		names = ["file.txt"],
		options = {},
	}: { readonly names?: readonly string[]; readonly options?: Partial<RunOptions> } = {},
): Promise<ListRun & Pick<Served, "requests">> {
	const { url, requests } = await serve(context, (request, response) => answer(response, request.url ?? ""));
	const list = names.map((name) => `${url}/${name}`).join("\n");
	const ran = await runList(context, list, { options: { compressed: true, retries: 0, ...options } });
	return { ...ran, requests };
}

function ending({
	outcomes,
}: ListRun): readonly [Outcome["status"] | undefined, string | undefined, number | undefined] {
	return [outcomes[0]?.status, outcomes[0]?.error?.code, outcomes[0]?.bytes];
}

for (const [name, [field, pack]] of packs) {
	for (const [wayName, way] of ways) {
		test(`${name}, ${wayName}`, async (context) => {
			const ran = await get(context, (response) => way(response.setHeader("content-encoding", field), pack(plain)));
			assert.deepEqual(ending(ran), ["saved", undefined, plain.length]);
			assert.equal(contentOf(ran.dir, "file.txt"), text);
			assert.equal(ran.requests[0]?.headers["accept-encoding"], "gzip, deflate, br, zstd");
		});
	}
}

test("a body of no bytes is an empty file, whatever its coding", async (context) => {
	const ran = await get(context, (response) => response.setHeader("content-encoding", "gzip").end());
	assert.deepEqual(ending(ran), ["saved", undefined, 0]);
});

for (const [method, names] of [
	["threads", ["a", "b", "c"]],
	["processes", ["a", "b"]],
] as const) {
	test(`it works in ${method}`, async (context) => {
		const options = { method, workers: 2, concurrency: 4 } as const;
		const answer = (response: ServerResponse): void =>
			void response.setHeader("content-encoding", "br").end(zlib.brotliCompressSync(plain));
		const { dir, summary } = await get(context, answer, { names, options });
		assert.equal(summary.saved, names.length);
		for (const name of names) assert.equal(contentOf(dir, name), text);
	});
}

test("more than the disk takes at once is held back, and all of it comes", async (context) => {
	const large = Buffer.concat([randomBytes(6_000_000), Buffer.alloc(30_000_000)]);
	const packed = zlib.gzipSync(large, { level: 1 });
	const names = ["a", "b", "c"];
	const answer = (response: ServerResponse): void => void response.setHeader("content-encoding", "gzip").end(packed);
	const { dir, summary } = await get(context, answer, { names, options: { concurrency: 2 } });
	assert.equal(summary.saved, 3);
	for (const name of names) assert.ok(large.equals(readFileSync(join(dir, name))));
});

const gz = zlib.gzipSync(plain);
const broken: readonly (readonly [string, string, Buffer, string])[] = [
	["gzip that is none", "gzip", plain, "protocol"],
	["deflate that is none", "deflate", Buffer.alloc(1000, 7), "protocol"],
	["br that is none", "br", Buffer.alloc(1000, 255), "protocol"],
	["zstd that is none", "zstd", plain, "protocol"],
	["gzip that is cut", "gzip", gz.subarray(0, -100), "protocol"],
	["br that is cut", "br", zlib.brotliCompressSync(plain).subarray(0, -10), "protocol"],
	["zstd that is cut", "zstd", zlib.zstdCompressSync(plain).subarray(0, -10), "protocol"],
	["gzip with a wrong sum", "gzip", Buffer.concat([gz.subarray(0, -8), Buffer.alloc(8)]), "protocol"],
	["a coding that nobody knows", "rot13", plain, "protocol"],
	["ten codings", Array.from({ length: 10 }, () => "gzip").join(","), plain, "protocol"],
];

for (const [name, field, body, code] of broken) {
	test(`${name} is ${code}, leaves nothing, and the others go on`, async (context) => {
		const answer = (response: ServerResponse, path: string): void => {
			if (path === "/file.txt") response.setHeader("content-encoding", field).end(body);
			else response.end("good");
		};
		const { dir, outcomes, summary } = await get(context, answer, {
			names: ["file.txt", "other"],
			options: { retries: 3 },
		});
		const failed = outcomes.find(({ status }) => status === "failed");
		assert.deepEqual([failed?.error?.code, failed?.attempts], [code, 1]);
		assert.equal(summary.saved, 1);
		assert.deepEqual(partsIn(dir), []);
	});
}

test("a body that is cut where nothing but its end tells its length is truncated, and tried again", async (context) => {
	const { outcomes } = await get(
		context,
		(response) =>
			ways.get("until the connection closes")?.(response.setHeader("content-encoding", "gzip"), gz.subarray(0, -100)),
		{ options: { retries: 1 } },
	);
	assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.attempts], ["truncated", 2]);
});

for (const [coding, pack] of [
	["gzip", (bytes: Buffer) => zlib.gzipSync(bytes, { level: 1 })],
	["br", (bytes: Buffer) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
	["zstd", (bytes: Buffer) => zlib.zstdCompressSync(bytes)],
] as const) {
	test(`a bomb of ${coding} ends at --max-size, in little memory`, async (context) => {
		const bomb = pack(Buffer.alloc(200_000_000));
		const before = process.memoryUsage().rss;
		let most = before;
		const timer = setInterval(() => {
			most = Math.max(most, process.memoryUsage().rss);
		}, 5);
		const answer = (response: ServerResponse): void => void response.setHeader("content-encoding", coding).end(bomb);
		const ran = await get(context, answer, { options: { maxSizeBytes: 20_000_000 } });
		clearInterval(timer);
		assert.deepEqual(ending(ran), ["failed", "too_large", 0]);
		assert.ok(most - before < 150_000_000, `${most - before} more bytes`);
		assert.deepEqual(partsIn(ran.dir), []);
	});
}

test("--max-size is judged on what is saved", async (context) => {
	const noise = randomBytes(10_000);
	const packed = zlib.gzipSync(noise);
	assert.ok(packed.length > noise.length);
	const answer = (response: ServerResponse): void => void response.setHeader("content-encoding", "gzip").end(packed);
	assert.deepEqual(ending(await get(context, answer, { options: { maxSizeBytes: 10_000 } })), [
		"saved",
		undefined,
		10_000,
	]);
	assert.equal(ending(await get(context, answer, { options: { maxSizeBytes: 9999 } }))[1], "too_large");
});

const packedFiles: readonly (readonly [string, string, string | undefined])[] = [
	["data.tar.gz", "gzip", undefined],
	["DATA.TGZ", "x-gzip", undefined],
	["data.csv.br", "br", undefined],
	["data.json.zst", "zstd", undefined],
	["download", "gzip", "application/x-gzip"],
];

for (const [name, field, type] of packedFiles) {
	test(`${name}${type === undefined ? "" : ` of the type ${type}`} with the coding ${field} stays as it is`, async (context) => {
		const body = randomBytes(1000);
		const answer = (response: ServerResponse): void => {
			if (type !== undefined) response.setHeader("content-type", type);
			response.setHeader("content-encoding", field).end(body);
		};
		const { dir, requests, outcomes } = await get(context, answer, { names: [name] });
		assert.equal(outcomes[0]?.status, "saved");
		assert.ok(body.equals(readFileSync(join(dir, name))));
		// A server that packs whatever it sends would pack it once more.
		if (type === undefined) assert.equal(requests[0]?.headers["accept-encoding"], "identity");
	});
}

test("without --compressed bytes are saved as sent, and the log says so once a host", async (context) => {
	const answer = (response: ServerResponse): void => void response.setHeader("content-encoding", "gzip").end(gz);
	const { dir, requests, events, warnings } = await get(context, answer, {
		// One that is packed by itself is as it should be.
		names: ["a.gz", "a", "b", "c"],
		options: { compressed: false, concurrency: 1 },
	});
	assert.ok(gz.equals(readFileSync(join(dir, "a"))));
	assert.equal(requests[0]?.headers["accept-encoding"], "identity");
	const notes = events.filter(({ type }) => type === "note");
	assert.equal(notes.length, 1);
	assert.match(JSON.stringify(notes[0]), /sent a with the Content-Encoding gzip: it is saved as it was sent/);
	assert.deepEqual(warnings, []);
});

test("what a run without --compressed began is not gone on with in the middle of decoded bytes", async (context) => {
	let isCut = true;
	const { url, requests } = await serve(context, (request, response) => {
		const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
		response.setHeader("etag", '"1"').setHeader("content-encoding", "gzip");
		if (from > 0) response.setHeader("content-range", `bytes ${from}-${gz.length - 1}/${gz.length}`);
		response.writeHead(from > 0 ? 206 : 200, { "content-length": gz.length - from });
		if (isCut) response.write(gz.subarray(0, 1000), () => response.destroy());
		else response.end(gz.subarray(from));
	});
	const list = `${url}/file.txt`;
	const { dir } = await runList(context, list, { options: { retries: 0 } });
	assert.equal(partsIn(dir).length, 1);
	isCut = false;
	const { outcomes } = await runList(context, list, { dir, options: { retries: 0, compressed: true } });
	assert.equal(outcomes[0]?.status, "saved");
	assert.equal(contentOf(dir, "file.txt"), text);
	assert.deepEqual(
		requests.map(({ headers }) => headers.range),
		[undefined, "bytes=1000-", undefined],
	);
});

test("a decoded body that was cut begins again, and is never joined", async (context) => {
	const { dir, outcomes, requests } = await get(
		context,
		(response, path) => {
			response.setHeader("etag", '"1"').setHeader("content-encoding", "gzip").setHeader("content-length", gz.length);
			if (path === "/file.txt" && requestsSoFar++ === 0) response.write(gz.subarray(0, 1000), () => response.destroy());
			else response.end(gz);
		},
		{ options: { retries: 2 } },
	);
	assert.equal(outcomes[0]?.attempts, 2);
	assert.equal(contentOf(dir, "file.txt"), text);
	assert.deepEqual(
		requests.map(({ headers }) => headers.range),
		[undefined, undefined],
	);
});
let requestsSoFar = 0;
