/** Attempts that run out of time, or break off, lower the level of their host where they are a tenth; one or two of few may be chance. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "../../benchmarks/simulator/simulate.ts";
import {
	createHostLevel,
	type Ended,
	type HostLevel,
	levelOf,
	succeed,
	timeOut,
} from "../../src/control/host-level.ts";

function hostAt(level: number): HostLevel {
	const context = { clock: () => 0, isBusy: () => false };
	return createHostLevel(context, { start: level, most: level, seeks: false }, () => undefined);
}

function endOf(turn: number): Ended {
	return { turn, level: 6, inFlight: 6, atOnce: 6, newestTurn: turn, isLimited: false, isEnding: false };
}

for (const [ends, level] of [
	["ok ok ok ok ok broken", 6],
	["ok ok ok ok broken broken", 6],
	["broken ok ok broken ok ok broken", 4],
	[`${"ok ".repeat(40)}broken broken`, 6],
	[`${"ok ".repeat(17)}broken broken broken`, 4],
] as const) {
	test(`at a level of 6, ${ends}: ${level}`, () => {
		const host = hostAt(6);
		for (const [turn, end] of ends.split(" ").entries()) {
			if (end === "ok") succeed(host, endOf(turn + 1));
			else timeOut(host, endOf(turn + 1));
		}
		assert.equal(levelOf(host), level);
	});
}

test("a host with few places, of whose answers one in fifty breaks off, is asked as much as it takes", () => {
	const origin = { rttMs: 10, serviceMs: 40, refusesBeyond: 20 };
	const scenario = { files: 3000, size: 10_240 };
	const best = simulate({ ...scenario, origins: [{ rttMs: 10, serviceMs: 40 }] }, 20, 1).ms;
	for (let seed = 1; seed <= 12; seed++) {
		const { ms } = simulate({ ...scenario, origins: [{ ...origin, hangRate: 0.02, hangMs: 20 }] }, "auto", seed);
		assert(ms <= best / 0.6, `seed ${seed}: ${ms} ms, and ${best} at 20 at once`);
	}
});
