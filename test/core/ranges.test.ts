/** When bytes may be continued: only where the answer proves that it goes on in the same version. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { continues, ifRangeValue, parseContentRange, type RangeHead, type Validators } from "../../src/core/ranges.ts";

const date = "Sat, 21 Nov 2026 10:00:00 GMT";
const later = "Sat, 21 Nov 2026 11:00:00 GMT";

const validators: readonly (readonly [known: Validators, sent: string | undefined])[] = [
	[{}, undefined],
	[{ etag: '"a"' }, '"a"'],
	[{ etag: '"a"', lastModified: date }, '"a"'],
	[{ etag: 'W/"a"', lastModified: date, date: later }, date],
	[{ etag: 'W/"a"' }, undefined],
	[{ etag: "bare" }, undefined],
	[{ etag: '"open' }, undefined],
	[{ etag: "", lastModified: "" }, undefined],
	[{ lastModified: "yesterday" }, undefined],
	[{ lastModified: date }, undefined],
	[{ lastModified: date, date: later }, date],
	[{ lastModified: date, date: "Sat, 21 Nov 2026 10:00:01 GMT" }, date],
	[{ lastModified: date, date }, undefined],
	[{ lastModified: later, date }, undefined],
	[{ lastModified: "0", date: later }, undefined],
	[{ lastModified: "-1", date: later }, undefined],
	[{ lastModified: "2026-11-21T10:00:00Z", date: later }, undefined],
];

for (const [known, sent] of validators) {
	test(`If-Range for ${JSON.stringify(known)} is ${sent}`, () => assert.equal(ifRangeValue(known), sent));
}

const fields: readonly (readonly [field: string | undefined, range: ReturnType<typeof parseContentRange>])[] = [
	[undefined, undefined],
	["", undefined],
	["bytes 0-9/10", { start: 0, end: 9, total: 10 }],
	["Bytes 5-9/*", { start: 5, end: 9 }],
	["bytes  5-9/10", { start: 5, end: 9, total: 10 }],
	["bytes 0-10/10", undefined],
	["bytes */10", undefined],
	["bytes 9-5/10", undefined],
	["bytes -5-9/10", undefined],
	["items 0-9/10", undefined],
	["bytes 0-9", undefined],
	["bytes 0-9/10, 20-29/30", undefined],
];

for (const [field, range] of fields) {
	test(`Content-Range: ${field} is ${JSON.stringify(range)}`, () => assert.deepEqual(parseContentRange(field), range));
}

type Continuation = {
	readonly name: string;
	readonly kept: Validators;
	readonly head: RangeHead;
	readonly goesOn: boolean;
};

const contentRange = "bytes 50-99/100";

const continuations: readonly Continuation[] = [
	{ name: "the same ETag", kept: { etag: '"a"', totalBytes: 100 }, head: { etag: '"a"', contentRange }, goesOn: true },
	{ name: "no validator in the answer", kept: { etag: '"a"', totalBytes: 100 }, head: { contentRange }, goesOn: false },
	{
		name: "the date alone where the ETag was asked for",
		kept: { etag: '"a"', lastModified: date, totalBytes: 100 },
		head: { lastModified: date, contentRange },
		goesOn: false,
	},
	{
		name: "no validator, and the same size, where the date was asked for",
		kept: { lastModified: date, totalBytes: 100 },
		head: { contentRange },
		goesOn: true,
	},
	{
		name: "no validator and a size unknown before, where the date was asked for",
		kept: { lastModified: date },
		head: { contentRange },
		goesOn: false,
	},
	{
		name: "no validator and a size not told again, where the date was asked for",
		kept: { lastModified: date, totalBytes: 100 },
		head: { contentRange: "bytes 50-99/*" },
		goesOn: false,
	},
	{ name: "another ETag", kept: { etag: '"a"' }, head: { etag: '"b"', contentRange }, goesOn: false },
	{ name: "an ETag turned weak", kept: { etag: '"a"' }, head: { etag: 'W/"a"', contentRange }, goesOn: false },
	{ name: "the same date", kept: { lastModified: date }, head: { lastModified: date, contentRange }, goesOn: true },
	{ name: "another date", kept: { lastModified: date }, head: { lastModified: later, contentRange }, goesOn: false },
	{
		name: "the same date beside one weak tag",
		kept: { etag: 'W/"a"', lastModified: date },
		head: { etag: 'W/"a"', lastModified: date, contentRange },
		goesOn: true,
	},
	{
		name: "the same date beside two weak tags",
		kept: { etag: 'W/"a"', lastModified: date },
		head: { etag: 'W/"b"', lastModified: date, contentRange },
		goesOn: false,
	},
	{ name: "another size", kept: { etag: '"a"', totalBytes: 101 }, head: { etag: '"a"', contentRange }, goesOn: false },
	{ name: "a size unknown before", kept: { etag: '"a"' }, head: { etag: '"a"', contentRange }, goesOn: true },
	{
		name: "a size not told again",
		kept: { etag: '"a"', totalBytes: 100 },
		head: { etag: '"a"', contentRange: "bytes 50-99/*" },
		goesOn: true,
	},
	{
		name: "a size never told",
		kept: { etag: '"a"' },
		head: { etag: '"a"', contentRange: "bytes 50-99/*" },
		goesOn: false,
	},
	{ name: "an end too early", kept: { etag: '"a"' }, head: { contentRange: "bytes 50-98/100" }, goesOn: false },
	{
		name: "an end too early, of a size not told again",
		kept: { etag: '"a"', totalBytes: 100 },
		head: { contentRange: "bytes 50-98/*" },
		goesOn: false,
	},
	{
		name: "encoded bytes under the ETag of plain ones",
		kept: { etag: '"a"' },
		head: { etag: '"a"', contentEncoding: "gzip", contentRange },
		goesOn: false,
	},
	{
		name: "plain bytes under the date of encoded ones",
		kept: { lastModified: date, totalBytes: 100, contentEncoding: "br" },
		head: { lastModified: date, contentRange },
		goesOn: false,
	},
	{
		name: "the same coding in another case",
		kept: { etag: '"a"', contentEncoding: "GZIP" },
		head: { etag: '"a"', contentEncoding: "gzip", contentRange },
		goesOn: true,
	},
	{
		name: "no coding, by name and without",
		kept: { etag: '"a"', contentEncoding: "identity" },
		head: { etag: '"a"', contentRange },
		goesOn: true,
	},
	{ name: "another start", kept: { etag: '"a"' }, head: { contentRange: "bytes 49-99/100" }, goesOn: false },
	{ name: "no Content-Range", kept: { etag: '"a"' }, head: { etag: '"a"' }, goesOn: false },
];

for (const { name, kept, head, goesOn } of continuations) {
	test(`${name}: ${goesOn ? "goes on" : "begins again"}`, () => assert.equal(continues(kept, 50, head), goesOn));
}

test("what continues starts at the offset and reaches the end, whatever the sizes", () => {
	const sizes = fc.record({
		offset: fc.nat(50),
		start: fc.nat(50),
		end: fc.nat(60),
		total: fc.nat(61),
		kept: fc.option(fc.nat(61), { nil: undefined }),
	});
	fc.assert(
		fc.property(sizes, ({ offset, start, end, total, kept }) => {
			const known = { etag: '"a"', ...(kept === undefined ? {} : { totalBytes: kept }) };
			const goesOn = continues(known, offset, { etag: '"a"', contentRange: `bytes ${start}-${end}/${total}` });
			assert.equal(
				goesOn,
				start === offset && end >= start && end === total - 1 && (kept === undefined || kept === total),
			);
		}),
		{ numRuns: 2000 },
	);
});
