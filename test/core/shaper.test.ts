/** Bytes a second are held to the limit, and shared fairly, in simulated time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createShaper } from "../../src/core/shaper.ts";
import { shareFairly } from "../../src/core/share-fairly.ts";

test("shares are fair: at most what is wanted, never more than there is, and nobody has less than an equal part in vain", () => {
	const wants = fc.array(fc.oneof(fc.nat(1000), fc.constant(Number.POSITIVE_INFINITY)), {
		minLength: 1,
		maxLength: 20,
	});
	fc.assert(
		fc.property(fc.nat(5000), wants, (total, wanted) => {
			const shares = shareFairly(total, wanted);
			const sum = shares.reduce((all, share) => all + share, 0);
			assert(sum <= total + 1e-6);
			for (const [index, share] of shares.entries()) {
				const want = wanted[index] ?? 0;
				assert(share <= want && share >= Math.min(want, total / wanted.length) - 1e-6);
			}
			if (wanted.includes(Number.POSITIVE_INFINITY)) assert(Math.abs(sum - total) < 1e-6);
		}),
	);
});

/** A download of the simulation: how it reads, and how fast its server sends at most. */
type Reader = { readonly chunk: number; readonly perSecond: number };

/** Bytes of each reader and the most in any second, over some seconds. */
function run(limit: number, readers: readonly Reader[], seconds: number): { bytes: number[]; mostInASecond: number } {
	const shaper = createShaper(limit, 0);
	const bytes = readers.map(() => 0);
	const inSecond = new Map<number, number>();
	const states = readers.map(() => ({ flow: shaper.open(), atMs: 0 }));
	for (;;) {
		const next = states.reduce((one, other) => (other.atMs < one.atMs ? other : one));
		if (next.atMs >= seconds * 1000) break;
		const index = states.indexOf(next);
		const { chunk, perSecond } = readers[index] ?? assert.fail();
		bytes[index] = (bytes[index] ?? 0) + chunk;
		const second = Math.floor(next.atMs / 1000);
		inSecond.set(second, (inSecond.get(second) ?? 0) + chunk);
		const delayMs = shaper.take(next.flow, chunk, next.atMs);
		next.atMs += Math.max(delayMs, (chunk * 1000) / perSecond);
	}
	return { bytes, mostInASecond: Math.max(...inSecond.values()) };
}

const fast = Number.POSITIVE_INFINITY;

test("the limit holds within 5 % over 10 s, without bursts of more than a second's worth", () => {
	for (const count of [1, 3, 40]) {
		const limit = 10e6;
		const readers = Array.from({ length: count }, () => ({ chunk: 64 * 1024, perSecond: fast }));
		const { bytes, mostInASecond } = run(limit, readers, 10);
		const sum = bytes.reduce((all, one) => all + one, 0);
		assert(Math.abs(sum / (limit * 10) - 1) < 0.05, `${count}: ${sum / 10} a second`);
		assert(mostInASecond <= limit * 2);
	}
});

test("who reads in large pieces gets no more than who reads in small ones", () => {
	const readers = [4, 16, 64, 64].map((kib) => ({ chunk: kib * 1024, perSecond: fast }));
	const { bytes } = run(4e6, readers, 20);
	const mean = bytes.reduce((all, one) => all + one, 0) / bytes.length;
	for (const one of bytes) assert(Math.abs(one / mean - 1) < 0.15, `${bytes}`);
});

test("what a slow server leaves over is for the others", () => {
	const readers = [
		{ chunk: 16 * 1024, perSecond: 100_000 },
		{ chunk: 64 * 1024, perSecond: fast },
		{ chunk: 64 * 1024, perSecond: fast },
	];
	const { bytes } = run(3e6, readers, 20);
	assert((bytes[0] ?? 0) / 20 > 90_000, `${bytes}`);
	assert(bytes.reduce((all, one) => all + one, 0) / 20 > 3e6 * 0.93, `${bytes}`);
});

test("a limit that is lowered holds from then on", () => {
	const shaper = createShaper(1e6, 0);
	const flow = shaper.open();
	assert(shaper.take(flow, 1e6, 0) <= 1000);
	assert.equal(shaper.demand(500).bytes, 1e6);
	shaper.limit(1e5, 1000);
	assert(shaper.take(flow, 1e6, 1000) >= 9000);
	assert.deepEqual([shaper.demand(2000).bytes, shaper.demand(2100).bytes], [1e6, 0]);
	assert.equal(shaper.demand(2200).held, 1);
	shaper.limit(1e6, 5000);
	assert(shaper.delayOf(flow, 5000) < 1000, "what is owed is paid at the new rate");
	shaper.close(flow);
	assert.deepEqual([shaper.isIdle(5000), shaper.isIdle(9000)], [false, true]);
});
