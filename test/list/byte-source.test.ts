/** Bytes that are unpacked some at a time are those that are unpacked at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { type ByteSource, snappySource, wholeSource } from "../../src/list/byte-source.ts";
import { readBytes } from "./read-source.ts";

/** Text that looks back near and far, within itself too, and some that does not repeat. */
function page(seed: number, sizeBytes: number): Buffer {
	let state = seed;
	const random = (below: number): number => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state % below;
	};
	const parts: string[] = [];
	for (let length = 0; length < sizeBytes; length += parts.at(-1)?.length ?? 1) {
		const kind = random(4);
		if (kind === 0) parts.push("x".repeat(1 + random(200)));
		else if (kind === 1) parts.push(parts[random(Math.max(1, parts.length))] ?? "begin");
		else parts.push(`https://data.example.org/${random(1e9)}/${random(1e9).toString(36)}.jpg`);
	}
	return Buffer.from(parts.join(""), "latin1").subarray(0, sizeBytes);
}

function takeAll(source: ByteSource, sizes: readonly number[], sizeBytes: number): Buffer {
	const taken: Buffer[] = [];
	let left = sizeBytes;
	for (let turn = 0; left > 0 && turn < 5000; turn++) {
		const count = Math.min(left, sizes[turn % sizes.length] ?? 1);
		const at = source.take(count);
		taken.push(Buffer.from(source.buffer.subarray(at, at + count)));
		left -= count;
	}
	taken.push(Buffer.from(source.rest()));
	return Buffer.concat(taken);
}

test("a page that is packed with Snappy is the same in pieces of any size", () => {
	const size = fc.oneof(fc.constantFrom(0, 1, 64 * 1024, 200_000), fc.nat(3000), fc.nat(300_000));
	fc.assert(
		fc.property(fc.nat(), fc.nat(600_000), fc.array(size, { minLength: 1, maxLength: 6 }), (seed, length, sizes) => {
			const bytes = page(seed, length);
			const packed = Uint8Array.from(snappyCompress(bytes));
			assert.ok(takeAll(snappySource(packed, length), sizes, length).equals(bytes));
			assert.ok(takeAll(wholeSource(bytes), sizes, length).equals(bytes));
		}),
		{ numRuns: 40 },
	);
});

/** The parts of a packed page: bytes as they are, and copies of what lies so far back, with four bytes for the distance. */
const literal = (bytes: Buffer): Buffer => {
	const head = Buffer.alloc(4);
	head[0] = 62 << 2;
	head.writeUIntLE(bytes.length - 1, 1, 3);
	return Buffer.concat([head, bytes]);
};
const copy = (length: number, back: number): Buffer => {
	const bytes = Buffer.alloc(5);
	bytes[0] = ((length - 1) << 2) | 3;
	bytes.writeUInt32LE(back, 1);
	return bytes;
};
/** The length of the whole is not looked at: the header of the page tells it. */
const packedOf = (...parts: readonly Buffer[]): Uint8Array => Buffer.concat([Buffer.from([0]), ...parts]);

test("a page that looks back further than is usual is unpacked all the same", () => {
	const bytes = page(7, 500_000);
	const packed = packedOf(literal(bytes), copy(64, 490_000), literal(bytes.subarray(0, 100)), copy(10, 5));
	const tail = bytes.subarray(95, 100);
	const expected = Buffer.concat([bytes, bytes.subarray(10_000, 10_064), bytes.subarray(0, 100), tail, tail]);
	assert.ok(takeAll(snappySource(packed, expected.length), [1000], expected.length).equals(expected));
});

test("a packed page that is wrong is told to be", () => {
	const bytes = page(3, 1000);
	const cases: readonly (readonly [Uint8Array, number])[] = [
		[packedOf(literal(bytes).subarray(0, 500)), 1000],
		[packedOf(literal(bytes)), 1001],
		[packedOf(literal(bytes), copy(64, 0)), 1064],
		[packedOf(literal(bytes), copy(64, 1001)), 1064],
		[packedOf(literal(bytes), copy(64, 100).subarray(0, 3)), 1064],
		[new Uint8Array(), 1],
	];
	for (const [packed, size] of cases) assert.throws(() => snappySource(packed, size).rest(), Error);
	assert.throws(() => snappySource(packedOf(literal(bytes)), 1000).take(1001), /ends too early/);
	assert.throws(() => wholeSource(bytes).take(1001), /ends too early/);
});

test("a Parquet file of one large page for each column is read, with nulls", async () => {
	const rows = Array.from({ length: 40_000 }, (_, row) => row);
	const url = (row: number): string => `https://data.example.org/${row}/${"path/".repeat(row % 30)}${row}.jpg`;
	const bytes = parquetWriteBuffer({
		columnData: [
			{ name: "url", data: rows.map(url), type: "STRING" },
			{ name: "out", data: rows.map((row) => (row % 3 === 0 ? null : `${row}/${"x".repeat(90)}`)), type: "STRING" },
		],
		rowGroupSize: rows.length,
		pageSize: 2 ** 30,
	});
	const { entries } = await readBytes("large-page.parquet", new Uint8Array(bytes));
	assert.equal(entries.length, rows.length);
	for (const [row, { line, urls, out }] of entries.entries()) {
		assert.equal(line, row + 1);
		assert.equal(urls[0], url(row));
		assert.equal(out, row % 3 === 0 ? undefined : `${row}/${"x".repeat(90)}`);
	}
});
