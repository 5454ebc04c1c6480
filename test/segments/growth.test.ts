/** How many connections are found, against lines and servers of known limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createGrowth, look, refused } from "../../src/segments/growth.ts";

type Line = {
	/** Bytes a millisecond of one connection, and of all. */
	readonly each: number;
	readonly all: number;
	readonly sizeBytes: number;
	readonly firstByteMs: number;
	readonly allowed?: number;
	/** As a share, up and down in turn. */
	readonly noise?: number;
};

/** @returns Connections at the end, most of them, and the milliseconds that it took. */
function fetch(
	{ each, all, sizeBytes, firstByteMs, allowed = 1000, noise = 0 }: Line,
	limit: number | "auto" = "auto",
) {
	const growth = createGrowth(limit);
	const begun: number[] = [0];
	let bytes = 0;
	let most = 1;
	let nowMs = 0;
	for (; bytes < sizeBytes; nowMs += 25) {
		while (begun.length < Math.min(growth.target, allowed)) begun.push(nowMs);
		while (begun.length > Math.max(1, growth.target)) begun.pop();
		const active = begun.filter((ms) => nowMs - ms >= firstByteMs).length;
		const factor = 1 + (Math.floor(nowMs / 25) % 2 === 0 ? noise : -noise);
		bytes += Math.min(active * each, all) * 25 * factor;
		most = Math.max(most, begun.length);
		look(growth, { nowMs, bytes, active, all: begun.length, allowed, leftBytes: sizeBytes - bytes, firstByteMs });
	}
	return { last: begun.length, most, ms: nowMs };
}

const mib = 1024 ** 2;

test("as many connections as add something, and not many more", () => {
	const usual = { each: 10_000, all: 1e9, sizeBytes: 1024 * mib, firstByteMs: 2 };
	const table: readonly (readonly [line: Line, least: number, most: number])[] = [
		[usual, 32, 32],
		[{ ...usual, noise: 0.2 }, 16, 32],
		[{ ...usual, allowed: 5 }, 5, 5],
		// One fills the line: a second is tried.
		[{ ...usual, all: 10_000 }, 1, 2],
		[{ ...usual, all: 40_000 }, 4, 16],
		[{ ...usual, each: 1000, firstByteMs: 200, sizeBytes: 256 * mib }, 32, 32],
		// It is over within a second.
		[{ ...usual, sizeBytes: 8 * mib }, 1, 1],
	];
	for (const [line, least, most] of table) {
		const found = fetch(line);
		assert(found.most >= least && found.most <= most, `${JSON.stringify(line)}: ${found.most}`);
		assert(
			found.last <= Math.max(8, line.all / line.each) || (found.last <= 32 && line.all > 1e8),
			`${found.last} at the end`,
		);
	}
});

test("256 MiB at 10 MB/s a connection take little more than they would with all connections at once", () => {
	const { ms } = fetch({ each: 10_000, all: 1e9, sizeBytes: 256 * mib, firstByteMs: 2 });
	assert(ms < (256 * mib) / 320_000 + 600, `${ms} ms`);
});

test("a given number is not searched for; after a refusal there are fewer for a while", () => {
	const growth = createGrowth(8);
	const facts = { bytes: 1, active: 8, all: 8, allowed: 8, leftBytes: 1e9, firstByteMs: 1 };
	look(growth, { ...facts, nowMs: 0 });
	assert.equal(growth.target, 8);
	refused(growth, 3, 1000);
	look(growth, { ...facts, nowMs: 2000 });
	assert.equal(growth.target, 3);
	look(growth, { ...facts, nowMs: 60_000 });
	assert.equal(growth.target, 8);
});
