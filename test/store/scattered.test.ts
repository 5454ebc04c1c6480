/** Parts whose bytes lie in several places: what is told of them on disk, and what is believed of it. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gapsOf, type Span } from "../../src/core/spans.ts";
import {
	append,
	claimPart,
	discard,
	newPart,
	type Part,
	type PartStore,
	release,
	restart,
} from "../../src/store/part.ts";
import { readSource } from "../../src/store/part-source.ts";
import { flushHere, hasBytesAt, loseSpan, scatter, tellHere, writeAt } from "../../src/store/scatter.ts";
import { cannotFault, faultyEnvironment } from "../faults/faults.ts";
import { projectRoot } from "../project/source-files.ts";
import { freshFolder } from "../run/fresh-folder.ts";

const key = "0123456789abcdef0123";
const source = { url: "http://example.org/f", etag: '"é1"', totalBytes: 1_000_000 };
const state = join(key, "source.json");

function storeOf(context: TestContext): PartStore {
	const parts = join(freshFolder(context), "parts");
	mkdirSync(parts);
	return { parts, ownerId: "run-async-1" };
}

/** A part with its first 300,000 bytes, and 100,000 more behind a gap. */
async function scattered(store: PartStore): Promise<Part> {
	const part = newPart(key);
	part.source = source;
	append(store, part, Buffer.alloc(200_000, "a"));
	await scatter(store, part);
	writeAt(part, Buffer.alloc(100_000, "b"), 200_000);
	writeAt(part, Buffer.alloc(100_000, "c"), 600_000);
	return part;
}

const here: readonly Span[] = [
	{ start: 0, end: 300_000 },
	{ start: 600_000, end: 700_000 },
];

test("what was written is found again, and what was written twice counts once", async (context) => {
	const store = storeOf(context);
	const part = await scattered(store);
	writeAt(part, Buffer.alloc(100_000, "c"), 650_000);
	assert.equal(part.bytes, 450_000);
	assert(hasBytesAt(part, Buffer.from("bc"), 299_999) === false);
	assert(hasBytesAt(part, Buffer.from("bb"), 299_998));
	loseSpan(part, { start: 700_000, end: 750_000 });
	assert.equal(part.bytes, 400_000);
	assert(release(store, part));
	const again = claimPart(store, key);
	assert.deepEqual([again.scattered?.here, again.bytes, again.source], [here, 400_000, source]);
	assert.deepEqual(gapsOf(again.scattered?.here ?? [], source.totalBytes), [
		{ start: 300_000, end: 600_000 },
		{ start: 700_000, end: 1_000_000 },
	]);
	discard(again);
});

test("versions that know no such parts take one for none", async (context) => {
	const store = storeOf(context);
	const part = await scattered(store);
	release(store, part);
	assert.equal(readSource(join(store.parts, key)), undefined);
	// As they read it.
	assert.throws(() => JSON.parse(readFileSync(join(store.parts, state), "utf8")));
	const [first = ""] = readFileSync(join(store.parts, state), "utf8").split("\n");
	assert(!("url" in JSON.parse(first)));
});

/** @param change - Of the text of the state. */
async function changed(store: PartStore, change: (text: string) => string): Promise<Part> {
	const part = await scattered(store);
	tellHere(part);
	writeAt(part, Buffer.alloc(100_000, "d"), 800_000);
	release(store, part);
	const path = join(store.parts, state);
	writeFileSync(path, change(readFileSync(path, "utf8")));
	return claimPart(store, key);
}

