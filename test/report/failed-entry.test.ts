/** failed.txt is a list again, whatever the entries hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Entry } from "../../src/core/entry.ts";
import { permanent } from "../../src/core/failure.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { readTextList } from "../../src/list/text.ts";
import { failedEntry } from "../../src/report/failed-entry.ts";

const outcome: Outcome = {
	line: 7,
	url: "https://example.com/a",
	status: "failed",
	file: null,
	bytes: 0,
	httpStatus: 404,
	attempts: 1,
	ms: 1,
	method: "async",
	worker: 0,
	error: { code: "http_404", message: "the server has no such file" },
};
const reason = "# http_404: the server has no such file (line 7)\n";

const cases: readonly (readonly [name: string, entry: Omit<Entry, "line">, text: string])[] = [
	["a URL", { urls: ["https://example.com/a"] }, "https://example.com/a\n"],
	["mirrors", { urls: ["https://a/x", "http://b/x"] }, "https://a/x\thttp://b/x\n"],
	[
		"options",
		{
			urls: ["https://a/x"],
			out: "my file.jpg",
			dir: "sub/folder",
			checksums: ["sha-256=00"],
			headers: [
				["Referer", "https://r/"],
				["X-A", "1"],
			],
		},
		"https://a/x\n out=my file.jpg\n dir=sub/folder\n checksum=sha-256=00\n header=Referer: https://r/\n header=X-A: 1\n",
	],
	[
		"credentials",
		{ urls: ["https://user:secret@a/x"] },
		"# the user name and password of the URL were left out: put them back to try it again\nhttps://a/x\n",
	],
	[
		"credentials in what could not be read",
		{
			urls: ["https://user:secret@a[1-"],
			failure: permanent("invalid_url", "a pattern"),
		},
		"# the user name and password of the URL were left out: put them back to try it again\n# not written: https://a[1-\n",
	],
	[
		"credentials that are longer than what is shown",
		{ urls: [`https://user:${"secret".repeat(100)}@a[1-`], failure: permanent("invalid_url", "a pattern") },
		"# the user name and password of the URL were left out: put them back to try it again\n# not written: https://a[1-\n",
	],
	["line ends in a URL", { urls: ["https://a/x\nhttps://evil/\ty"] }, "https://a/xhttps://evil/y\n"],
	["a separator in a URL", { urls: ["https://a/\u2028\x1b/b"] }, "https://a/%E2%80%A8%1B/b\n"],
	["a URL that would be an option", { urls: [" out=x"] }, "out=x\n"],
	["a URL that would be a comment", { urls: [" #x"], out: "y" }, "# not written: #x\n"],
	["an empty URL", { urls: ["\n "], out: "y" }, "# not written: the URL is empty\n"],
	[
		"a line end in an option",
		{ urls: ["https://a/x"], out: "a\nhttps://evil/" },
		"https://a/x\n# out left out: it holds control characters\n",
	],
];

for (const [name, entry, text] of cases) {
	test(`${name} in failed.txt`, () => assert.equal(failedEntry({ ...entry, line: 7 }, outcome), reason + text));
}

test("a reason cannot make a line of its own, and names the list where there are several", () => {
	const error = { code: "tls", message: "bad\nhttps://evil/" } as const;
	const text = failedEntry({ line: 3, list: "b\r.txt", urls: ["https://a/x"] }, { ...outcome, error });
	assert.equal(text, "# tls: bad\\x0ahttps://evil/ (line 3 of b\\x0d.txt)\nhttps://a/x\n");
});

test("no entry makes more than one line that is neither comment nor option", () => {
	const word = fc.string({
		unit: fc.constantFrom("a", "\n", "\r", "\t", " ", "#", "@", ":", "/", "=", "\u2028", "\x85"),
	});
	fc.assert(
		fc.property(fc.tuple(word, word), word, word, ([first, second], out, value) => {
			const entry: Entry = { line: 7, urls: [first, second], out, headers: [["h", value]] };
			const lines = failedEntry(entry, outcome)
				.slice(0, -1)
				.split(/\r\n?|\n/);
			const entries = lines.filter((line) => !line.startsWith("#") && !line.startsWith(" "));
			assert(entries.length <= 1);
			if (entries.length === 0) assert(lines.every((line) => line.startsWith("#")));
		}),
	);
});

test("what failed is read again as it was listed", async () => {
	const listed: readonly Entry[] = [
		{ line: 1, urls: ["https://a/x", "https://b/x"], out: "my file.jpg", dir: "sub" },
		{ line: 2, urls: ["https://a/%20?q#f"] },
		{ line: 3, urls: ["no url at all"], checksums: ["sha-256=00"], headers: [["X-A", "a: b=c"]] },
	];
	const text = listed.map((entry) => failedEntry(entry, outcome)).join("");
	const chunks = async function* (): AsyncGenerator<Uint8Array> {
		yield Buffer.from(text);
	};
	const again: Entry[] = [];
	for await (const batch of readTextList(chunks(), { warn: (message) => assert.fail(message) })) again.push(...batch);
	assert.deepEqual(
		again.map((entry, index) => ({ ...entry, line: index + 1 })),
		listed,
	);
});
