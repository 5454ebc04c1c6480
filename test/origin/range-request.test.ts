/** Preconditions and ranges, case by case. */
import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import { answerRange } from "../../src/origin/range-request.ts";

const file = { sizeBytes: 100, etag: '"a"', lastModified: "Tue, 17 Sep 2024 06:29:44 GMT" };
const whole = "200 0-100";

const cases: readonly (readonly [IncomingHttpHeaders, string])[] = [
	[{}, whole],
	[{ range: "bytes=0-" }, "206 0-100"],
	[{ range: "bytes=10-19" }, "206 10-20"],
	[{ range: "bytes=10-10" }, "206 10-11"],
	[{ range: "bytes=90-1000" }, "206 90-100"],
	[{ range: "bytes=99-" }, "206 99-100"],
	[{ range: "bytes=100-" }, "416"],
	[{ range: "bytes=1000-2000" }, "416"],
	[{ range: "bytes=-10" }, "206 90-100"],
	[{ range: "bytes=-1000" }, "206 0-100"],
	[{ range: "bytes=-0" }, "416"],
	[{ range: "bytes=-" }, whole],
	[{ range: "bytes=20-10" }, whole],
	[{ range: "bytes=0-1,5-6" }, whole],
	[{ range: "lines=0-1" }, whole],
	[{ range: "nonsense" }, whole],
	[{ range: "bytes=10-", "if-range": '"a"' }, "206 10-100"],
	[{ range: "bytes=10-", "if-range": '"b"' }, whole],
	[{ range: "bytes=10-", "if-range": 'W/"a"' }, whole],
	[{ range: "bytes=10-", "if-range": file.lastModified }, "206 10-100"],
	[{ range: "bytes=10-", "if-range": "Tue, 17 Sep 2024 06:29:45 GMT" }, whole],
	[{ "if-none-match": '"a"' }, "304"],
	[{ "if-none-match": '"b", W/"a"' }, "304"],
	[{ "if-none-match": "*" }, "304"],
	[{ "if-none-match": '"b"', range: "bytes=5-" }, "206 5-100"],
];

for (const [headers, expected] of cases) {
	test(`${JSON.stringify(headers)} is answered with ${expected}`, () => {
		const { status, span } = answerRange(headers, file);
		assert.equal(span ? `${status} ${span.start}-${span.end}` : `${status}`, expected);
	});
}

test("no range of an empty file can be satisfied", () => {
	const empty = { ...file, sizeBytes: 0 };
	for (const range of ["bytes=0-", "bytes=-5"]) assert.equal(answerRange({ range }, empty).status, 416);
});
