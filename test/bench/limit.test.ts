/** What limited a method, told from its figures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findLimit, type LimitFigures, type LimitKind } from "../../src/bench/limit.ts";

const calm: LimitFigures = {
	seconds: 10,
	filesPerSecond: 1000,
	firstFileSeconds: 0.2,
	coresBusy: 0.5,
	busiestThread: 0.4,
	busiestThreadQueued: 0.01,
	machineBusy: 0.4,
	serverCores: 0.2,
	serverBusiestThread: 0.2,
	meanFileMs: 31,
	quickFileMs: 20,
};

const cases: readonly (readonly [what: string, figures: Partial<LimitFigures>, kind: LimitKind, names: RegExp])[] = [
	["a run that has hardly begun", { seconds: 0.3, firstFileSeconds: 0.22 }, "start-up", /200 ms .* 66\.7 %/],
	["a thread that never rests", { busiestThread: 0.96 }, "one thread", /96 % of the time/],
	["a short run of one thread", { coresBusy: 0.99, busiestThread: 0.81 }, "one thread", /0\.99 processors .* 81 %/],
	[
		"two threads that share the work",
		{ coresBusy: 0.99, busiestThread: 0.5, meanFileMs: undefined },
		"waiting",
		/0\.99/,
	],
	["a thread that queues for a processor", { busiestThread: 0.6, busiestThreadQueued: 0.35 }, "processors", /35 %/],
	["slow first files", { seconds: 2, firstFileSeconds: 1.5, quickFileMs: 1400 }, "waiting", /waiting/],
	["a full machine", { machineBusy: 0.98, coresBusy: 1.3, serverCores: 0.6 }, "processors", /98 % of the machine's 2/],
	[
		"a full machine, a server of others",
		{ machineBusy: 0.98, serverCores: undefined },
		"processors",
		/client used 0\.5/,
	],
	["a machine that others fill", { machineBusy: 0.98 }, "waiting", /31 of 32/],
	["a server that never rests", { serverBusiestThread: 0.95 }, "server", /95 %/],
	["slots that all wait", {}, "waiting", /31 ms in the mean and 31 of 32/],
	["slots that all wait, beside work", { coresBusy: 1, serverCores: 0.5 }, "unknown", /no single thing .* 75 %/],
	["another program, idle", { meanFileMs: undefined }, "waiting", /0\.5 processors/],
	["slots that stand empty", { meanFileMs: 5 }, "unknown", /5 of 32/],
	["no figures", { coresBusy: undefined, meanFileMs: undefined, busiestThread: undefined }, "unknown", /not known/],
];

for (const [what, figures, kind, names] of cases) {
	test(`${what}: ${kind}`, () => {
		const limit = findLimit({ ...calm, ...figures }, 32, 2);
		assert.equal(limit.kind, kind);
		assert.match(limit.sentence, names);
	});
}
