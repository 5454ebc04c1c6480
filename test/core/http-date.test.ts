/** Dates of header fields: three forms, all of them in UTC, whatever the machine's time zone is. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { parseHttpDate } from "../../src/core/http-date.ts";

const seconds = Date.UTC(1994, 10, 6, 8, 49, 37) / 1000;

const cases: readonly (readonly [text: string | undefined, seconds: number | undefined])[] = [
	["Sun, 06 Nov 1994 08:49:37 GMT", seconds],
	["Sunday, 06-Nov-94 08:49:37 GMT", seconds],
	["Sun Nov  6 08:49:37 1994", seconds],
	["Sun Nov 06 08:49:37 1994", seconds],
	["Thu, 29 Feb 2024 23:59:60 GMT", Date.UTC(2024, 2, 1) / 1000],
	[undefined, undefined],
	["", undefined],
	["0", undefined],
	["-1", undefined],
	["yesterday", undefined],
	["784111777", undefined],
	["1994-11-06T08:49:37Z", undefined],
	["Sun, 06 Nov 1994 08:49:37", undefined],
	["Sun, 06 Nov 1994 08:49:37 +0100", undefined],
	["Sun, 31 Feb 1994 08:49:37 GMT", undefined],
	["Sun, 06 Foo 1994 08:49:37 GMT", undefined],
	["Sun, 06 Nov 1994 24:49:37 GMT", undefined],
	["Nov 6 1994", undefined],
];

for (const [text, expected] of cases) {
	test(`${text} is ${expected}`, () => assert.equal(parseHttpDate(text), expected));
}

test("what a server sends is read back, to the second", () => {
	const dates = fc.date({ min: new Date("1900-01-01"), max: new Date("2500-01-01"), noInvalidDate: true });
	fc.assert(
		fc.property(dates, (date) => assert.equal(parseHttpDate(date.toUTCString()), Math.floor(date.getTime() / 1000))),
	);
});

test("the time zone does not matter", () => {
	const path = fileURLToPath(new URL("../../src/core/http-date.ts", import.meta.url));
	const script = `import(${JSON.stringify(path)}).then((m) => console.log(m.parseHttpDate("Sun Nov  6 08:49:37 1994")))`;
	const printed = execFileSync(process.execPath, ["-e", script], { env: { ...process.env, TZ: "Asia/Tokyo" } });
	assert.equal(Number(printed.toString()), seconds);
});
