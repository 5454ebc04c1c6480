/** Refusals that come at once, of a host that says nothing of limits: nothing served in so little time is no rate. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRefusals, recentOk } from "../../src/control/refusal-state.ts";

for (const { ms, isSure, perSecond } of [
	{ ms: 20, isSure: false, perSecond: 10 },
	{ ms: 500, isSure: false, perSecond: 10 },
	{ ms: 2000, isSure: false, perSecond: 1 },
	{ ms: 20, isSure: true, perSecond: 1 },
]) {
	const says = isSure ? "says that it is asked too much" : "does not say why";
	test(`nothing served within ${ms} ms by a host that ${says}: ${perSecond} a second`, () => {
		const refusals = createRefusals({ clock: () => 0, isBusy: () => false });
		assert.equal(recentOk(refusals, ms, isSure).ok, perSecond);
	});
}
