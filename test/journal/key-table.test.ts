/** The key table against a Map: the same answers, however many keys and however close to each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { entryKey, keyDigits } from "../../src/journal/entry-key.ts";
import { createKeyTable } from "../../src/journal/key-table.ts";

/** Keys that share what the table looks at first, so that they collide, and the extremes. */
const keys = fc.oneof(
	fc.constantFrom("0".repeat(20), "f".repeat(20), `${"0".repeat(19)}1`, `1${"0".repeat(19)}`),
	fc
		.tuple(fc.constantFrom("00000000", "00000400", "ffffffff"), fc.stringMatching(/^0{10}[0-9a-f]{2}$/))
		.map((parts) => parts.join("")),
	fc.stringMatching(/^[0-9a-f]{20}$/),
);
const values = fc.oneof(
	fc.constantFrom(0, 1, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 47 - 1),
	fc.maxSafeNat().map((n) => n % 2 ** 47),
);

test("it holds what a Map holds", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(keys, values), { maxLength: 3000, size: "max" }), keys, (steps, stranger) => {
			const table = createKeyTable();
			const map = new Map<string, number>();
			for (const [key, value] of steps) {
				table.set(key, value);
				map.set(key, value);
				assert.equal(table.get(key), value);
			}
			assert.equal(table.size, map.size);
			assert.equal(table.get(stranger), map.get(stranger));
			for (const [key, value] of map) assert.equal(table.get(key), value);
		}),
		{ numRuns: 60 },
	);
});

test("it grows past its first sizes and loses nothing", () => {
	const table = createKeyTable();
	const key = (n: number): string => entryKey(`http://host/${n}`, undefined);
	for (let n = 0; n < 50_000; n++) table.set(key(n), n);
	assert.equal(table.size, 50_000);
	for (let n = 0; n < 50_000; n += 7) assert.equal(table.get(key(n)), n);
	assert.equal(table.get(key(50_000)), undefined);
});

test("the key of an entry depends on its URL, its place and which listing it is", () => {
	const all = [
		entryKey("a", undefined),
		entryKey("b", undefined),
		entryKey("a", "x"),
		entryKey("a", "x/"),
		entryKey("a", undefined, 1),
		entryKey("a", "x", 1),
	];
	assert.equal(new Set(all).size, all.length);
	for (const key of all) assert.match(key, new RegExp(`^[0-9a-f]{${keyDigits}}$`));
	assert.equal(entryKey("a", "x"), entryKey("a", "x"));
});
