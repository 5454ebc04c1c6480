/** What is left of a list, from the part that was read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesLeft, type ListPart } from "../../src/run/entries-left.ts";

const cases: readonly (ListPart & { readonly left: number })[] = [
	{ waiting: 0, ended: 100, fraction: 0.5, left: 0 },
	{ waiting: 64, ended: 936, fraction: 0.5, left: 1064 },
	{ waiting: 64, ended: 936, fraction: 1, left: 64 },
	{ waiting: 64, ended: 936, fraction: 0, left: Number.POSITIVE_INFINITY },
	{ waiting: 64, ended: 936, fraction: undefined, left: Number.POSITIVE_INFINITY },
];

for (const { left, ...part } of cases) {
	test(`${JSON.stringify(part)}: ${left}`, () => assert.equal(entriesLeft(part), left));
}
