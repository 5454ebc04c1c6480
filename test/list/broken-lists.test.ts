/** Lists that are broken: as a whole, in one row, or from some place on. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { GivenValues } from "../../src/core/resolve-options.ts";
import { ListError } from "../../src/list/list-error.ts";
import { brief, readBytes, writtenBy } from "./read-source.ts";

const parquet = readFileSync(writtenBy("duckdb-snappy.parquet"));
const file = (inner: string): string => `<file><url>http://a/x</url>${inner}</file>`;
const doctype = '<!DOCTYPE metalink [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>';

const useless: readonly (readonly [name: string, bytes: string | Uint8Array, message: RegExp, values?: GivenValues])[] =
	[
		["empty.json", "", /it is empty/],
		["empty.parquet", "", /no Parquet file/],
		["empty.meta4", "", /it is empty/],
		["wrong.parquet", "http://a/x\nhttp://b/x\n", /no Parquet file: it begins with "http"/],
		["cut.parquet", parquet.subarray(0, parquet.length - 100), /no whole Parquet file/],
		["half.parquet", Buffer.concat([parquet.subarray(0, 8), Buffer.from("PAR1")]), /no whole Parquet file/],
		[
			"long-footer.parquet",
			Buffer.concat([Buffer.from("PAR1"), Buffer.alloc(8, 0xff), Buffer.from("PAR1")]),
			/no whole Parquet file/,
		],
		["column.parquet", parquet, /no column "link"; it has id, url, out, checksum, mirrors/, { urlColumn: "link" }],
		["object.json", '{"url": "http://a"}', /no array \(--format jsonl/],
		["word.json", "http://a", /no array/],
		["open.json", "[", /it ends in the middle of the array/],
		["text.meta4", "http://a", /text data outside of root|must be/i],
		["html.metalink", "<html><body></body></html>", /no Metalink: its root is html/],
		["entity.meta4", `${doctype}<metalink><file name="&b;"></file></metalink>`, /a document type is refused/],
		["undefined.meta4", `<metalink>${file("&nbsp;")}</metalink>`, /entity/],
		["open.meta4", "<metalink><file>", /unclosed/],
		[
			"column.csv",
			"id,image_url,name\n1,http://a,x\n",
			/no column "url"; it has id, image_url, name: --url-column "image_url", perhaps/,
		],
		["twice.csv", "url,id,url\nhttp://a,1,http://b\n", /the column "url" is there 2 times/],
		["twice-without-case.csv", "URL,id,Url\nhttp://a,1,http://b\n", /the column "url" is there 2 times/],
		[
			"named.csv",
			"url\nhttp://a\n",
			/no column "sum"; it has url: name one with --checksum-column/,
			{ checksumColumn: "sum" },
		],
		["no-header.csv", "http://a,x\nhttp://b,y\n", /no column "url"; it has http:\/\/a, x: columns want a header row/],
		["quote.csv", '"url\nhttp://a\n', /quotes that nothing closes$/],
		["quote-in-row-2.csv", 'url,n\n"http://a,1\n', /quotes that nothing closes \(line 2\)$/],
		["user-info-in-row-1.csv", "http://user:secret@a/b,x\n", /it has http:\/\/a\/b, x: /],
		["not.gz", "http://a\n", /it is not packed with gzip, as its name says/],
		["twice.txt.gz", gzipSync(gzipSync("http://a\n")), /it is packed twice/],
		["page.txt", "\ufeff \n<!doctype HTML><html>", /it is an HTML page/],
		["page.csv", "<html>\n", /it is an HTML page/],
		["utf-32.txt", Buffer.from("\xff\xfe\0\0h\0\0\0", "latin1"), /text in UTF-32/],
		["cut.txt.gz", gzipSync("http://a\n").subarray(0, 15), /unexpected end/],
		["not.zst", "http://a\n", /it is not packed with zstd, as its name says/],
		["nothing.txt.gz", "", /unexpected end/],
		["sheet.xlsx", "PK\x03\x04\x14\0", /it is a Zip archive: .* save it as CSV/],
		["sheet.csv", "PK\x03\x04\x14\0", /it is a Zip archive/],
		["sheet.xls", latin1("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"), /Microsoft Office/],
		["urls.txt.xz", latin1("\xfd7zXZ\0\0"), /packed with xz, which is not read: xz -dc LIST \| downspout -/],
		["urls.txt", latin1("\xfd7zXZ\0\0"), /packed with xz/],
		["urls.bz2", "BZh91AY&SY....", /packed with bzip2/],
		["table.feather", "ARROW1\0\0....", /an Arrow file/],
		["table.txt.gz", gzipSync("ARROW1\0\0...."), /an Arrow file/],
		["urls.db", "SQLite format 3\0", /an SQLite database/],
	];

function latin1(text: string): Uint8Array {
	return Buffer.from(text, "latin1");
}

for (const [name, bytes, message, values] of useless) {
	test(`${name} is refused as a whole, in one line that names it`, async () => {
		await assert.rejects(readBytes(name, bytes, values), (error) => {
			assert.ok(error instanceof ListError, String(error));
			assert.equal(error.code, "list_unreadable");
			assert.match(error.message, message);
			assert.match(error.message, new RegExp(`^cannot read the list [^\\n]*${name.replace(".", "\\.")}: [^\\n]*$`));
			return true;
		});
	});
}

const rows: readonly (readonly [name: string, text: string, expected: unknown[]])[] = [
	[
		"lines.jsonl",
		'{"url":"http://a"}\nnonsense\n[1]\n{"u":1}\n5\nnull\n{"url":[]}\n{"url":"http://b"}',
		[
			[1, "http://a"],
			[2, "nonsense", "invalid_url"],
			[3, "[1]", "invalid_url"],
			[4, "", "invalid_url"],
			[5, "5", "invalid_url"],
			[6, "", "invalid_url"],
			[7, "", "invalid_url"],
			[8, "http://b"],
		],
	],
	[
		"elements.json",
		'["http://a", 5, {"url": null}, [], "http://b"]',
		[
			[1, "http://a"],
			[2, "5", "invalid_url"],
			[3, ""],
			[4, "[]", "invalid_url"],
			[5, "http://b"],
		],
	],
	[
		"rows.csv",
		"id,url\n1,http://a\n2,\n3\n4,http://c,d.jpg\n5,http://b\n",
		[
			[2, "http://a"],
			[3, "", "invalid_url"],
			[4, "", "invalid_url"],
			[5, "4,http://c,d.jpg", "invalid_url"],
			[6, "http://b"],
		],
	],
	[
		"nul.txt",
		"http://a/\0b\n\0\nhttp://c\0\r\nhttp://d\n",
		[
			[1, "http://a/\0b"],
			[2, "\0"],
			[3, "http://c\0"],
			[4, "http://d"],
		],
	],
	[
		"marks.txt",
		"\ufeffhttp://a\n\ufeffhttp://b\r\n\ufeff\rhttp://c",
		[
			[1, "http://a"],
			[2, "http://b"],
			[4, "http://c"],
		],
	],
];

for (const [name, text, expected] of rows) {
	test(`rows of ${name} that are no entry fail with their number, and the list goes on`, async () => {
		assert.deepEqual(brief(await readBytes(name, text)), expected);
	});
}

test("text that begins almost like another kind of file is a list", async () => {
	const base = "http://h/";
	assert.deepEqual(brief(await readBytes("paths", "BZhou/a\n", { base })), [[1, "http://h/BZhou/a"]]);
	assert.deepEqual(brief(await readBytes("PK", "PK", { base })), [[1, "http://h/PK"]]);
});

test("what is shown of a row that is no entry has lost its user info before it was cut", async () => {
	const long = "s".repeat(500);
	for (const [name, text] of [
		["user-info.jsonl", `{"url":"http://user:${long}@a/"\n`],
		["user-info.json", `[["http://user:${long}@a/"]]`],
		["user-info.csv", `url,n\nhttp://user:${long}@a/,1,2\n`],
	] as const) {
		const [entry] = (await readBytes(name, text)).entries;
		assert.equal(entry?.failure?.code, "invalid_url", name);
		assert.doesNotMatch(entry.urls[0], /ss/, name);
	}
});

test("an object without a URL is told which fields it has", async () => {
	const { entries } = await readBytes("keys.jsonl", '{"id":1,"image_url":"http://a"}\n{}\n');
	assert.deepEqual(
		entries.map(({ failure }) => failure?.message),
		['no entry: it has no "url", but id, image_url: --url-column "image_url", perhaps', 'no entry: it has no "url"'],
	);
});

const many = (count: number): string => Array.from({ length: count }, (_, i) => `http://a/${i}\n`).join("");

const breaks: readonly (readonly [
	name: string,
	bytes: string | Uint8Array,
	last: readonly [number, RegExp],
	before: number,
])[] = [
	["quote-in-row-3.csv", `url,n\nhttp://a,1\n"http://b,1\n${many(2000)}`, [3, /quotes that nothing closes/], 1],
	["cut.json", '["http://a", "http://b", "htt', [3, /./], 2],
	["comma.json", '["http://a" "http://b"]', [2, /./], 1],
	["more.json", '["http://a"] ["http://b"]', [2, /./], 1],
	["late-entity.meta4", `<metalink>${file("")}${file("")}<file>&x;</file></metalink>`, [3, /entity/], 2],
	["cut.meta4", `<metalink>${file("")}<file><url>http://b`, [2, /unclosed/], 1],
	["cut-in-the-middle.txt.gz", cutInTheMiddle(), [0, /unexpected end/], 0],
	["broken-group.parquet", brokenGroup(), [81, /./], 80],
];

test("a Parquet file in which any bytes are wrong is read, or told to be broken", async () => {
	const files = readdirSync(writtenBy("")).filter((name) => name.endsWith(".parquet"));
	const urlColumns = ["url", "mirrors", "image.url", "deep.inner.urls"];
	const changes = fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), {
		minLength: 1,
		maxLength: 4,
	});
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...files), changes, fc.nat(), async (name, list, number) => {
			const isInFooter = number % 2 === 0;
			const urlColumn = urlColumns[(name.includes("-nested") ? 2 : 0) + (Math.floor(number / 2) % 2)];
			const bytes = Buffer.from(readFileSync(writtenBy(name)));
			const first = isInFooter ? Math.max(0, bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)) : 0;
			for (const { at, byte } of list) bytes[first + Math.floor(at * (bytes.length - 1 - first))] = byte;
			try {
				const { entries } = await readBytes("changed.parquet", bytes, { urlColumn });
				assert.ok(
					entries.every(({ failure }, index) => failure?.code !== "broken_list" || index === entries.length - 1),
				);
			} catch (error) {
				assert.ok(error instanceof ListError, String(error));
			}
		}),
		{ numRuns: 300 },
	);
});

/** Random enough that the second half of the packed bytes is some of the text too. */
function cutInTheMiddle(): Uint8Array {
	const packed = gzipSync(Array.from({ length: 50_000 }, (_, i) => `http://a/${(i * 7919) % 50_021}\n`).join(""));
	return packed.subarray(0, packed.length / 2);
}

