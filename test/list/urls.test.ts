/** What lists may leave out or add to a URL: schemes, bases, comments, patterns, and what cannot be seen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseGlob } from "../../src/list/glob.ts";
import { isBareHost } from "../../src/list/url-reader.ts";
import { brief, readBytes, readSource } from "./read-source.ts";

const urlsOf = async (text: string, values = {}): Promise<unknown[]> =>
	(await readBytes("list.txt", text, values)).entries.map(({ urls }) => urls.join(" "));

test("what begins with a host name is taken as https, with one warning for the list", async () => {
	const { entries, warnings } = await readBytes(
		"hosts.txt",
		"example.org/a.jpg\nexample.org:8080/b\n192.0.2.7/c\nsub.example.org\nmünchen.example/d?e#f\nhttp://h/x\tmirror.example/x\n",
	);
	assert.deepEqual(
		entries.map(({ urls }) => urls.join(" ")),
		[
			"https://example.org/a.jpg",
			"https://example.org:8080/b",
			"https://192.0.2.7/c",
			"https://sub.example.org",
			"https://münchen.example/d?e#f",
			"http://h/x https://mirror.example/x",
		],
	);
	assert.equal(warnings.length, 1);
	assert.match(warnings[0] ?? "", /example\.org\/a\.jpg, is taken as https/);
	const csv = await readBytes("hosts.csv", "url\nexample.org/a\n");
	assert.deepEqual([brief(csv), csv.warnings.length], [[[2, "https://example.org/a"]], 1]);
});

test("only what begins with a host name is", () => {
	const no = [
		"localhost/a",
		"ftp://example.org",
		"mailto:a@example.org",
		"/a.b/c",
		"a b.c",
		".a.b",
		"example.org:x/",
		"//example.org/a",
		"example..org/",
		"a@b.c/d",
	];
	for (const text of no) assert.equal(isBareHost(text), false, text);
	for (const text of ["a.b", "a-b.c_d.example.", "1.2.3.4:80", "example.org?q"])
		assert.equal(isBareHost(text), true, text);
	const startedMs = performance.now();
	isBareHost(`${"a.".repeat(500_000)}!`);
	isBareHost(`${"a".repeat(1_000_000)}!`);
	assert.ok(performance.now() - startedMs < 5000);
});

test("--base resolves what is no absolute URL, in every format, and then no host is bare", async () => {
	const base = "https://data.example.org/crawl/";
	assert.deepEqual(await urlsOf("CC-1/x.warc.gz\n/y?z\nhttp://h/a\n//other/b\nexample.org/c d\n", { base }), [
		"https://data.example.org/crawl/CC-1/x.warc.gz",
		"https://data.example.org/y?z",
		"http://h/a",
		"https://other/b",
		"https://data.example.org/crawl/example.org/c%20d",
	]);
	const formats: readonly (readonly [string, string])[] = [
		["b.jsonl", '{"url":"x/y"}'],
		["b.json", '["x/y"]'],
		["b.csv", "url\nx/y"],
		["b.meta4", "<metalink><file><url>x/y</url></file></metalink>"],
	];
	for (const [name, text] of formats) {
		assert.deepEqual((await readBytes(name, text, { base })).entries[0]?.urls, [`${base}x/y`], name);
	}
	await assert.rejects(
		readBytes("list.txt", "x", { base: "ftp://h/" }),
		/--base: "ftp:\/\/h\/" is not an http\(s\) URL/,
	);
	await assert.rejects(readBytes("list.txt", "x", { base: "x/y" }), /--base/);
});

test("a comment behind a URL, and what has no width around it, is no part of it", async () => {
	assert.deepEqual(
		await urlsOf(
			"http://a/1 # note\nhttp://a/2\t# a mirror?\nhttp://a/3#fragment\nhttp://a/b c.jpg #\n\u200bhttp://a/4\u2060 \n\u202ahttp://a/5\u202c\thttp://b/5\u200d\n\u200b\n http://a/6\u00ad # \u200b\nhttp://a/\u200b7\n",
		),
		[
			"http://a/1",
			"http://a/2",
			"http://a/3#fragment",
			"http://a/b c.jpg",
			"http://a/4",
			"http://a/5 http://b/5",
			"http://a/6",
			"http://a/\u200b7",
		],
	);
	const { entries } = await readBytes("out.txt", "http://a\n out=b #1.jpg\n");
	assert.equal(entries[0]?.out, "b #1.jpg");
});

test("UTF-16 in either order is read where a byte order mark tells it", async () => {
	const text = "\ufeffhttp://a/é\r\n out=ü\r\nhttp://b\r\n";
	const expected = [
		{ line: 1, urls: ["http://a/é"], out: "ü" },
		{ line: 3, urls: ["http://b"] },
	];
	assert.deepEqual((await readBytes("le.txt", Buffer.from(text, "utf16le"))).entries, expected);
	assert.deepEqual((await readBytes("be.txt", Buffer.from(text, "utf16le").swap16())).entries, expected);
});

test("--expand makes of a line the entries that it stands for, as curl does", async () => {
	const cases: readonly (readonly [string, readonly string[]])[] = [
		["http://h/[8-10]", ["http://h/8", "http://h/9", "http://h/10"]],
		["http://h/[08-10].jpg", ["http://h/08.jpg", "http://h/09.jpg", "http://h/10.jpg"]],
		["http://h/[0-10:5]", ["http://h/0", "http://h/5", "http://h/10"]],
		["http://h/[a-e:2]/[A-B]", ["a/A", "a/B", "c/A", "c/B", "e/A", "e/B"].map((rest) => `http://h/${rest}`)],
		[
			"http://{x,y}.example/{,1}",
			["http://x.example/", "http://x.example/1", "http://y.example/", "http://y.example/1"],
		],
		["example.org/[1-2]", ["https://example.org/1", "https://example.org/2"]],
		["http://[::1]:80/a[]", ["http://[::1]:80/a[]"]],
		["http://h/\\[1-2\\]\\{a\\}\\x", ["http://h/[1-2]{a}\\x"]],
		["http://h/[1-2]\thttp://m/{one,two}", ["http://h/1 http://m/one", "http://h/2 http://m/two"]],
		["http://h/plain", ["http://h/plain"]],
	];
	for (const [line, expected] of cases) assert.deepEqual(await urlsOf(line, { expand: true }), expected, line);
	const named = await readBytes("named.txt", "http://h/{a,b}/[01-02]\n out=#1-#2#3.jpg\n", { expand: true });
	assert.deepEqual(
		named.entries.map(({ out, line }) => [line, out]),
		["a-01#3.jpg", "a-02#3.jpg", "b-01#3.jpg", "b-02#3.jpg"].map((out) => [1, out]),
	);
	assert.deepEqual(await urlsOf("img[1-2].jpg", { expand: true, base: "http://h/d/" }), [
		"http://h/d/img1.jpg",
		"http://h/d/img2.jpg",
	]);
	assert.deepEqual(brief(await readSource("http://h/[1-2]", { expand: true })), [
		[1, "http://h/1"],
		[1, "http://h/2"],
	]);
	assert.deepEqual(await urlsOf("http://h/[1-2]"), ["http://h/[1-2]"]);
});

test("a pattern that cannot be read fails at its line, with what is wrong", async () => {
	const cases: readonly (readonly [string, RegExp])[] = [
		["http://h/[1-", /nothing closes/],
		["http://h/{a,b", /nothing closes/],
		["http://h/a]", /closes nothing/],
		["http://h/[9-1]", /ends before it begins/],
		["http://h/[a-C]", /no range/],
		["http://h/[1-9:0]", /a step of 0/],
		["http://h/{a,{b}}", /a pattern within a pattern/],
		["http://h/[1-2]\thttp://m/[1-3]", /stands for 2 URLs and another for 3/],
		["http://h/[0-999999999][0-1]", /more than 1000000000 URLs/],
	];
	for (const [line, message] of cases) {
		const { entries } = await readBytes("bad.txt", `http://h/0\n${line}\nhttp://h/9\n`, { expand: true });
		assert.deepEqual(
			entries.map(({ failure }) => failure?.code),
			[undefined, "invalid_url", undefined],
			line,
		);
		assert.match(entries[1]?.failure?.message ?? "", message);
		assert.equal(entries[1]?.line, 2);
	}
});

test("every place of a glob has its own text, and the last pattern changes fastest", () => {
	const part = fc.oneof(
		fc.tuple(fc.nat(999), fc.nat(30)).map(([from, more]) => `[${from}-${from + more}]`),
		fc
			.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 4 })
			.map((words) => `{${words.join(",")}}`),
		fc.constantFrom("/a/", "-", "x"),
	);
	fc.assert(
		fc.property(fc.array(part, { maxLength: 3 }), (parts) => {
			const glob = parseGlob(`http://h/${parts.join("/")}`);
			if (typeof glob === "string") assert.fail(glob);
			const texts = Array.from({ length: glob.count }, (_, index) => glob.at(index).text);
			assert.equal(new Set(texts).size, glob.count);
		}),
	);
});

test("reading a list that stands for a thousand million URLs hands on the first at once", async () => {
	const { openLists } = await import("../../src/list/open-lists.ts");
	await using list = await openLists(["http://h/[0-999999999]"], { expand: true }, new AbortController().signal);
	const entries = list.entries(assert.fail);
	const { value } = await entries.next();
	assert.deepEqual(value?.[0]?.urls, ["http://h/0"]);
	await entries.return();
});
