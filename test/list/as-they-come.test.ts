/** Lists as people have them: other encodings, separators and notations than those that the formats name first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readBytes } from "./read-source.ts";

test("UTF-16 is known without a byte order mark, by its zeros", async () => {
	const url = "http://a/ü";
	for (const [name, text] of [
		["le.txt", `${url}\n`],
		["le.csv", `url,out\n${url},x\n`],
		["le.jsonl", `{"url":"${url}"}\n`],
		["le", `["${url}"]`],
		["le.meta4", `<metalink><file><url>${url}</url></file></metalink>`],
	] as const) {
		const bytes = Buffer.from(text, "utf16le");
		assert.deepEqual((await readBytes(name, bytes)).entries[0]?.urls, [url], name);
		assert.deepEqual((await readBytes(name.replace("le", "be"), bytes.swap16())).entries[0]?.urls, [url], name);
	}
});

test("the separator of a .csv is the comma, else the semicolon, else the tab, or what its first line says", async () => {
	const expected = [{ line: 2, urls: ["http://a/;,|"], out: "x" }];
	const cases: readonly (readonly [text: string, line?: number])[] = [
		['url,out\n"http://a/;,|",x\n'],
		['url;out\n"http://a/;,|";x\n'],
		["url\tout\nhttp://a/;,|\tx\n"],
		['sep=;\r\nurl;out\r\n"http://a/;,|";x\r\n', 3],
		['\ufeffsep=,\nurl,out\n"http://a/;,|",x\n', 3],
		['"sep=|"\nurl|out\n"http://a/;,|"|x\n', 3],
		['\n,,\n  \nurl,out\n"http://a/;,|",x\n', 5],
	];
	for (const [text, line = 2] of cases) {
		const { entries } = await readBytes("separated.csv", text);
		assert.deepEqual(entries, [{ ...expected[0], line }], JSON.stringify(text));
	}
});

test("bytes that are no UTF-8 are warned of, once a list", async () => {
	const text = "http://a/\xfcber\nhttp://a/\xe4\nhttp://a/x\n";
	for (const [name, bytes] of [
		["latin1.txt", Buffer.from(text, "latin1")],
		["latin1.csv", Buffer.from(`url\n${text}`, "latin1")],
	] as const) {
		const { entries, warnings } = await readBytes(name, bytes);
		assert.equal(entries.length, 3);
		assert.deepEqual(warnings, ["http://a/\ufffdber has bytes that are no UTF-8: is the list in another encoding?"]);
	}
	assert.deepEqual((await readBytes("utf-8.txt", text)).warnings, []);
});

test("headers of an object are a map, pairs, or texts of the form Name: value", async () => {
	const cases: readonly (readonly [given: unknown, expected: unknown])[] = [
		[
			{ A: "1", B: ["2", 3] },
			[
				["A", "1"],
				["B", "2"],
				["B", "3"],
			],
		],
		[[["A", "1"]], [["A", "1"]]],
		["A: 1:2", [["A", " 1:2"]]],
		[
			["A: 1", "B:2"],
			[
				["A", " 1"],
				["B", "2"],
			],
		],
		["no colon", [["no colon ", ""]]],
		["A", [["A ", ""]]],
	];
	for (const [headers, expected] of cases) {
		const { entries } = await readBytes("headers.jsonl", JSON.stringify({ url: "http://a/1", headers }));
		assert.deepEqual(entries[0]?.headers, expected, JSON.stringify(headers));
	}
});

test("characters of no width are no part of a column's name", async () => {
	const { entries } = await readBytes("invisible.csv", "\u00a0url\u200b,\u2060out\nhttp://a/1,x\n");
	assert.deepEqual(entries, [{ line: 2, urls: ["http://a/1"], out: "x" }]);
});
