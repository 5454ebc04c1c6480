/** `range=`: the part of a resource that is the file, from servers with and without ranges, whole and in pieces. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { contentOf, entryOf, filesIn, type ListRun, partsIn, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

const resource = Buffer.from(Array.from({ length: 5000 }, (_, n) => `${n} `).join(""));

type Server = {
	/** Whether it knows ranges. */
	readonly ranges: boolean;
	readonly chunked?: boolean;
	/** Answers with 200 and a Content-Range, as some do. */
	readonly status?: number;
	/** Breaks the first answers off after so many bytes each. */
	readonly breaks?: readonly number[];
	readonly etag?: string;
};

async function serveResource(context: TestContext, server: Server): Promise<Served> {
	return serve(context, (request, response, nth) => {
		if (server.etag !== undefined) response.setHeader("etag", server.etag);
		const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
		let body = resource;
		if (server.ranges && first !== undefined) {
			const start = Number(first);
			const end = Math.min(last === "" ? resource.length : Number(last), resource.length - 1);
			if (start >= resource.length) {
				response.writeHead(416, { "content-range": `bytes */${resource.length}` }).end();
				return;
			}
			response.statusCode = server.status ?? 206;
			response.setHeader("content-range", `bytes ${start}-${end}/${resource.length}`);
			body = resource.subarray(start, end + 1);
		}
		if (!server.chunked) response.setHeader("content-length", body.length);
		const cut = server.breaks?.[nth];
		if (cut === undefined) response.end(body);
		else response.write(body.subarray(0, cut), () => response.destroy());
	});
}

const servers: ReadonlyMap<string, Server> = new Map([
	["with ranges", { ranges: true }],
	["without ranges", { ranges: false }],
	["without ranges, in chunks", { ranges: false, chunked: true }],
	["with ranges and the status 200", { ranges: true, status: 200 }],
]);

const last = resource.length - 1;
const ranges: readonly (readonly [number, number])[] = [
	[0, 0],
	[0, 9],
	[100, 4999],
	[last - 9, last],
	[0, last],
	[last, last],
];

for (const [name, server] of servers) {
	test(`a server ${name} gives just the part`, async (context) => {
		const { url } = await serveResource(context, server);
		const list = ranges.map(([from, to]) => `${url}/f\n  out=${from}-${to}\n  range=${from}-${to}\n`).join("");
		const { dir, summary } = await runList(context, list, { options: { retries: 0 } });
		assert.equal(summary.saved, ranges.length);
		for (const [from, to] of ranges) {
			assert.equal(contentOf(dir, `${from}-${to}`), resource.toString("latin1", from, to + 1));
		}
	});

	test(`a server ${name}: a range behind the end is truncated, at the first attempt`, async (context) => {
		const { url } = await serveResource(context, server);
		const list = [`${last - 4}-${last + 1}`, `${last + 1}-${last + 5}`].map(
			(range, n) => `${url}/${n}\n  range=${range}\n`,
		);
		const { dir, outcomes } = await runList(context, list.join(""), { options: { retries: 3 } });
		for (const { error, attempts } of outcomes) assert.deepEqual([error?.code, attempts], ["truncated", 1]);
		assert.deepEqual([filesIn(dir), partsIn(dir)], [[], []]);
	});
}

const first = 1000;
const length = 3000;

async function inPieces(context: TestContext, server: Server): Promise<ListRun & Served> {
	const served = await serveResource(context, server);
	const entry = entryOf(`${served.url}/f`, { range: `${first}-${first + length - 1}` });
	return { ...served, ...(await runList(context, [entry], { options: { retries: 3 } })) };
}

test("what broke off goes on, in places of the resource", async (context) => {
	const { dir, requests } = await inPieces(context, { ranges: true, etag: '"1"', breaks: [700, 800] });
	assert.deepEqual(
		requests.map(({ headers }) => [headers.range, headers["if-range"]]),
		[
			["bytes=1000-3999", undefined],
			["bytes=1700-3999", '"1"'],
			["bytes=2500-3999", '"1"'],
		],
	);
	assert.equal(contentOf(dir, "f"), resource.toString("latin1", first, first + length));
});

test("a server that forgot the part sends all, and it is cut out of that", async (context) => {
	const { dir, outcomes } = await inPieces(context, { ranges: false, etag: '"1"', breaks: [2000] });
	assert.equal(outcomes[0]?.attempts, 2);
	assert.equal(contentOf(dir, "f"), resource.toString("latin1", first, first + length));
});

test("parts of one URL are entries of their own, and the same part again is a duplicate; it works in threads", async (context) => {
	const { url } = await serveResource(context, { ranges: true });
	const list = ["0-4", "5-9", "0-4"].map((range) => `${url}/f\n  range=${range}\n`).join("");
	const request = { options: { method: "threads", workers: 2 } } as const;
	const { dir, summary } = await runList(context, list, request);
	assert.deepEqual([summary.saved, summary.duplicates], [2, 1]);
	assert.deepEqual(
		filesIn(dir)
			.map((file) => contentOf(dir, file))
			.sort(),
		[resource.toString("latin1", 0, 5), resource.toString("latin1", 5, 10)].sort(),
	);
	const again = await runList(context, list, { ...request, dir });
	assert.deepEqual([again.summary.skipped, again.summary.duplicates], [2, 1]);
});

test("--max-size is judged on the part", async (context) => {
	const { url } = await serveResource(context, { ranges: false });
	const list = `${url}/f\n  range=10-19\n${url}/f\n  range=10-20\n`;
	const { summary } = await runList(context, list, { options: { maxSizeBytes: 10 } });
	assert.deepEqual([summary.saved, summary.errors], [1, { too_large: 1 }]);
});

test("an answer with another part is protocol", async (context) => {
	const { url } = await serve(context, (_, response) => {
		response.writeHead(200, { "content-range": "bytes 0-4/100", "content-length": 5 }).end("other");
	});
	const { outcomes } = await runList(context, [entryOf(`${url}/f`, { range: "10-14" })]);
	assert.equal(outcomes[0]?.error?.code, "protocol");
});

test("a range that cannot be read is invalid_option, before any request", async (context) => {
	const { url, requests } = await serve(context, (_, response) => response.end());
	const bad = ["5", "5-", "-5", "9-5", "a-b", "0-5,7-9", ""];
	const { summary } = await runList(
		context,
		bad.map((range, n) => entryOf(`${url}/${n}`, { range })),
	);
	assert.deepEqual(summary.errors, { invalid_option: bad.length });
	assert.deepEqual(requests, []);
});
