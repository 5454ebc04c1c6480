/** Packed lists that are damaged: what lies before the damage counts, however short the list is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as zlib from "node:zlib";
import { readBytes } from "./read-source.ts";

const lines = (count: number, first = 0): string =>
	Array.from({ length: count }, (_, i) => `http://a/${((first + i) * 7919) % 1_000_003}\n`).join("");

const damages: readonly (readonly [name: string, bytes: () => Uint8Array, fewest: number, most: number])[] = [
	["a wrong byte.txt.gz", () => wrongAt(zlib.gzipSync(lines(400)), 0.5), 100, 400],
	["zeros.txt.gz", () => zeroedAt(zlib.gzipSync(lines(400)), 0.5), 100, 300],
	["a wrong digest.txt.gz", () => wrongAt(zlib.gzipSync(lines(400)), 1, -6), 400, 400],
	["more behind it.txt.gz", () => Buffer.concat([zlib.gzipSync(lines(400)), Buffer.from("more")]), 400, 400],
	["a second half that is none.gz", () => joined(zlib.gzipSync(lines(400)), zlib.gzipSync(lines(400, 400))), 400, 799],
	["long zeros.txt.gz", () => zeroedAt(zlib.gzipSync(lines(100_000)), 0.7), 60_000, 99_000],
	["cut.txt.gz", () => zlib.gzipSync(lines(400)).subarray(0, -1), 400, 400],
	["a wrong byte.txt.br", () => wrongAt(zlib.brotliCompressSync(lines(400)), 0.6), 100, 400],
];

for (const [name, bytes, fewest, most] of damages) {
	test(`${name}: what comes before counts`, async () => {
		const { entries } = await readBytes(name, bytes());
		const [last, before] = [entries.at(-1), entries.slice(0, -1)];
		assert.equal(last?.failure?.code, "broken_list");
		assert.ok(before.length >= fewest && before.length <= most, String(before.length));
		const expected = lines(fewest === most ? most : 100)
			.trimEnd()
			.split("\n");
		assert.deepEqual(
			before.slice(0, expected.length).map(({ urls }) => urls[0]),
			expected,
		);
	});
}

test("zstd: the blocks before a damage count", async () => {
	const packed = zlib.zstdCompressSync(lines(30_000));
	const { entries } = await readBytes("list.txt.zst", zeroedAt(packed, 0.9));
	assert.equal(entries.at(-1)?.failure?.code, "broken_list");
	assert.ok(entries.length > 1000, String(entries.length));
});

function wrongAt(bytes: Uint8Array, share: number, offset = 0): Uint8Array {
	const changed = Uint8Array.from(bytes);
	const at = Math.floor(changed.length * share) + offset;
	changed[at] = (changed[at] ?? 0) ^ 0xff;
	return changed;
}

function zeroedAt(bytes: Uint8Array, share: number): Uint8Array {
	const at = Math.floor(bytes.length * share);
	return Uint8Array.from(bytes).fill(0, at, at + 40);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
	return Buffer.concat([first, zeroedAt(second, 0.5)]);
}
