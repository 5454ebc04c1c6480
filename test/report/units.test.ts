/** Amounts read well at every size. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes, formatClock, formatCount, formatSeconds } from "../../src/report/units.ts";

const bytes: readonly (readonly [number, string])[] = [
	[0, "0 B"],
	[999, "999 B"],
	[1000, "1.00 kB"],
	[10_240, "10.2 kB"],
	[99_950, "100 kB"],
	[999_499, "999 kB"],
	[999_500, "1.00 MB"],
	[1.5e9, "1.50 GB"],
	[2e18, "2000 PB"],
];
for (const [amount, text] of bytes) test(`${amount} bytes are ${text}`, () => assert.equal(formatBytes(amount), text));

const seconds: readonly (readonly [number, string, string])[] = [
	[0, "0 s", "0:00"],
	[0.4204, "0.42 s", "0:00"],
	[7.04, "7 s", "0:07"],
	[59.96, "1 min 0 s", "1:00"],
	[754, "12 min 34 s", "12:34"],
	[3723, "1 h 2 min", "1:02:03"],
	[90_000, "25 h 0 min", "1 d 1 h"],
];
for (const [amount, text, clock] of seconds) {
	test(`${amount} s are ${text}, on the clock ${clock}`, () => {
		assert.equal(formatSeconds(amount), text);
		assert.equal(formatClock(amount), clock);
	});
}

test("counts have their thousands apart, and small rates a decimal", () => {
	assert.deepEqual([0, 0.25, 9, 12.6, 20_000].map(formatCount), ["0", "0.3", "9", "13", "20,000"]);
});
