/** Texts as JSON: the same as JSON.stringify makes of them, whatever they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonText } from "../../src/core/json-text.ts";

test("every character by itself", () => {
	for (let code = 0; code < 0x10000; code++) {
		const text = String.fromCharCode(code);
		assert.equal(jsonText(text), JSON.stringify(text));
	}
});

test("any text", () => {
	const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme-ascii" }));
	fc.assert(fc.property(texts, (text) => assert.equal(jsonText(text), JSON.stringify(text))));
});
