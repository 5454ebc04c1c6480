/** A host that brings nothing: its level stays a number, or nothing would ever be asked of it again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHostLevel, levelOf, timeOut } from "../../src/control/host-level.ts";

for (const most of [1, 4, 32]) {
	test(`after attempts that all break off, of ${most} at once at most, there is a level`, () => {
		let nowMs = 0;
		const context = { clock: () => nowMs, isBusy: () => false };
		const host = createHostLevel(context, { start: Math.min(2, most), most, seeks: true }, () => undefined);
		for (let turn = 1; turn <= 400; turn++) {
			nowMs += 40;
			const level = levelOf(host);
			timeOut(host, {
				turn,
				level,
				inFlight: level,
				atOnce: level,
				newestTurn: turn,
				isLimited: true,
				isEnding: false,
			});
			assert(levelOf(host) >= 1 && levelOf(host) <= most, `${levelOf(host)} after ${turn}`);
		}
	});
}
