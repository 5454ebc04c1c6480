/** Text lists: the grammar, however the bytes are cut into chunks, and what reaches the reader when. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import type { Entry } from "../../src/core/entry.ts";
import { maxEntryLength } from "../../src/list/limits.ts";
import { readTextList } from "../../src/list/text.ts";

type Read = { readonly entries: readonly Entry[]; readonly warnings: readonly string[] };

async function read(chunks: Iterable<Uint8Array>, list?: string): Promise<Read> {
	const warnings: string[] = [];
	const entries: Entry[] = [];
	const options = { warn: (message: string) => void warnings.push(message), ...(list !== undefined && { list }) };
	async function* source(): AsyncGenerator<Uint8Array> {
		yield* chunks;
	}
	for await (const batch of readTextList(source(), options)) entries.push(...batch);
	return { entries, warnings };
}

const readText = (text: string): Promise<Read> => read([Buffer.from(text)]);
const urlsOf = ({ entries }: Read): string[] => entries.map((entry) => entry.urls.join(" "));

test("lines become entries with their numbers", async () => {
	const cases: readonly [string, readonly [number, string][]][] = [
		["", []],
		["\n\n# nothing\n  # here\n\t#\n", []],
		["http://a", [[1, "http://a"]]],
		[
			"http://a\nhttp://b\n",
			[
				[1, "http://a"],
				[2, "http://b"],
			],
		],
		[
			"http://a\r\nhttp://b\rhttp://c\r\r\n\nhttp://d",
			[
				[1, "http://a"],
				[2, "http://b"],
				[3, "http://c"],
				[6, "http://d"],
			],
		],
		["\ufeffhttp://a\n", [[1, "http://a"]]],
		["\ufeff# x\nhttp://a\n", [[2, "http://a"]]],
		[
			"  http://a \t\n\u00a0http://b\n",
			[
				[1, "http://a"],
				[2, "http://b"],
			],
		],
		[
			"no url at all\nftp://x\n",
			[
				[1, "no url at all"],
				[2, "ftp://x"],
			],
		],
		[
			"http://a#x=1\n  http://b?name=value\nout=x\n",
			[
				[1, "http://a#x=1"],
				[2, "http://b?name=value"],
				[3, "out=x"],
			],
		],
		[
			"http://a\thttp://b\n\t http://c\t\t http://d \n",
			[
				[1, "http://a http://b"],
				[2, "http://c http://d"],
			],
		],
		["http://é\u2028x\n", [[1, "http://é\u2028x"]]],
	];
	for (const [text, expected] of cases) {
		const { entries, warnings } = await readText(text);
		assert.deepEqual(
			entries.map((entry) => [entry.line, entry.urls.join(" ")]),
			expected,
			JSON.stringify(text),
		);
		assert.deepEqual(warnings, []);
	}
});

test("indented options belong to the entry above", async () => {
	const text = [
		"http://a\thttp://m",
		" out=first.txt",
		"\tout = not an option, but an entry",
		"http://b",
		"  dir=sub/dir ",
		"# a comment between",
		"",
		"  out=second.txt",
		"\tchecksum=sha-256=ABC",
		"  header=X-One: 1",
		"  header=X-Two:2:3",
		"  referer=http://r/",
		"  user-agent=Mozilla/5.0 (x=y)",
		"  out=the last one.txt",
	].join("\n");
	const { entries, warnings } = await read([Buffer.from(text)], "list.txt");
	assert.deepEqual(warnings, []);
	assert.deepEqual(entries, [
		{ line: 1, list: "list.txt", urls: ["http://a", "http://m"], out: "first.txt" },
		{ line: 3, list: "list.txt", urls: ["out = not an option, but an entry"] },
		{
			line: 4,
			list: "list.txt",
			urls: ["http://b"],
			dir: "sub/dir",
			out: "the last one.txt",
			checksums: ["sha-256=ABC"],
			headers: [
				["X-One", "1"],
				["X-Two", "2:3"],
				["Referer", "http://r/"],
				["User-Agent", "Mozilla/5.0 (x=y)"],
			],
		},
	]);
});

test("an option that cannot be used is warned of once and passed over", async () => {
	const { entries, warnings } = await readText(
		" out=early\nhttp://a\n split=5\n pause=true\nhttp://b\n split=6\n header=nonsense\n header=a b: c\n user-agent=x\u0000\n out=b\n",
	);
	assert.deepEqual(entries, [
		{ line: 2, urls: ["http://a"] },
		{ line: 5, urls: ["http://b"], out: "b" },
	]);
	assert.deepEqual(
		warnings.map((warning) => /^line (\d+): .*"([a-z-]+)"/.exec(warning)?.slice(1).join()),
		["1,out", "3,split", "4,pause", "7,header", "9,user-agent"],
	);
});

test("invalid UTF-8 becomes U+FFFD and stops nothing", async () => {
	const result = await read([Buffer.from("http://a/caf\xe9\nhttp://b\n\xc3", "latin1")]);
	assert.deepEqual(urlsOf(result), ["http://a/caf\ufffd", "http://b", "\ufffd"]);
});

test("a line that is too long is one entry that fails; so is an entry with too long an option", async () => {
	const long = "x".repeat(maxEntryLength);
	const result = await readText(
		`http://a/${long}\n# ${long}\n  out=${long}\nhttp://b/${long.slice(20)}\nhttp://c\n dir=${long}\nhttp://d`,
	);
	const failures = result.entries.map(({ line, urls: [url], failure }) => [line, url.slice(0, 10), failure?.code]);
	assert.deepEqual(failures, [
		[1, "http://a/x", "invalid_url"],
		[4, "http://b/x", undefined],
		[5, "http://c", "invalid_option"],
		[7, "http://d", undefined],
	]);
	assert.ok((result.entries[0]?.urls[0].length ?? 0) < 2100);
	assert.match(result.entries[0]?.failure?.message ?? "", /more than 262144 characters/);
	assert.equal(result.entries[1]?.urls[0].length, "http://b/".length + maxEntryLength - 20);
	assert.deepEqual(result.entries[2]?.dir, undefined);
});

test("many options of one entry cost no more than their length, and are bounded", async () => {
	const lines = (count: number): string => ` header=X-Nr: ${"1".repeat(20)}\n`.repeat(count);
	const few = await readText(`http://a\n${lines(5000)}http://b`);
	assert.equal(few.entries[0]?.headers?.length, 5000);
	const many = await readText(`http://a\n${lines(80_000)}${" checksum=0\n".repeat(80_000)}http://b\n out=x`);
	assert.deepEqual(
		many.entries.map(({ urls: [url], failure, headers, checksums, out }) => [
			url,
			failure?.code,
			headers,
			checksums,
			out,
		]),
		[
			["http://a", "invalid_option", [], undefined, undefined],
			["http://b", undefined, undefined, undefined, "x"],
		],
	);
});

test("it makes no difference where the chunks are cut", async () => {
	const line = fc.constantFrom(
		"http://a",
		"http://é/€👍",
		" out=x",
		"\tdir=é",
		"# c",
		"",
		" ",
		"a\tb",
		" odd=1",
		"\ufeff",
	);
	const text = fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r"))).map((lines) => lines.flat().join(""));
	const cuts = fc.array(fc.nat(400));
	await fc.assert(
		fc.asyncProperty(text, cuts, async (list, positions) => {
			const bytes = Buffer.from(list);
			const sorted = [0, ...positions.toSorted((a, b) => a - b), bytes.length];
			const chunks = sorted.map((position, index) => bytes.subarray(position, sorted[index + 1] ?? position));
			assert.deepEqual(await read(chunks), await read([bytes]));
			assert.deepEqual(await read([...bytes].map((byte) => Uint8Array.of(byte))), await read([bytes]));
		}),
		{ numRuns: 200 },
	);
});

test("a list of many chunks comes in many batches, complete and in order", async () => {
	const count = 50_000;
	let expected = 0;
	let batches = 0;
	async function* source(): AsyncGenerator<Uint8Array> {
		for (let i = 0; i < count; i += 1000) {
			yield Buffer.from(Array.from({ length: 1000 }, (_, j) => `http://host/${i + j}\n`).join(""));
		}
	}
	for await (const batch of readTextList(source(), { warn: assert.fail })) {
		batches++;
		for (const entry of batch) {
			assert.equal(entry.urls[0], `http://host/${expected++}`);
			assert.equal(entry.line, expected);
		}
	}
	assert.equal(expected, count);
	assert.ok(batches > 20);
});

test("an entry is handed on when the next one begins, however long that takes to end", async () => {
	const stream = new PassThrough();
	const batches = readTextList(stream, { warn: assert.fail });
	stream.write("http://a\nhttp://b");
	assert.deepEqual((await batches.next()).value, [{ line: 1, urls: ["http://a"] }]);
	stream.end("/c\n out=kept\n");
	assert.deepEqual((await batches.next()).value, [{ line: 2, urls: ["http://b/c"], out: "kept" }]);
	assert.equal((await batches.next()).done, true);
});

test("an option whose line was begun counts, however late its end is; one that begins a second later does not", async () => {
	const stream = new PassThrough();
	const warnings: string[] = [];
	const batches = readTextList(stream, { warn: (message) => void warnings.push(message) });
	stream.write("http://a\n  ou");
	const first = batches.next();
	const pause = setTimeout(1200, "nothing yet");
	assert.equal(await Promise.race([first, pause]), "nothing yet");
	const startedMs = performance.now();
	stream.write("t=x\n\tchecksum=12\n");
	assert.deepEqual((await first).value, [{ line: 1, urls: ["http://a"], out: "x", checksums: ["12"] }]);
	assert.ok(performance.now() - startedMs > 900);

	stream.end(" out=late\n dir=y\nhttp://b\n out=z");
	assert.deepEqual((await batches.next()).value, [{ line: 6, urls: ["http://b"], out: "z" }]);
	assert.deepEqual(warnings, ['line 4: "out" comes too late: the entry above was already started']);
});

test("an error of the source comes after the complete lines; half a line is no entry", async () => {
	async function* source(): AsyncGenerator<Uint8Array> {
		yield Buffer.from("http://a\nhttp://b\nhttp://ha");
		throw new Error("broken");
	}
	const urls: string[] = [];
	await assert.rejects(
		async () => {
			for await (const batch of readTextList(source(), { warn: assert.fail }))
				urls.push(...batch.map(({ urls: [url] }) => url));
		},
		{ message: "broken" },
	);
	assert.deepEqual(urls, ["http://a", "http://b"]);
});

test("an abort ends the wait without an exception; so does a reader that leaves", async () => {
	const stream = new PassThrough();
	const controller = new AbortController();
	const batches = readTextList(stream, { warn: assert.fail, signal: controller.signal });
	stream.write("http://a\nhttp://b");
	await batches.next();
	const waiting = batches.next();
	controller.abort();
	assert.equal((await waiting).done, true);
	stream.destroy();

	const endless = new PassThrough();
	endless.write("http://a\nhttp://b\n");
	for await (const _ of readTextList(endless, { warn: assert.fail })) break;
	assert.equal(endless.destroyed, true);

	const early = readTextList(new PassThrough(), { warn: assert.fail, signal: AbortSignal.abort() });
	assert.equal((await early.next()).done, true);
});
