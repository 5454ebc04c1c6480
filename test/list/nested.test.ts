/** URLs within structs and lists: in Parquet files that other programs wrote, and in objects of JSON. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, readBytes, readSource, writtenBy } from "./read-source.ts";

const url = (number: number): string => `https://data.example.org/images/${String(number).padStart(5, "0")}.jpg`;
const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
const nested = ["duckdb-nested.parquet", "arrow-rs-nested.parquet", "arrow-rs-nested-v2.parquet"];

for (const name of nested) {
	test(`${name}: a text of a struct is a column, and null where the struct is`, async () => {
		const { entries } = await readSource(writtenBy(name), { urlColumn: "image.url", outColumn: "Image.Path" });
		const expected = numbers.map((number) =>
			number % 10 === 0 || number % 7 === 0 ? [number, ["", "invalid_url"]] : [number, [url(number), `${number}.jpg`]],
		);
		assert.deepEqual(
			entries.map(({ line, urls, out, failure }) => [line, [urls[0], failure?.code ?? out]]),
			expected,
		);
	});

	test(`${name}: a list of texts in structs stands for mirrors, without those that are null`, async () => {
		const { entries } = await readSource(writtenBy(name), { urlColumn: "deep.inner.urls" });
		assert.deepEqual(
			entries.map(({ line, urls }) => [line, urls]),
			numbers.map((number) => [
				number,
				number % 5 === 0 || number % 9 === 0 ? [""] : [url(number), `https://b.example.org/${number}`],
			]),
		);
	});
}

test("bytes that are not marked as text are read as text", async () => {
	const { entries } = await readSource(writtenBy("duckdb-nested.parquet"), {
		urlColumn: "image.bytes",
		base: "http://h/",
	});
	assert.deepEqual(entries[0]?.urls, ["http://h/bytes%20of%201"]);
});

test("a column with a dot in its name goes before one in a struct", async () => {
	const { entries } = await readSource(writtenBy("duckdb-nested.parquet"), { urlColumn: "flat.url" });
	assert.deepEqual(entries[1]?.urls, [url(2)]);
});

test("a column that is no text is refused by its name, with those that can be read", async () => {
	const texts = "what can be read is text, or a list of texts, which stands for mirrors";
	const cases: readonly (readonly [values: Readonly<Record<string, string>>, message: string])[] = [
		[
			{ urlColumn: "image" },
			'the column "image" is a struct; it has image.bytes, image.path, image.url: --url-column "image.url", perhaps',
		],
		[
			{ urlColumn: "DEEP" },
			'the column "DEEP" is a struct; it has deep.inner.urls: --url-column "deep.inner.urls", perhaps',
		],
		[{ urlColumn: "meta" }, `the column "meta" is a map: ${texts}`],
		[{ urlColumn: "pictures" }, `the column "pictures" is a list of lists or structs: ${texts}`],
		[{ urlColumn: "lists" }, `the column "lists" is a list of lists or structs: ${texts}`],
		[{ urlColumn: "image.url", outColumn: "meta" }, `the column "meta" is a map: ${texts}`],
		[
			{ urlColumn: "image.url", checksumColumn: "image" },
			'the column "image" is a struct; it has image.bytes, image.path, image.url: name one with --checksum-column',
		],
		[
			{},
			'no column "url"; it has id, image.bytes, image.path, image.url, deep.inner.urls, pictures, lists, meta, flat.url: --url-column "image.url", perhaps',
		],
	];
	const path = writtenBy("duckdb-nested.parquet");
	for (const [values, message] of cases) {
		await assert.rejects(readSource(path, values), { message: `cannot read the list ${path}: ${message}` });
	}
});

test("a field within objects of JSON is a column too", async () => {
	const lines = [
		'{"image":{"url":"http://a/1","path":"1.jpg"}}',
		'{"image":{"URL":["http://a/2","http://b/2"]}}',
		'{"image.url":"http://a/3","image":{"url":"http://never"}}',
		'{"image":{"path":"4.jpg"}}',
		'{"image":"http://never"}',
	];
	const jsonl = await readBytes("nested.jsonl", lines.join("\n"), { urlColumn: "image.url", outColumn: "image.path" });
	assert.deepEqual(brief(jsonl), [
		[1, "http://a/1"],
		[2, "http://a/2 http://b/2"],
		[3, "http://a/3"],
		[4, "", "invalid_url"],
		[5, "", "invalid_url"],
	]);
	assert.equal(jsonl.entries[0]?.out, "1.jpg");
	const [entry] = (await readBytes("nested.json", `[${lines[0]}]`)).entries;
	assert.match(entry?.failure?.message ?? "", /but image\.url, image\.path: --url-column "image\.url", perhaps/);
});
