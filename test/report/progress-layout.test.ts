/** Lines fit their terminal at every width, and the important parts stay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plain } from "../../src/report/paint.ts";
import { downloadLine, overallLine } from "../../src/report/progress-layout.ts";
import type { ProgressView } from "../../src/report/progress-state.ts";
import { shortenMiddle, textWidth } from "../../src/report/text-width.ts";

const view: ProgressView = {
	files: 7320,
	total: 20_000,
	totalKnown: true,
	share: 0.366,
	bytes: 141e6,
	bytesPerSecond: 38.1e6,
	filesPerSecond: 1972,
	secondsLeft: 6.4,
	failed: 14,
	level: null,
	inFlight: 32,
	stopping: false,
};

const lines: readonly (readonly [columns: number, view: ProgressView, line: string])[] = [
	[10, view, " 7,…20,000"],
	[20, view, " 7,320/20,000"],
	[40, view, " 7,320/20,000   36%  14 failed"],
	[40, { ...view, failed: 0 }, " 7,320/20,000   36%  38.1 MB/s"],
	[44, { ...view, files: 3, total: 9, failed: 0 }, "━━━━───────  3/9   36%  38.1 MB/s  0:06 left"],
	[80, view, "━━━━───────   7,320/20,000   36%  38.1 MB/s  1,972 files/s  0:06 left  14 failed"],
	[
		200,
		view,
		"━━━━━━━━━━━───────────────────   7,320/20,000   36%   141 MB  38.1 MB/s  1,972 files/s  0:06 left  14 failed",
	],
	[80, { ...view, share: null, secondsLeft: null, totalKnown: false, failed: 0 }, ""],
];

for (const [columns, shown, line] of lines) {
	test(`the run in ${columns} columns: ${line}`, () => {
		const text = overallLine(shown, { columns, paint: plain });
		assert(textWidth(text) <= columns, text);
		if (line !== "") assert.equal(text, line);
		else assert.match(text, /^─+ {4}7,320\/20,000\+ /);
	});
}

test("a run that stops says so instead of the time left", () => {
	assert.match(overallLine({ ...view, stopping: true }, { columns: 60, paint: plain }), /stopping/);
});

test("no line is wider than its terminal, whatever the names", () => {
	const url = fc.string({ unit: "grapheme", maxLength: 120 });
	const amount = fc.nat({ max: 2 ** 40 });
	fc.assert(
		fc.property(
			url,
			amount,
			fc.option(amount, { nil: undefined }),
			fc.integer({ min: 20, max: 300 }),
			(name, bytes, totalBytes, columns) => {
				const facts = { url: `https://${name}`, startedMs: 0 };
				const download = { ...facts, bytes, totalBytes, bytesPerSecond: bytes };
				const line = downloadLine(download, { columns, paint: plain });
				assert(textWidth(line) <= columns, `${columns}: ${line}`);
			},
		),
	);
});

const large = {
	url: "https://example.com/a/large.iso",
	startedMs: 0,
	bytes: 45e7,
	totalBytes: 1e9,
	bytesPerSecond: 12e6,
};
const downloads: readonly (readonly [columns: number, download: Parameters<typeof downloadLine>[0], line: string])[] = [
	[119, large, `  ${"example.com/a/large.iso".padEnd(57)}  ━━━━━───────   45%   450 MB/1.00 GB  12.0 MB/s   0:46 left`],
	[79, large, "  example.com/a/large.iso        ━━━━━───────   45%   450 MB/1.00 GB  12.0 MB/s"],
	[50, large, "  example.com/a/large.iso           45%  12.0 MB/s"],
	[30, large, "  example.…m/a/large.iso   45%"],
	[79, { ...large, totalBytes: undefined }, ""],
	[119, { ...large, bytesPerSecond: 0 }, ""],
];
for (const [columns, download, line] of downloads) {
	test(`a download in ${columns} columns: ${line}`, () => {
		const text = downloadLine(download, { columns, paint: plain });
		assert(textWidth(text) <= columns, text);
		if (line !== "") assert.equal(text, line);
		else assert.doesNotMatch(text, /left|NaN|Infinity/);
	});
}

const names: readonly (readonly [text: string, columns: number, short: string])[] = [
	["photo.jpg", 9, "photo.jpg"],
	["photo.jpg", 8, "ph…o.jpg"],
	["例え写真.jpg", 9, "例え….jpg"],
	["例え写真.jpg", 10, "例…真.jpg"],
	["👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5, "👩‍👩‍👧…👩‍👩‍👧"],
	["abc", 1, "…"],
	["abc", 0, ""],
];
for (const [text, columns, short] of names) {
	test(`${text} in ${columns} columns`, () => {
		const cut = shortenMiddle(text, columns);
		assert(textWidth(cut) <= columns, cut);
		assert.equal(cut, short);
	});
}
