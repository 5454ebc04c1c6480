/** An abort that takes effect after the call that asked for it. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { deferAbort } from "../../src/core/defer-abort.ts";

test("it comes after the call that aborted, with the same reason", async () => {
	const abort = new AbortController();
	using deferred = deferAbort(abort.signal);
	abort.abort("enough");
	assert(!deferred.signal.aborted);
	await undefined;
	assert.equal(deferred.signal.reason, "enough");
});

test("what was aborted before is so at once", () => {
	using deferred = deferAbort(AbortSignal.abort("enough"));
	assert.equal(deferred.signal.reason, "enough");
});

test("a signal that outlives it keeps nothing of it", () => {
	const { signal } = new AbortController();
	deferAbort(signal)[Symbol.dispose]();
	assert.deepEqual(getEventListeners(signal, "abort"), []);
});
