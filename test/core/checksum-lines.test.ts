/** Lines of SHA256SUMS-style files, read, written, and found by the names of files. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { formatChecksumLine, isNamedBlake2b, nameBlake2b, parseChecksumLine } from "../../src/core/checksum-lines.ts";
import { createChecksumTable } from "../../src/core/checksum-table.ts";

const md5 = "0123456789abcdef0123456789abcdef";
const sha1 = `${md5}01234567`;
const sha256 = md5 + md5;

const lines: readonly (readonly [line: string, expected: string | undefined])[] = [
	[`${sha256}  a b.txt`, `sha256 a b.txt`],
	[`${sha256} *a.bin`, `sha256 a.bin`],
	[`${sha256.toUpperCase()}  a`, `sha256 a`],
	[`${sha1}  ./sub/a`, `sha1 sub/a`],
	[`${md5}\ta`, `md5 a`],
	[`${sha256 + sha256}  a`, `sha512 a`],
	[`\\${md5}  a\\\\b\\nc`, `md5 a\\b\nc`],
	[`${md5}  a\\nb`, `md5 a\\nb`],
	[`SHA256 (a (1).txt) = ${sha256}`, `sha256 a (1).txt`],
	[`MD5 (x/y) = ${md5}`, `md5 x/y`],
	[`\\SHA1 (a\\nb) = ${sha1}`, `sha1 a\nb`],
	[`SHA2-256(a (1).txt)= ${sha256}`, `sha256 a (1).txt`],
	[`SHA1(a)= ${sha1}\r`, `sha1 a`],
	[`${md5}${md5.slice(0, 24)}  a`, `sha224 a`],
	[`BLAKE2b (a b) = ${sha256 + sha256}`, `blake2b512 a b`],
	[`BLAKE2B-512(a)= ${sha256 + sha256}`, `blake2b512 a`],
	[`\\BLAKE2b (a\\nb) = ${sha256 + sha256}`, `blake2b512 a\nb`],
	[`BLAKE2b-256 (a) = ${sha256}`, undefined],
	[`SHA256 (a) = ${md5}`, undefined],
	[`SHA256 (a) = ${sha256} more`, undefined],
	[`SHA3-256(a)= ${sha256}`, undefined],
	[`CRC32 (a) = 00000000`, undefined],
	[`${sha256}`, undefined],
	[`${md5}00  a`, undefined],
	["-----BEGIN PGP SIGNED MESSAGE-----", undefined],
	["", undefined],
];

for (const [line, expected] of lines) {
	test(`${JSON.stringify(line.slice(0, 50))} is ${expected === undefined ? "no line" : "a line"} of checksums`, () => {
		const read = parseChecksumLine(line);
		assert.equal(read && `${read.checksum.algorithm} ${read.name}`, expected);
	});
}

test("the lines of b2sum get the name of their algorithm, and keep their places", () => {
	const long = sha256 + sha256;
	const text = `\ufeff# ${long}  no\r\n${long}  a b\r\n\\${long} *c\\nd\n\n${sha256}  short\0${long}\tlast (1)`;
	assert.equal(
		nameBlake2b(text),
		`\ufeff# ${long}  no\r\nBLAKE2b (a b) = ${long}\r\n\\BLAKE2b (c\\nd) = ${long}\n\nBLAKE2b-256 (short) = ${sha256}\0BLAKE2b (last (1)) = ${long}`,
	);
	const tagged = `BLAKE2b (a) = ${long}\nnonsense`;
	assert.equal(nameBlake2b(tagged), tagged);
	const table = createChecksumTable(nameBlake2b(text));
	assert.deepEqual(table.unreadable, { count: 1, firstLine: 5, algorithm: "BLAKE2b-256" });
	assert.deepEqual(
		["a b", "c\nd", "last (1)"].map((name) => table.find(name)[0]?.algorithm),
		["blake2b512", "blake2b512", "blake2b512"],
	);
});

test("names of files tell that they are of b2sum", () => {
	for (const name of ["B2SUMS", "b2sums.txt", "x-1.0.B2SUM", "release.b2", "blake2bsums"])
		assert.ok(isNamedBlake2b(name));
	for (const name of ["SHA512SUMS", "sums", "b2.txt", "x.b2x", "blake2ssums"]) assert.ok(!isNamedBlake2b(name));
});

test("what a table matched is told by that table alone, though the text is looked through once", () => {
	const text = `${sha256}  a\n${md5}  x/a\n${md5}  y/a\n`;
	const [one, other] = [createChecksumTable(text), createChecksumTable(text)];
	assert.equal(one.find("x/a").length, 2);
	assert.deepEqual(one.unmatched(), { count: 1, first: "y/a" });
	assert.deepEqual(other.unmatched(), { count: 3, first: "a" });
	assert.deepEqual(createChecksumTable(`${sha256}  b\n`).unmatched(), { count: 1, first: "b" });
});

test("lines may end with NUL, as sha256sum --zero writes them", () => {
	const table = createChecksumTable(`${sha256}  a\0${md5}  b\0`);
	assert.deepEqual([table.size, table.unreadable.count], [2, 0]);
	assert.deepEqual([table.find("a").length, table.find("b").length, table.unmatched().count], [1, 1, 0]);
});

test("what is written is read again, whatever the name holds", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
			const line = formatChecksumLine(sha256, name);
			assert.ok(!/[\n\r]/.test(line.slice(0, -1)));
			assert.equal(parseChecksumLine(line.slice(0, -1))?.name, name.replace(/^(?:\.\/+)+/, "") || undefined);
		}),
	);
});

test("lines are found by name, with their folder where they have one, and those left over are told", () => {
	const hex = (text: string): string => createHash("sha256").update(text).digest("hex");
	const table = createChecksumTable(
		`\ufeff# comment\r\n${hex("1")}  a\r\n${hex("2")}  sub/a\r\n${hex("3")}  pool/b\r\n${hex("4")}  lost\r\nnonsense\r\n\r\n${hex("5")}  lost2\r\n`,
	);
	const found = (file: string, urlPath?: string): string[] => table.find(file, urlPath).map((one) => one.hex);
	assert.deepEqual([table.size, table.unreadable], [5, { count: 1, firstLine: 6 }]);
	assert.deepEqual(found("a"), [hex("1")]);
	assert.deepEqual(found("sub/a"), [hex("1"), hex("2")]);
	assert.deepEqual(found("other/a"), [hex("1")]);
	assert.deepEqual(found("b"), []);
	assert.deepEqual(found("b", "/debian/pool/b"), [hex("3")]);
	assert.deepEqual(found("b", "/carpool/b"), []);
	assert.deepEqual(found("name-of-the-response", "/x/a"), [hex("1")]);
	assert.deepEqual(table.unmatched(), { count: 2, first: "lost" });
});