/** The last of the three row groups begins with nonsense. */
function brokenGroup(): Uint8Array {
	const bytes = Buffer.from(readFileSync(writtenBy("arrow-rs-plain.parquet")));
	const start = bytes.indexOf("https://data.example.org/images/00081.jpg");
	return bytes.fill(0xff, start - 120, start);
}

for (const [name, bytes, [line, message], before] of breaks) {
	test(`${name} ends where it breaks, and what came before counts`, async () => {
		const { entries } = await readBytes(name, bytes);
		const last = entries.at(-1);
		assert.equal(last?.failure?.code, "broken_list");
		assert.match(last.failure.message, message);
		assert.ok(last.urls[0].endsWith(name));
		if (line > 0) assert.equal(last.line, line);
		else assert.equal(last.line, entries.length);
		if (before > 0) assert.equal(entries.length - 1, before);
		assert.ok(entries.slice(0, -1).every(({ failure }) => failure === undefined));
	});
}

test("JSON that is nested ten thousand deep is one row like another", async () => {
	const deep = "[".repeat(10_000) + "]".repeat(10_000);
	const json = await readBytes("deep.json", `["http://a",{"url":"http://b","x":${deep}},${deep},"http://c"]`);
	assert.deepEqual(
		json.entries.map(({ urls, failure }) => [urls[0].slice(0, 8), failure?.code]),
		[
			["http://a", undefined],
			["http://b", undefined],
			["[[[[[[[[", "invalid_url"],
			["http://c", undefined],
		],
	);
	const jsonl = await readBytes("deep.jsonl", `{"url":${deep}}\n{"url":"http://b","x":${deep}}\n`);
	assert.deepEqual(
		jsonl.entries.map(({ line, failure }) => [line, failure?.code]),
		[
			[1, undefined],
			[2, undefined],
		],
	);
});

