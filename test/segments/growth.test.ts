/** How many connections are found, against lines and servers of known limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createGrowth, look, refused } from "../../src/segments/growth.ts";
import { createPulse, feel, type Pulse, usualGap } from "../../src/segments/pulse.ts";

type Line = {
	/** Bytes a millisecond of one connection, and of all. */
	readonly each: number;
	readonly all: number;
	readonly sizeBytes: number;
	readonly firstByteMs: number;
	readonly allowed?: number;
	/** As a share, up and down in turn. */
	readonly noise?: number;
	/** Each connection brings what it brings once in so long, and within so long. */
	readonly burst?: { readonly everyMs: number; readonly lastsMs?: number };
	/** When its bursts come, as a share of the time between them: since it began, or of its own. */
	readonly phase?: (nth: number) => number;
};

const tickMs = 25;

/** @returns What a connection of one byte a millisecond brings in a moment. */
function shareNow(sinceMs: number, { burst, phase = () => 0 }: Line, nth: number): number {
	if (!burst) return tickMs;
	const { everyMs, lastsMs = tickMs } = burst;
	const at = (sinceMs + Math.floor((phase(nth) * everyMs) / tickMs) * tickMs) % everyMs;
	return at < lastsMs ? (everyMs / lastsMs) * tickMs : 0;
}

/** @returns Connections at the end, most of them, and the milliseconds that it took. */
function fetch(line: Line, limit: number | "auto" = "auto") {
	const { each, all, sizeBytes, firstByteMs, allowed = 1000, noise = 0 } = line;
	const growth = createGrowth(limit);
	const begun: { readonly ms: number; readonly pulse: Pulse }[] = [];
	let bytes = 0;
	let most = 1;
	let nowMs = 0;
	for (; bytes < sizeBytes; nowMs += tickMs) {
		const gapMs = usualGap(begun.map(({ pulse }) => pulse));
		while (begun.length < Math.min(growth.target, allowed)) begun.push({ ms: nowMs, pulse: createPulse(gapMs) });
		while (begun.length > Math.max(1, growth.target)) begun.pop();
		const active = begun.filter(({ ms }) => nowMs - ms >= firstByteMs);
		const factor = 1 + (Math.floor(nowMs / tickMs) % 2 === 0 ? noise : -noise);
		const perConnection = Math.min(each, all / active.length);
		for (const [nth, { ms, pulse }] of active.entries()) {
			const brought = perConnection * shareNow(nowMs - ms - firstByteMs, line, nth) * factor;
			feel(pulse, nowMs, brought > 0);
			bytes += brought;
		}
		most = Math.max(most, begun.length);
		const leftBytes = sizeBytes - bytes;
		const facts = { nowMs, bytes, active: active.length, all: begun.length, allowed, leftBytes, firstByteMs };
		look(growth, { ...facts, gapMs: usualGap(begun.map(({ pulse }) => pulse)) });
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
	const facts = { bytes: 1, active: 8, all: 8, allowed: 8, leftBytes: 1e9, firstByteMs: 1, gapMs: 0 };
	look(growth, { ...facts, nowMs: 0 });
	assert.equal(growth.target, 8);
	refused(growth, 3, 1000);
	look(growth, { ...facts, nowMs: 2000 });
	assert.equal(growth.target, 3);
	look(growth, { ...facts, nowMs: 60_000 });
	assert.equal(growth.target, 8);
});

test("bytes that come in bursts find as many connections as those that come evenly", () => {
	const bursts = [
		[64 * 1024, 200],
		[256 * 1024, 1000],
		[mib, 2000],
	] as const;
	/** All at the same time, each since it began, and in no order. */
	const phases = [() => 0, (nth: number) => nth * 0.37, (nth: number) => (nth * nth * 0.61 + 0.2) % 1];
	for (const [burstBytes, everyMs] of bursts) {
		const each = burstBytes / everyMs;
		for (const all of [1e9, 4 * each]) {
			const even: Line = { each, all, sizeBytes: each * 400_000, firstByteMs: 10 };
			const expected = fetch(even).most;
			for (const phase of phases) {
				for (const lastsMs of [tickMs, 100]) {
					const found = fetch({ ...even, phase, burst: { everyMs, lastsMs } });
					assert.equal(
						found.most,
						expected,
						`${burstBytes} bytes in ${everyMs} ms, within ${lastsMs} ms: ${found.most}`,
					);
				}
			}
		}
	}
});

test("connections of which none begins are one too many: they are not waited for", () => {
	const growth = createGrowth("auto");
	const facts = { active: 1, all: 1, allowed: 32, leftBytes: 1e9, firstByteMs: 1, gapMs: 25 };
	let most = 1;
	for (let nowMs = 0; nowMs < 10_000; nowMs += tickMs) {
		look(growth, { ...facts, nowMs, bytes: nowMs * 1000 + 1, all: growth.target });
		most = Math.max(most, growth.target);
	}
	assert.equal(most, 2);
	assert.equal(growth.target, 1);
});

test("refusals of one step are one refusal: the next try comes after 5 s", () => {
	const growth = createGrowth(8);
	const facts = { bytes: 1, active: 2, all: 2, allowed: 8, leftBytes: 1e9, firstByteMs: 1, gapMs: 0 };
	for (const working of [7, 6, 5, 4, 3, 2]) refused(growth, working, 1000 + working);
	assert.equal(growth.target, 2);
	look(growth, { ...facts, nowMs: 6100 });
	assert.equal(growth.target, 8);
});
