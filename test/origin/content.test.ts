/** The bytes of an origin's files: the same at every offset, different between paths and seeds. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { originBytes, originDigest, originPath, originSize } from "../../src/origin/content.ts";

const sizeBytes = 300_001;
const path = originPath(7, sizeBytes);
const whole = originBytes(1, path, { start: 0, end: sizeBytes });

test("any part equals the same part of the whole", () => {
	const offset = fc.integer({ min: 0, max: sizeBytes });
	fc.assert(
		fc.property(offset, offset, (one, other) => {
			const [start, end] = one < other ? [one, other] : [other, one];
			assert.ok(originBytes(1, path, { start, end }).equals(whole.subarray(start, end)));
		}),
	);
});

test("a part far into a huge file is made at once", () => {
	const start = 10 * 2 ** 30 + 5;
	const part = originBytes(1, "/f/99999999999/x.bin", { start, end: start + 100 });
	assert.equal(part.length, 100);
	assert.ok(originBytes(1, "/f/99999999999/x.bin", { start: start + 40, end: start + 100 }).equals(part.subarray(40)));
});

test("seed and path both change the bytes", () => {
	const span = { start: 0, end: 64 };
	const made = [originBytes(1, "/f/64/a", span), originBytes(2, "/f/64/a", span), originBytes(1, "/f/64/b", span)];
	assert.equal(new Set(made.map((bytes) => bytes.toString("hex"))).size, made.length);
});

test("the digest is that of the whole file", () => {
	assert.equal(originDigest(1, path, sizeBytes), createHash("sha256").update(whole).digest("base64"));
	assert.equal(originDigest(1, "/f/0/x", 0), createHash("sha256").digest("base64"));
});

test("a path states its size", () => {
	const cases: readonly (readonly [string, number | undefined])[] = [
		[originPath(0, 0), 0],
		[originPath(12, 10_240), 10_240],
		["http://127.0.0.1:80/f/5/a.bin", 5],
		["https://[::1]:80/f/5/folder/a.bin?query", 5],
		["/f/05/a.bin", undefined],
		["/f/5/", undefined],
		["/f/-5/a", undefined],
		["/f/9999999999999999/a", undefined],
		["/", undefined],
	];
	for (const [given, expected] of cases) assert.equal(originSize(given), expected, given);
});
