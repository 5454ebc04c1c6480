/** What a journal knows of the levels of hosts: for a day, and written again only where it says something new. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLevelBook } from "../../src/journal/level-book.ts";
import { formatRecord, parseRecord } from "../../src/journal/record.ts";

const hour = 3_600_000;

test("a level lasts for a day, and is written again when it changes or half of the day is over", () => {
	let now = 1e12;
	const book = createLevelBook(() => now);
	assert.equal(book.of("a:1"), undefined);
	const written = book.next("a:1", { level: 20, refused: 21 });
	assert.deepEqual(written, { status: "level", host: "a:1", level: 20, refused: 21, atMs: now });
	now += hour;
	assert.equal(book.next("a:1", { level: 21, refused: 22 }), undefined, "nearly the same");
	assert.equal(book.next("a:1", { level: 40, refused: 41 })?.level, 40);
	assert.equal(book.next("a:1", { level: 40 })?.refused, undefined);
	now += 13 * hour;
	assert.equal(book.next("a:1", { level: 40 })?.atMs, now);
	now += 25 * hour;
	assert.equal(book.of("a:1"), undefined);
});

test("of very many hosts the oldest are forgotten", () => {
	const book = createLevelBook(() => 1);
	for (let n = 0; n < 20_010; n++) book.next(`host-${n}`, { level: 5 });
	assert.deepEqual([book.of("host-9"), book.of("host-10")?.level], [undefined, 5]);
});

test("a record of a level is read as it was written, and one that is damaged is none", () => {
	const record = { status: "level", host: "a:1", level: 3, refused: 4, perSecond: 0.5, atMs: 7 } as const;
	assert.deepEqual(parseRecord(formatRecord(record)), record);
	for (const damage of [
		{ level: 0 },
		{ level: 1.5 },
		{ refused: "4" },
		{ perSecond: -1 },
		{ host: 5 },
		{ atMs: null },
	]) {
		assert.equal(parseRecord(JSON.stringify({ ...record, ...damage })), undefined, JSON.stringify(damage));
	}
});