const damages: readonly (readonly [what: string, change: (text: string) => string, bytes: number])[] = [
	["nothing", (text) => text, 500_000],
	[
		"the last record is torn",
		(text) => text.replace("[0,300000,600000,700000,800000,900000]", "[0,300000,600000,7"),
		400_000,
	],
	["the last record says something else", (text) => text.replace("800000,900000]", "800000,900001]"), 400_000],
	["both records are gone", (text) => text.replaceAll('"here"', '"hare"'), 0],
	[
		"another machine, or another boot: nothing was flushed",
		(text) => text.replace(/"boot":"[^"]*"/, '"boot":"other"'),
		0,
	],
	["a form that is yet to come", (text) => text.replace('"scattered":1', '"scattered":2'), 0],
	["it was cut off", (text) => text.slice(0, 3000), 0],
	["it is empty", () => "", 0],
];

for (const [what, change, bytes] of damages) {
	test(`a state that tells too much is not believed: ${what}`, async (context) => {
		const store = storeOf(context);
		const part = await changed(store, change);
		assert.equal(part.bytes, bytes);
		assert.equal(part.file === undefined, bytes === 0);
		discard(part);
	});
}

test("what was flushed is believed after another boot, and no more", async (context) => {
	const store = storeOf(context);
	const part = await scattered(store);
	await flushHere(part);
	writeAt(part, Buffer.alloc(100_000, "d"), 800_000);
	release(store, part);
	const path = join(store.parts, state);
	writeFileSync(path, readFileSync(path, "utf8").replace(/"boot":"[^"]*"/, '"boot":"other"'));
	const again = claimPart(store, key);
	assert.deepEqual(again.scattered?.here, here);
	discard(again);
});

test("what takes the place of bytes that were given up while they were flushed has not been flushed", async (context) => {
	const store = storeOf(context);
	const part = await scattered(store);
	const flushed = flushHere(part);
	loseSpan(part, { start: 600_000, end: 700_000 });
	writeAt(part, Buffer.alloc(50_000, "d"), 600_000);
	await flushed;
	release(store, part);
	const path = join(store.parts, state);
	writeFileSync(path, readFileSync(path, "utf8").replace(/"boot":"[^"]*"/, '"boot":"other"'));
	const again = claimPart(store, key);
	assert(!again.scattered?.here.some(({ end }) => end > 600_000));
	discard(again);
});

test("that bytes were given up is on the disk at once", { skip: cannotFault }, async (context) => {
	const folder = freshFolder(context);
	const calls = join(folder, "calls");
	const program = join(projectRoot, "test/store/give-up-bytes.ts");
	const env = { ...process.env, ...faultyEnvironment([], calls) };
	const { status, stderr } = spawnSync(process.execPath, [program, folder], { env, encoding: "utf8" });
	assert.equal(status, 0, stderr);
	const lines = readFileSync(calls, "utf8").trim().split("\n");
	const flushes = lines.filter((line) => line.startsWith("fsync ") && line.endsWith("/source.json"));
	// When the part is first told of, and when bytes of it are given up.
	assert.equal(flushes.length, 2, lines.join("\n"));
});

test("a body that is shorter than its state says is not believed", async (context) => {
	const store = storeOf(context);
	release(store, await scattered(store));
	truncateSync(join(store.parts, key, "body"), 650_000);
	assert.equal(claimPart(store, key).bytes, 0);
});

test("another version begins as a part like any other", async (context) => {
	const store = storeOf(context);
	const part = await scattered(store);
	restart(part, { ...source, etag: '"2"' });
	append(store, part, Buffer.alloc(200_000, "n"));
	assert.equal(part.scattered, undefined);
	assert(release(store, part));
	assert.deepEqual(readSource(join(store.parts, key)), { ...source, etag: '"2"' });
	assert.equal(claimPart(store, key).bytes, 200_000);
});

test("more places than a record has room for: the largest are told", async (context) => {
	const store = storeOf(context);
	const part = await scattered(store);
	for (let n = 0; n < 2000; n++) writeAt(part, Buffer.from("x"), 700_010 + n * 20);
	release(store, part);
	const again = claimPart(store, key);
	assert(again.scattered && again.bytes >= 400_000 && again.bytes < 402_000);
	assert.deepEqual(again.scattered.here.slice(0, 2), here);
	discard(again);
});
