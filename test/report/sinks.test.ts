/** Joined sinks hear everything and all get closed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sink } from "../../src/core/event.ts";
import { combine, noSink } from "../../src/report/sinks.ts";

test("every sink hears every event, in the order given", async () => {
	const heard: string[] = [];
	const listener = (name: string): Sink => ({
		on: (event) => heard.push(`${name} ${event.type}`),
		close: async () => {
			heard.push(`${name} closed`);
		},
	});
	const both = combine([listener("a"), noSink, listener("b")]);
	both.on({ type: "warning", message: "" });
	await both.close();
	assert.deepEqual(heard, ["a warning", "b warning", "a closed", "b closed"]);
});

test("a sink that cannot be closed does not keep the others open", async () => {
	let closed = false;
	const broken: Sink = { on() {}, close: () => Promise.reject(new Error("disk full")) };
	const good: Sink = {
		on() {},
		close: async () => {
			closed = true;
		},
	};
	await assert.rejects(combine([broken, good]).close(), /disk full/);
	assert.equal(closed, true);
});
