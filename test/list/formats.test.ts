/** Every format: what other programs wrote, what entries come of it, and their lines. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Entry } from "../../src/core/entry.ts";
import { readList } from "../../src/list/read-list.ts";
import { brief, readBytes, readSource, writtenBy } from "./read-source.ts";

const parquets = readdirSync(writtenBy("")).filter((name) => /(?<!-nested.*)\.parquet$/.test(name));
/** Written by a program that knows no lists of text. */
const withoutMirrors = new Set(["fastparquet.parquet"]);

for (const name of parquets) {
	test(`${name} is read with its names, nulls and row numbers, over its row groups`, async () => {
		const { entries } = await readSource(writtenBy(name));
		assert.equal(entries.length, 100);
		for (const [index, { line, urls, out }] of entries.entries()) {
			const number = index + 1;
			assert.equal(line, number);
			assert.deepEqual(urls, [`https://data.example.org/images/${String(number).padStart(5, "0")}.jpg`]);
			assert.equal(out, number % 3 === 0 ? undefined : `folder/${number}.jpg`);
		}
		if (withoutMirrors.has(name)) return;
		const mirrors = await readSource(writtenBy(name), { urlColumn: "mirrors" });
		assert.deepEqual(mirrors.entries[41]?.urls, ["https://a.example.org/42", "https://b.example.org/42"]);
	});
}

