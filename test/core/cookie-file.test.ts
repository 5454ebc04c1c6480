/** Cookie files in Netscape's format: what is read, what is passed over, and that what is written can be read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatCookieFile, parseCookieFile, type StoredCookie } from "../../src/core/cookie-file.ts";

const plain: StoredCookie = {
	...{ domain: "example.org", withSubdomains: false, path: "/", secure: false, httpOnly: false },
	...{ expires: 0, name: "a", value: "b" },
};
const cases: readonly (readonly [name: string, line: string, expected: StoredCookie | "passed over" | "bad"])[] = [
	["one of the session", "example.org\tFALSE\t/\tFALSE\t0\ta\tb", plain],
	["one for subdomains", ".example.org\tTRUE\t/\tFALSE\t0\ta\tb", { ...plain, withSubdomains: true }],
	["small letters", "Example.ORG\tfalse\t/\tfalse\t0\ta\tb", plain],
	[
		"a secure one that lasts",
		"example.org\tFALSE\t/x\tTRUE\t2000000000\ta\tb",
		{
			...plain,
			path: "/x",
			secure: true,
			expires: 2e9,
		},
	],
	["HttpOnly", "#HttpOnly_.example.org\tTRUE\t/\tFALSE\t0\ta\tb", { ...plain, withSubdomains: true, httpOnly: true }],
	["no value", "example.org\tFALSE\t/\tFALSE\t0\ta", { ...plain, value: "" }],
	["an empty value", "example.org\tFALSE\t/\tFALSE\t0\ta\t", { ...plain, value: "" }],
	["a value with =", "example.org\tFALSE\t/\tFALSE\t0\ta\tb=c; d", { ...plain, value: "b=c; d" }],
	[
		"bytes beyond ASCII",
		"example.org\tFALSE\t/\tFALSE\t0\t\u00fc\t\u00c3\u00bc\u00ff",
		{ ...plain, name: "\u00fc", value: "\u00c3\u00bc\u00ff" },
	],
	[
		"a host in UTF-8",
		"b\u00c3\u00bccher.example\tFALSE\t/\tFALSE\t0\ta\tb",
		{ ...plain, domain: "b\u00fccher.example" },
	],
	["a byte order mark", "\u00ef\u00bb\u00bfexample.org\tFALSE\t/\tFALSE\t0\ta\tb", plain],
	["a fraction of a second", "example.org\tFALSE\t/\tFALSE\t12.7\ta\tb", { ...plain, expires: 12 }],
	["a comment", "# Netscape HTTP Cookie File", "passed over"],
	["nothing", "", "passed over"],
	["white space", "  \t ", "passed over"],
	["spaces for tabs", "example.org FALSE / FALSE 0 a b", "bad"],
	["no flag", "example.org\tMAYBE\t/\tFALSE\t0\ta\tb", "bad"],
	["no time", "example.org\tFALSE\t/\tFALSE\tsoon\ta\tb", "bad"],
	["no domain", "\tFALSE\t/\tFALSE\t0\ta\tb", "bad"],
	["a NUL", "example.org\tFALSE\t/\tFALSE\t0\ta\tb\u0000", "bad"],
	["JSON", '[{"domain": "example.org"}]', "bad"],
];

for (const [name, line, expected] of cases) {
	test(`a line with ${name}`, () => {
		const { cookies, bad } = parseCookieFile(`${line}\r\n# end\n`);
		assert.deepEqual(cookies, typeof expected === "string" ? [] : [expected]);
		assert.deepEqual(bad, expected === "bad" ? [1] : []);
	});
}

test("what is written is read as it was", () => {
	const word = fc.stringMatching(/^[a-z0-9!-]{1,12}$/);
	const fields = {
		...{ domain: word, withSubdomains: fc.boolean(), path: word.map((text) => `/${text}`), secure: fc.boolean() },
		...{ httpOnly: fc.boolean(), expires: fc.nat(), name: word, value: word },
	};
	const cookie = fc.record(fields, { noNullPrototype: true });
	fc.assert(
		fc.property(fc.array(cookie), (cookies) => {
			assert.deepEqual(parseCookieFile(formatCookieFile(cookies)), { cookies, bad: [] });
		}),
	);
});
