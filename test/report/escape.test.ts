/** What is invisible becomes visible; what can be read stays as it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeControls, escapeJson } from "../../src/report/escape.ts";

const cases: readonly (readonly [string, string])[] = [
	["photo.jpg", "photo.jpg"],
	["naïve 写真 👩‍👩‍👧.jpg", "naïve 写真 👩‍👩‍👧.jpg"],
	["a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"],
	["\x1b[2J\x07\0", "\\x1b[2J\\x07\\x00"],
	["\x7f\x85\x9b31m", "\\x7f\\x85\\x9b31m"],
	["\u2028\u2029", "\\u2028\\u2029"],
	["gpj.\u202eexe\u2066\u200f", "gpj.\\u202eexe\\u2066\\u200f"],
];

for (const [text, shown] of cases) {
	test(`${JSON.stringify(text)} is written as ${shown}`, () => assert.equal(escapeControls(text), shown));
}

test("escaped JSON is one line by every rule and means the same", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			const line = escapeJson(JSON.stringify(`${text}\u0085\u2028\x1b`));
			assert.equal(JSON.parse(line), `${text}\u0085\u2028\x1b`);
			assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029]/u);
		}),
	);
});
