/** What an entry says beside its URL: in objects every field, in tables what cannot be there by chance. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Entry } from "../../src/core/entry.ts";
import { readBytes } from "./read-source.ts";

const url = "https://a.example/x";
const given = {
	url,
	out: "x.bin",
	checksum: "md5:d41d8cd98f00b204e9800998ecf8427e",
	dir: "data",
	range: "0-499",
	"expect-type": "image/*",
	headers: "X-One: 1\nX-Two: 2, 3",
	referer: "https://a.example/",
	"user-agent": "one/2",
};
const wanted: Omit<Entry, "line"> = {
	urls: [url],
	out: "x.bin",
	dir: "data",
	range: "0-499",
	expectType: "image/*",
	checksums: ["md5:d41d8cd98f00b204e9800998ecf8427e"],
	headers: [
		["X-One", " 1"],
		["X-Two", " 2, 3"],
		["Referer", "https://a.example/"],
		["User-Agent", "one/2"],
	],
};
const camel = ({ "expect-type": expectType, "user-agent": userAgent, ...others }: typeof given) => ({
	...others,
	expectType,
	userAgent,
});
type Row = Readonly<Record<string, string>>;
const rows: readonly Row[] = [given, { url }];
const names = Object.keys(given);
/** What objects alone can say. */
const others = names.slice(3);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
function sheet(separator: string, spell: (name: string) => string = (name) => name): string {
	const lines = rows.map((row) => names.map((name) => quoted(row[name] ?? "")).join(separator));
	return [names.map(spell).join(separator), ...lines].join("\n");
}

function parquet(): Buffer {
	const columnData = names.map((name) => ({
		name,
		type: "STRING" as const,
		nullable: true,
		data: rows.map((row) => row[name]),
	}));
	return Buffer.from(parquetWriteBuffer({ columnData }));
}

const objects = [
	["fields.jsonl", rows.map((row) => JSON.stringify({ ...row, ...jsonHeaders(row) })).join("\n")],
	["camel.json", JSON.stringify([{ ...camel(given), ...jsonHeaders(given) }, { url }])],
	[
		"nulls.json",
		JSON.stringify([
			{ ...given, ...jsonHeaders(given) },
			{ ...nulls(), url },
		]),
	],
] as const;

function jsonHeaders({ headers }: Row) {
	return headers === undefined ? {} : { headers: headers.split("\n") };
}

function nulls(): Readonly<Record<string, null>> {
	return Object.fromEntries(names.map((name) => [name, null]));
}

for (const [name, text] of objects) {
	test(`${name}: every field counts, and what is empty is not there`, async () => {
		const { entries, warnings } = await readBytes(name, text);
		assert.deepEqual(
			entries.map(({ line: _line, ...entry }) => entry),
			[wanted, { urls: [url] }],
		);
		assert.deepEqual(warnings, []);
	});
}

const upper = (name: string): string => name.toUpperCase();
const tables = [
	["fields.csv", sheet(","), others],
	["semicolons.csv", sheet(";"), others],
	["fields.tsv", sheet("\t"), others],
	["capitals.csv", sheet(",", upper), others.map(upper)],
	["one.csv", `url,range\n${url},0-9`, ["range"]],
	["twice.csv", `url,range,range\n${url},0-9,a`, ["range", "range"]],
	["fields.parquet", parquet(), others],
] as const;

for (const [name, bytes, unused] of tables) {
	test(`${name}: columns that have the name of a field by chance change nothing, and are named`, async () => {
		const { entries, warnings } = await readBytes(name, bytes);
		assert.deepEqual(
			entries.map(({ range, dir, headers, expectType }) => [range, dir, headers, expectType]),
			entries.map(() => [undefined, undefined, undefined, undefined]),
		);
		const columns = unused.length === 1 ? "column" : "columns";
		assert.equal(warnings.length, 1);
		assert.match(
			warnings.join(),
			new RegExp(`passed over: ${columns} ${unused.join(", ")}, which JSON and JSON Lines alone say of an entry`),
		);
	});
}

test("a column that was named for its URLs means nothing else", async () => {
	const values = { urlColumn: "referer" };
	for (const [name, bytes] of [
		["log.jsonl", JSON.stringify({ referer: url, range: "0-9" })],
		["capitals.jsonl", JSON.stringify({ Referer: url, Range: "0-9" })],
	] as const) {
		const { entries } = await readBytes(name, bytes, values);
		assert.deepEqual(
			entries.map(({ urls, headers, range }) => [urls, headers, range]),
			[[[url], undefined, "0-9"]],
			name,
		);
	}
});
