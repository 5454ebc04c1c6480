/** The small parts of the controller: pace, breaker, whose host it is, and what a failure says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { answered, type Breaker, createBreaker, mayAsk, unanswered } from "../../src/control/breaker.ts";
import { type FailedAttempt, failureKind } from "../../src/control/failure-kind.ts";
import { createPacer, takeTurn, waitOf } from "../../src/control/pacer.ts";
import { isPrivateHost } from "../../src/control/private-host.ts";
import { createRefusals } from "../../src/control/refusal-state.ts";
import { beginRate, raiseRate } from "../../src/control/request-rate.ts";
import { untilTry } from "../../src/control/try-more.ts";
import type { FailureCode } from "../../src/core/failure.ts";

test("a pace holds over any time, with a burst of a quarter of a second at most, and is made full use of", () => {
	const gaps = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 50 });
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 2000 }), gaps, (perSecond, idle) => {
			let nowMs = 0;
			let sent = 0;
			const pacer = createPacer(perSecond, 0);
			for (const gap of idle) {
				nowMs += gap;
				const until = nowMs + 500;
				for (; nowMs < until; nowMs += Math.max(1e-6, waitOf(pacer, nowMs))) {
					if (waitOf(pacer, nowMs) > 0) continue;
					takeTurn(pacer, nowMs);
					sent++;
				}
				assert(sent <= ((nowMs + 250) * perSecond) / 1000 + 1.001);
			}
			assert(sent >= Math.floor((idle.length * 500 * perSecond) / 1000) - idle.length);
		}),
	);
});

test("a pace that is changed holds for the next request", () => {
	const pacer = createPacer(1, 0);
	takeTurn(pacer, 0);
	assert.equal(waitOf(pacer, 0), 1000);
	pacer.perSecond = 100;
	takeTurn(pacer, 1000, 5);
	assert.equal(waitOf(pacer, 1000), 50);
});

/** Which of so many attempts gives the host up: one of none by then is -1. */
function givesUpAt(breaker: Breaker, code: FailureCode, count: number, isOldest = true): number {
	return Array.from({ length: count }, () => unanswered(breaker, code, () => isOldest)).indexOf(true);
}

test("20 attempts in a row that ended alike give a host up, 1 entry in 100 still asks, an answer takes it back", () => {
	const breaker = createBreaker();
	assert.equal(givesUpAt(breaker, "connect", 19), -1);
	assert.equal(givesUpAt(breaker, "dns", 20), 19);
	const asked = Array.from({ length: 1000 }, () => mayAsk(breaker)).filter(Boolean).length;
	assert.deepEqual([asked, breaker.passedOver], [10, 990]);
	assert.equal(answered(breaker), true);
	assert(mayAsk(breaker));
	assert.equal(givesUpAt(breaker, "connect", 100), -1);
});

test("no host is given up while an earlier attempt is still out", () => {
	const breaker = createBreaker();
	assert.equal(givesUpAt(breaker, "connect", 30, false), -1);
	assert.equal(givesUpAt(breaker, "connect", 1), 0);
});

const hosts: readonly (readonly [string, boolean])[] = [
	["127.0.0.1:8080", true],
	["10.1.2.3", true],
	["172.15.0.1", false],
	["172.16.0.1", true],
	["172.32.0.1", false],
	["192.168.7.7:1", true],
	["192.169.0.1", false],
	["169.254.1.1", true],
	["8.8.8.8", false],
	["localhost:3000", true],
	["a.localhost", true],
	["localhost.example.org", false],
	["[::1]:80", true],
	["[fd00::1]", true],
	["[fe80::1]:8080", true],
	["[2001:db8::1]", false],
	["[::ffff:a00:1]", true],
	["[::ffff:808:808]", false],
	["example.org", false],
];
for (const [host, isPrivate] of hosts) {
	test(`${host} is ${isPrivate ? "one's own" : "a stranger's"}`, () => assert.equal(isPrivateHost(host), isPrivate));
}

const failures: readonly (readonly [FailedAttempt, boolean, string])[] = [
	[{ code: "http_429", httpStatus: 429 }, true, "plain"],
	[{ code: "reset", refused: true }, true, "plain"],
	[{ code: "http_503", httpStatus: 503 }, true, "maybe"],
	[{ code: "connect" }, true, "maybe"],
	[{ code: "connect" }, false, "silent"],
	[{ code: "dns" }, false, "silent"],
	[{ code: "timeout", connected: false }, false, "silent"],
	[{ code: "timeout", connected: false }, true, "slow"],
	[{ code: "timeout", connected: true }, false, "slow"],
	[{ code: "reset" }, true, "maybe"],
	[{ code: "reset", httpStatus: 200 }, true, "slow"],
	[{ code: "truncated", httpStatus: 200 }, true, "slow"],
	[{ code: "too_slow", httpStatus: 200 }, true, "slow"],
	[{ code: "http_404", httpStatus: 404 }, true, "answered"],
	[{ code: "http_403", httpStatus: 403 }, true, "forbidden"],
	[{ code: "http_500", httpStatus: 500 }, true, "other"],
	[{ code: "checksum", httpStatus: 200 }, true, "other"],
];
for (const [attempt, hasAnswered, kind] of failures) {
	test(`${JSON.stringify(attempt)} of a host that has ${hasAnswered ? "" : "not "}answered is ${kind}`, () =>
		assert.equal(failureKind(attempt, hasAnswered), kind));
}

test("a rate that is fine grows by a tenth after 10 s, then by twice as much, and not for a pause", () => {
	let nowMs = 0;
	const refusals = createRefusals({ clock: () => nowMs, isBusy: () => false });
	beginRate(refusals, { ok: 100, isWhole: true });
	refusals.pauseMs = 1000;
	/** Looked at many times, as a run does. */
	const rateAt = (untilMs: number): number => {
		for (; nowMs < untilMs; nowMs += 100) raiseRate(refusals, nowMs, 1);
		raiseRate(refusals, nowMs, 1);
		return Math.round(refusals.perSecond * 10) / 10;
	};
	assert.equal(rateAt(9_900), 95);
	assert.equal(rateAt(10_000), 104.5);
	assert.equal(rateAt(19_900), 104.5);
	assert.equal(rateAt(20_000), 125.4);
	refusals.pausedMs = 25_000;
	assert.equal(rateAt(34_900), 125.4);
	assert.equal(rateAt(35_000), 175.6);
});

test("more is tried at a low level once twenty pauses, which one may cost, have passed", () => {
	const refusals = createRefusals({ clock: () => 0, isBusy: () => false });
	assert.equal(untilTry(refusals), 2000);
	refusals.pauseMs = 3000;
	assert.equal(untilTry(refusals), 60_000);
});
