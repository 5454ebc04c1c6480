/** Several workers hold one rate together, fairly among all downloads, in simulated time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRateDivision } from "../../src/core/rate-division.ts";
import { createShaper, type Flow, type Shaper } from "../../src/core/shaper.ts";

/** A download: where it runs, how fast its server sends at most, and between which seconds it lasts. */
type Download = { readonly worker: string; readonly perSecond: number; readonly from?: number; readonly to?: number };

const chunk = 16 * 1024;
const fast = Number.POSITIVE_INFINITY;

/** Bytes of each download, and of all in each second. */
function run(limit: number, downloads: readonly Download[], seconds: number): { bytes: number[]; bySecond: number[] } {
	const workers = [...new Set(downloads.map(({ worker }) => worker))];
	const division = createRateDivision({ all: limit }, workers.length, 0);
	const shapers = new Map(workers.map((worker) => [worker, createShaper(limit / workers.length, 0)]));
	const states: { atMs: number; flow: Flow | undefined; bytes: number }[] = downloads.map(({ from = 0 }) => ({
		atMs: from * 1000,
		flow: undefined,
		bytes: 0,
	}));
	const bySecond = Array.from({ length: seconds }, () => 0);
	const shaperOf = (worker: string): Shaper => shapers.get(worker) ?? assert.fail();
	for (let nowMs = 0; nowMs < seconds * 1000; nowMs++) {
		if (nowMs % 200 === 10) {
			for (const [worker, shaper] of shapers)
				division.hear(worker, { ms: 200, all: shaper.demand(nowMs), hosts: [] }, nowMs);
			for (const [worker, { all }] of division.shares(nowMs)) if (all) shaperOf(worker).limit(all, nowMs);
		}
		for (const [index, state] of states.entries()) {
			const { worker, perSecond, to = seconds } = downloads[index] ?? assert.fail();
			if (state.atMs > nowMs) continue;
			const shaper = shaperOf(worker);
			if (nowMs >= to * 1000) {
				if (state.flow) shaper.close(state.flow);
				state.atMs = fast;
				continue;
			}
			state.flow ??= shaper.open();
			state.bytes += chunk;
			bySecond[Math.floor(nowMs / 1000)] = (bySecond[Math.floor(nowMs / 1000)] ?? 0) + chunk;
			state.atMs = nowMs + Math.max(shaper.take(state.flow, chunk, nowMs), (chunk * 1000) / perSecond, 1);
		}
	}
	return { bytes: states.map(({ bytes }) => bytes), bySecond };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const limit = 4e6;

test("workers with unlike numbers of downloads: the rate holds, and each download gets the same", () => {
	const downloads = ["a", "a", "a", "a", "a", "a", "b", "c", "c"].map((worker) => ({ worker, perSecond: fast }));
	const { bytes, bySecond } = run(limit, downloads, 10);
	assert(Math.abs(sum(bySecond) / (limit * 10) - 1) < 0.05, `${sum(bySecond)}`);
	assert(Math.max(...bySecond) < limit * 1.5, `${bySecond}`);
	const mean = sum(bytes) / bytes.length;
	for (const one of bytes) assert(Math.abs(one / mean - 1) < 0.2, `${bytes}`);
});

test("what a worker leaves over is for the others", () => {
	const downloads = [
		{ worker: "a", perSecond: 200_000 },
		{ worker: "b", perSecond: fast },
		{ worker: "b", perSecond: fast },
	];
	const { bytes } = run(limit, downloads, 10);
	assert((bytes[0] ?? 0) > 200_000 * 9, `${bytes}`);
	assert(sum(bytes) > limit * 10 * 0.94 && sum(bytes) < limit * 10 * 1.05, `${bytes}`);
});

test("a worker that ends, and one that begins: the others take over and give back within a second", () => {
	const downloads = [
		{ worker: "a", perSecond: fast, to: 4 },
		{ worker: "b", perSecond: fast },
		{ worker: "c", perSecond: fast, from: 6 },
	];
	const { bySecond } = run(limit, downloads, 10);
	for (const second of bySecond.slice(1)) assert(second > limit * 0.8 && second < limit * 1.3, `${bySecond}`);
	assert(Math.abs(sum(bySecond) / (limit * 10) - 1) < 0.05, `${bySecond}`);
});

test("a worker of which nothing is heard any more holds no share", () => {
	const division = createRateDivision({ all: 1e6, perHost: 5e5 }, 2, 0);
	const demand = { held: 1, free: 0, freePerSecond: 0, bytes: 0 };
	for (const worker of ["a", "b"]) division.hear(worker, { ms: 200, all: demand, hosts: [["h:1", demand]] }, 0);
	const both = division.shares(0);
	assert.deepEqual([both.get("a")?.all, both.get("b")?.all], [5e5, 5e5]);
	assert.deepEqual(both.get("a")?.hosts, [["h:1", 2.5e5]]);
	division.hear("b", { ms: 200, all: demand, hosts: [["h:1", demand]] }, 5000);
	const alone = division.shares(5000);
	assert.equal(alone.has("a"), false);
	assert((alone.get("b")?.all ?? 0) >= 1e6 && (alone.get("b")?.all ?? 0) <= 1.1e6);
});