test("a field of 20 MiB is named with its row; what is read in lines goes on behind it", async () => {
	const long = "x".repeat(20 * 2 ** 20);
	const jsonl = await readBytes("long.jsonl", `{"url":"http://a"}\n{"url":"${long}"}\n{"url":"http://b"}`);
	assert.deepEqual(
		jsonl.entries.map(({ line, failure }) => [line, failure?.code]),
		[
			[1, undefined],
			[2, "invalid_url"],
			[3, undefined],
		],
	);
	const text = await readBytes("long.txt", `http://a\n${long}\nhttp://b\n`);
	assert.deepEqual(
		text.entries.map(({ line, failure }) => [line, failure?.code]),
		[
			[1, undefined],
			[2, "invalid_url"],
			[3, undefined],
		],
	);
	for (const [name, bytes] of [
		["long.csv", `url,n\nhttp://a,1\n"${long}",2\nhttp://b,3\n`],
		["long.json", `["http://a","${long}","http://b"]`],
		["long.meta4", `<metalink>${file("")}${file(`<hash>${long}</hash>`)}${file("")}</metalink>`],
	] as const) {
		const { entries } = await readBytes(name, bytes);
		assert.equal(entries.at(-1)?.failure?.code, "broken_list", name);
		assert.match(entries.at(-1)?.failure?.message ?? "", /of more than \d+ characters/);
		assert.equal(entries.length, 2);
	}
});

test("a URL of a megabyte in any format is one entry that fails, with its beginning alone", async () => {
	const long = `http://a/${"x".repeat(2 ** 20)}`;
	for (const [name, bytes] of [
		["url.csv", `url\n${long}\nhttp://b\n`],
		["url.jsonl", `{"url":"${long}"}\n{"url":"http://b"}\n`],
		["url.json", `["${long}","http://b"]`],
		["url.meta4", `<metalink><file><url>${long}</url></file><file><url>http://b</url></file></metalink>`],
	] as const) {
		const { entries } = await readBytes(name, bytes);
		assert.deepEqual(
			entries.map(({ failure }) => failure?.code),
			["invalid_url", undefined],
			name,
		);
		assert.ok((entries[0]?.urls[0].length ?? 0) <= 2000);
		assert.match(entries[0]?.failure?.message ?? "", /a URL of more than 262144 characters/);
	}
});
