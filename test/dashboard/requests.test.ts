/** What is read of the page's requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { namesUs } from "../../src/dashboard/guard.ts";
import { wholeView } from "../../src/dashboard/model.ts";
import { readControl } from "../../src/dashboard/read-control.ts";
import { readView } from "../../src/dashboard/read-view.ts";

const hosts: readonly (readonly [host: string | undefined, port: number, isOurs: boolean])[] = [
	["127.0.0.1:8080", 8080, true],
	["localhost:8080", 8080, true],
	["LocalHost:8080", 8080, true],
	["127.0.0.1", 80, true],
	["127.0.0.1", 8080, false],
	["127.0.0.1:8081", 8080, false],
	["evil.example:8080", 8080, false],
	["127.0.0.1.evil.example:8080", 8080, false],
	["localhost.evil.example:8080", 8080, false],
	["127.0.0.2:8080", 8080, false],
	["[::1]:8080", 8080, false],
	["user@127.0.0.1:8080", 8080, false],
	["", 80, false],
	[undefined, 80, false],
];
for (const [host, port, isOurs] of hosts) {
	test(`Host ${host} at port ${port}: ${isOurs}`, () => assert.equal(namesUs(host, port), isOurs));
}

const good = [
	{ type: "pause" },
	{ type: "resume" },
	{ type: "pause-host", host: "a.example:81" },
	{ type: "resume-host", host: "a.example" },
	{ type: "set-host-level", host: "a.example", level: 1 },
	{ type: "set-host-level", host: "a.example", level: null },
];
for (const event of good) {
	test(`taken: ${JSON.stringify(event)}`, () => {
		assert.deepEqual(readControl(JSON.stringify({ ...event, more: "is passed over" })), event);
	});
}

const bad = [
	"",
	"pause",
	"null",
	"[]",
	"{}",
	'{"type":"stop"}',
	'{"type":["pause"]}',
	'{"type":"pause-host"}',
	'{"type":"pause-host","host":""}',
	'{"type":"pause-host","host":7}',
	`{"type":"pause-host","host":"${"a".repeat(301)}"}`,
	'{"type":"set-host-level","host":"a.example"}',
	'{"type":"set-host-level","host":"a.example","level":0}',
	'{"type":"set-host-level","host":"a.example","level":1.5}',
	'{"type":"set-host-level","host":"a.example","level":"2"}',
	'{"type":"set-host-level","host":"a.example","level":100000}',
];
for (const body of bad) {
	test(`refused: ${body.slice(0, 60)}`, () => assert.equal(readControl(body), undefined));
}

test("a view is read from a query, and is the whole one without", () => {
	assert.deepEqual(readView(new URLSearchParams()), wholeView);
	assert.deepEqual(readView(new URLSearchParams("order=size&log=x")), wholeView);
	assert.deepEqual(readView(new URLSearchParams("host=+a&code=dns&order=bytes&log=whole")), {
		host: "a",
		code: "dns",
		order: "bytes",
		wholeLog: true,
	});
});
