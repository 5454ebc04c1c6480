/** What the start of a search does where the list ends before it: it tries no more, and still judges what it has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeeker, credit, finishOne } from "../../src/control/seeker.ts";
import { createState, type Seeker } from "../../src/control/seeker-state.ts";

/** So many end evenly over a time, each with such a time to its first byte. */
type Wave = { readonly count: number; readonly ms: number; readonly delayMs: number; readonly isEnding: boolean };

function run(waves: readonly Wave[]): Seeker {
	let nowMs = 0;
	const seeker = createSeeker({ clock: () => nowMs, isBusy: () => false }, { level: 32, most: 1000, probes: true });
	for (const { count, ms, delayMs, isEnding } of waves) {
		for (let n = 0; n < count; n++) {
			nowMs += ms / count;
			credit(seeker, 0, delayMs);
			finishOne(seeker, { succeeded: true, isLimited: true, isEnding, inFlight: seeker.level });
		}
	}
	return seeker;
}

const first: Wave = { count: 32, ms: 100, delayMs: 30, isEnding: false };

test("no more is tried", () => {
	assert.equal(run([first, { count: 64, ms: 100, delayMs: 30, isEnding: false }]).level, 128);
	assert.equal(run([first, { count: 64, ms: 100, delayMs: 30, isEnding: true }]).level, 64);
});

test("a level that only makes a queue longer is left, for what is still to come", () => {
	for (const isEnding of [false, true]) {
		const { phase, level } = run([first, { count: 64, ms: 200, delayMs: 60, isEnding }]);
		assert.deepEqual({ phase, level }, { phase: "rest", level: 32 });
	}
});

test("a level that was found is left alone", () => {
	const levelsSeen = (isEnding: boolean): number => {
		let nowMs = 0;
		const state = createState({ clock: () => nowMs, isBusy: () => false }, { level: 32, most: 1000, probes: true });
		const found: Seeker = { ...state, phase: "rest" };
		const levels = new Set<number>();
		for (let n = 0; n < 2000; n++) {
			nowMs += 3;
			finishOne(found, { succeeded: true, isLimited: true, isEnding, inFlight: found.level });
			levels.add(found.level);
		}
		return levels.size;
	};
	assert.equal(levelsSeen(true), 1);
	assert(levelsSeen(false) > 1, "in the midst of a list others are tried");
});