test("a Parquet column of checksums is read, and one of numbers is no URL", async () => {
	const { entries } = await readSource(writtenBy("duckdb-snappy.parquet"));
	assert.deepEqual(
		entries.filter(({ checksums }) => checksums !== undefined).map(({ line }) => line),
		[10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
	);
	const numbers = await readSource(writtenBy("arrow-rs-snappy.parquet"), { urlColumn: "ID" });
	assert.deepEqual(numbers.entries[4]?.urls, ["5"]);
});

const sheet: readonly Entry[] = [
	{ line: 2, urls: ["https://data.example.org/a.jpg"], out: "with, comma.jpg" },
	{ line: 4, urls: ["https://data.example.org/b%20c.jpg?x=1&y=2"], out: "übung.jpg" },
	{
		line: 5,
		urls: ["https://data.example.org/c.jpg"],
		checksums: ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
	},
];

for (const name of ["gnumeric.csv", "gnumeric-semicolons.csv", "gnumeric-utf-16.tsv"]) {
	test(`${name} of a spreadsheet is read, with the lines on which its rows begin`, async () => {
		assert.deepEqual(await readSource(writtenBy(name)), { entries: sheet, warnings: [] });
	});
}

test("the JSON, JSON Lines and CSV of a database are read", async () => {
	const json = await readSource(writtenBy("duckdb.json"));
	const jsonl = await readSource(writtenBy("duckdb.jsonl"));
	const csv = await readSource(writtenBy("duckdb.csv"));
	assert.equal(json.entries.length, 20);
	assert.deepEqual(json.entries[1], {
		line: 2,
		urls: ["https://data.example.org/images/00002.jpg"],
		out: "folder/2.jpg",
	});
	assert.deepEqual(
		jsonl.entries.map(({ line, urls, out }) => [line, urls, out]),
		json.entries.map(({ line, urls, out }) => [line, urls, out]),
	);
	assert.deepEqual(
		csv.entries.map(({ line, urls, out }) => [line - 1, urls, out]),
		json.entries.slice(0, 11).map(({ line, urls, out }) => [line, urls, out]),
	);
	const mirrors = await readSource(writtenBy("duckdb.jsonl"), { urlColumn: "mirrors" });
	assert.deepEqual(mirrors.entries[2]?.urls, ["https://a.example.org/3", "https://b.example.org/3"]);
});

test("a packed list is read as the one in it, by its ending or by its first bytes", async () => {
	const text = "http://a/1\nhttp://a/2\n";
	const csv = readFileSync(writtenBy("gnumeric.csv"));
	const zstd = (bytes: string | Buffer): Buffer => execFileSync("zstd", ["-qc"], { input: bytes });
	const two = [
		[1, "http://a/1"],
		[2, "http://a/2"],
	];
	const cases: readonly (readonly [string, Uint8Array, unknown[]])[] = [
		["list.txt.gz", gzipSync(text), two],
		["list.gz", gzipSync(text), two],
		["packed-without-a-name", gzipSync(text), two],
		["packed.txt", gzipSync(text), two],
		["members.gz", Buffer.concat([gzipSync("http://a/1\nhttp"), gzipSync("://a/2\n")]), two],
		["list.br", brotliCompressSync(text), two],
		["list.txt.zst", zstd(text), two],
		["zstd-without-a-name", zstd(text), two],
		["frames.zst", Buffer.concat([zstd("http://a/1\nhttp"), zstd("://a/2\n")]), two],
		["utf-16.gz", gzipSync(Buffer.from(`\ufeff${text}`, "utf16le")), two],
	];
	for (const [name, bytes, expected] of cases) assert.deepEqual(brief(await readBytes(name, bytes)), expected, name);
	assert.deepEqual((await readBytes("sheet.csv.gz", gzipSync(csv))).entries, sheet);
	assert.deepEqual((await readBytes("sheet.csv.zst", zstd(csv))).entries, sheet);
	const parquet = await readBytes("packed.parquet.gz", gzipSync(readFileSync(writtenBy("duckdb-zstd.parquet"))));
	assert.equal(parquet.entries.length, 100);
	assert.deepEqual(await readBytes("empty.txt.gz", gzipSync("")), { entries: [], warnings: [] });
});

test("what has no telling name is known by its beginning, and --format is above both", async () => {
	const url = "http://a/1";
	const cases: readonly (readonly [string, string | Uint8Array])[] = [
		["plain", `\n# comment\n${url}`],
		["jsonl", `\n {"url": "${url}"}`],
		["json", `\ufeff\n[\n"${url}"]`],
		["xml", `<?xml version="1.0"?><metalink><file><url>${url}</url></file></metalink>`],
		["root", `<metalink><file><url>${url}</url></file></metalink>`],
		["utf-16", Buffer.from(`\ufeff[{"url":"${url}"}]`, "utf16le")],
		["utf-16-big", Buffer.from(`\ufeff{"url":"${url}"}`, "utf16le").swap16()],
	];
	for (const [name, bytes] of cases) assert.deepEqual((await readBytes(name, bytes)).entries[0]?.urls, [url], name);
	const parquet = await readBytes("no-name", readFileSync(writtenBy("arrow-rs-gzip.parquet")));
	assert.equal(parquet.entries.length, 100);
	assert.deepEqual(brief(await readBytes("named.csv", `{"url":"${url}"}`, { format: "jsonl" })), [[1, url]]);
	assert.deepEqual(brief(await readBytes("named.parquet", url, { format: "aria2" })), [[1, url]]);
});

test("a list that comes a byte at a time is known by its beginning all the same", async () => {
	const url = "http://a/1";
	const cases: readonly (readonly [string, Uint8Array])[] = [
		["text", Buffer.from(url)],
		["gzip", gzipSync(url)],
		["zstd", execFileSync("zstd", ["-qc"], { input: url })],
		["jsonl", Buffer.from(`\ufeff {"url":"${url}"}`)],
		["json", Buffer.from(`\n["${url}"]`)],
		["xml", Buffer.from(`<?xml version="1.0"?><metalink><file><url>${url}</url></file></metalink>`)],
		["utf-16", Buffer.from(`\ufeff["${url}"]`, "utf16le")],
		["parquet", readFileSync(writtenBy("polars.parquet"))],
		["xz", Buffer.from("\xfd7zXZ\0", "latin1")],
	];
	for (const [name, bytes] of cases) {
		const chunks = async function* (): AsyncGenerator<Uint8Array> {
			for (const byte of bytes) yield Uint8Array.of(byte);
		};
		const first = readList({ chunks: chunks(), says: {} }, { warn: assert.fail }).next();
		if (name === "xz") await assert.rejects(first, /packed with xz/);
		else {
			const [entry] = (await first).value ?? [];
			assert.equal(entry?.urls[0], name === "parquet" ? "https://data.example.org/images/00001.jpg" : url, name);
		}
	}
});

test("an element or line of JSON has the fields of an entry", async () => {
	const items = [
		"http://a/1",
		{ url: "http://a/2", out: "x.jpg", dir: "d", checksum: "sha256:00", headers: { "X-A": "1" }, range: "0-9" },
		{ URL: ["http://a/3", "http://b/3"], checksum: ["md5:00", "sha-1=11"], headers: [["X-B", "2"]], other: {} },
		{ url: "http://a/4", out: null, checksum: null },
	];
	const expected: readonly Entry[] = [
		{ line: 1, urls: ["http://a/1"] },
		{
			line: 2,
			urls: ["http://a/2"],
			out: "x.jpg",
			dir: "d",
			range: "0-9",
			checksums: ["sha256:00"],
			headers: [["X-A", "1"]],
		},
		{ line: 3, urls: ["http://a/3", "http://b/3"], checksums: ["md5:00", "sha-1=11"], headers: [["X-B", "2"]] },
		{ line: 4, urls: ["http://a/4"] },
	];
	assert.deepEqual((await readBytes("items.json", JSON.stringify(items, null, 2))).entries, expected);
	const lines = items.map((item) => JSON.stringify(item)).join("\r\n\r\n");
	assert.deepEqual(
		(await readBytes("items.jsonl", lines)).entries,
		expected.map((entry) => ({ ...entry, line: entry.line * 2 - 1 })),
	);
	const columns = { urlColumn: "link", outColumn: "name", checksumColumn: "sha" };
	const named = '{"link":"http://a","name":"n","sha":"00","url":"x"}\n';
	assert.deepEqual((await readBytes("named.jsonl", named, columns)).entries, [
		{ line: 1, urls: ["http://a"], out: "n", checksums: ["00"] },
	]);
});

test("columns of CSV and TSV are found by their names; one column needs no header row", async () => {
	const cases: readonly (readonly [string, string, Readonly<Record<string, string>>, unknown[]])[] = [
		["a.csv", "id,URL\n1,http://a\n", {}, [[2, "http://a"]]],
		["b.csv", "url,URL\nhttp://a,http://b\n", {}, [[2, "http://a"]]],
		["c.csv", "http://a\nhttp://b?x=1;y\n", {}, [[1, "http://a"], [2, "http://b?x=1;y"]]], // biome-ignore format: a table
		["d.csv", '"http://a,b"\n\nexample.org/c\n', {}, [[1, "http://a,b"], [3, "https://example.org/c"]]], // biome-ignore format: a table
		["e.csv", "url\n", {}, []],
		["f.csv", "", {}, []],
		["g.csv", "a/b.jpg\r\nc.jpg", { base: "http://h/d/" }, [[1, "http://h/d/a/b.jpg"], [2, "http://h/d/c.jpg"]]], // biome-ignore format: a table
		["h.tsv", 'link\tname\n"http://a"\tx\nhttp://b\n', { urlColumn: "Link" }, [[2, "http://a"], [3, "http://b"]]], // biome-ignore format: a table
		["i.csv", "\ufeffurl,out\n\ufeffhttp://a,b\rhttp://c,\r\n", {}, [[2, "http://a"], [3, "http://c"]]], // biome-ignore format: a table
		["j.csv", 'url,note\nhttp://a,5" disk\nhttp://b,"x"\n', {}, [[2, "http://a"], [3, "http://b"]]], // biome-ignore format: a table
	];
	for (const [name, text, values, expected] of cases) {
		assert.deepEqual(brief(await readBytes(name, text, values)), expected, name);
	}
});

const metalink4 = `<?xml version="1.0" encoding="UTF-8"?>
<metalink xmlns="urn:ietf:params:xml:ns:metalink">
  <publisher><name>N</name><url>http://publisher/</url></publisher>
  <file name="folder/example.ext">
    <size>14</size>
    <hash type="md5">not hexadecimal</hash>
    <hash type="sha-256">f0ad929cd259957e160ea442eb80986b5f01</hash>
    <hash type="sha-1">80BC95FD391772FA61C91ED68567F0980BB45FD9</hash>
    <hash type="unknown">00</hash>
    <pieces length="8" type="sha-1">
      <hash>80bc95fd391772fa61c91ed68567f0980bb45fd9</hash><hash>80bc95fd391772fa61c91ed68567f0980bb45fd9</hash>
    </pieces>
    <url>http://last/example.ext</url>
    <url location="de" priority="2">http://second/a?x=1&amp;y=2</url>
    <url location="fr" priority="1"><![CDATA[ftp://first/example.ext]]></url>
    <url priority="1"> https://first/example.ext </url>
    <metaurl mediatype="torrent" priority="1">http://torrent/example.ext.torrent</metaurl>
  </file>
  <file name="other"><url>ftp://only/other</url></file>
  <file name="none"></file>
</metalink>`;

const metalink3 = `<?xml version="1.0" encoding="ISO-8859-1"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/">
  <files>
    <file name="\u00fc.bin">
      <publisher><url>http://publisher/</url></publisher>
      <verification>
        <hash type="md5">92296e19c406d77d21bda0bb944eac46</hash>
        <pieces length="262144" type="sha1"><hash piece="0">179463a88d79cbf0b1923991708aead914f26142</hash></pieces>
      </verification>
      <resources>
        <url type="http" preference="70">http://low/x</url>
        <url type="http" preference="100">http://high/x</url>
        <url type="bittorrent" preference="200">http://high/x.torrent</url>
      </resources>
    </file>
  </files>
</metalink>`;

test("Metalink of both versions gives names, sizes, digests and mirrors by priority", async () => {
	const sha1 = "80bc95fd391772fa61c91ed68567f0980bb45fd9";
	const { entries } = await readBytes("four.meta4", metalink4);
	assert.deepEqual(entries[0], {
		line: 1,
		urls: ["https://first/example.ext", "http://second/a?x=1&y=2", "http://last/example.ext"],
		out: "folder/example.ext",
		checksums: [`sha-1:${sha1.toUpperCase()}`],
		sizeBytes: 14,
		pieces: { algorithm: "sha1", lengthBytes: 8, hexes: [sha1, sha1] },
	});
	assert.deepEqual(brief({ entries: entries.slice(1), warnings: [] }), [
		[2, "ftp://only/other", "unsupported_scheme"],
		[3, "none", "invalid_url"],
	]);
	const three = await readBytes("three.metalink", Buffer.from(metalink3, "latin1"));
	assert.deepEqual(three.entries, [
		{
			line: 1,
			urls: ["http://high/x", "http://low/x"],
			out: "ü.bin",
			checksums: ["md5:92296e19c406d77d21bda0bb944eac46"],
			pieces: { algorithm: "sha1", lengthBytes: 262144, hexes: ["179463a88d79cbf0b1923991708aead914f26142"] },
		},
	]);
});
