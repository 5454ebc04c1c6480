/** The file .netrc: its words, quotes, comments and macros, and what is wrong with one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type NetrcEntry, parseNetrc } from "../../src/core/netrc.ts";

const a = { machine: "a.test", login: "me", password: "pass" };
const cases: readonly (readonly [name: string, text: string, expected: readonly NetrcEntry[] | RegExp])[] = [
	["nothing", "", []],
	["one line", "machine a.test login me password pass", [a]],
	["many lines", "machine\n\ta.test\r\nlogin me\n  password\tpass\n", [a]],
	["an upper-case host", "machine A.Test login me password pass", [a]],
	["a byte order mark", "\ufeffmachine a.test login me password pass", [a]],
	[
		"two, and default",
		"machine a.test login me password pass machine b default login x password y",
		[a, { machine: "b" }, { login: "x", password: "y" }],
	],
	[
		"quotes",
		'machine a.test login "m e" password "p\\"a\\\\s\\ns#"',
		[{ machine: "a.test", login: "m e", password: 'p"a\\s\ns#' }],
	],
	["an empty quote", 'machine a.test login me password ""', [{ ...a, password: "" }]],
	["comments", "# machine x login y\nmachine a.test # login\nlogin me password pass # machine b\n", [a]],
	["keywords in upper case", "MACHINE a.test LOGIN me Password pass DEFAULT", [a, {}]],
	["comments of whole lines", "# machine x\n  # y\nmachine a.test login me password pass\n#z", [a]],
	["a password with a hash", "machine a.test login me password #pass", [{ ...a, password: "#pass" }]],
	[
		"words as values",
		"machine login login password password machine",
		[{ machine: "login", login: "password", password: "machine" }],
	],
	["account", "machine a.test login me account x password pass", [a]],
	[
		"a macro",
		"machine a.test login me password pass\nmacdef init\nmachine x login y\nquit\n\nmachine b login c",
		[a, { machine: "b", login: "c" }],
	],
	["a macro to the end", "machine a.test login me password pass macdef x\nmachine y", [a]],
	["a quote without an end", 'machine a.test\nlogin me password "pass\n', /ends within a quote, in line 2/],
	["an end after a word", "machine a.test login", /ends after login/],
	["a login of nobody", "login me", /login before any machine/],
	["rubbish", "\u0000\u0001\u0002 x", /no word such as machine/],
	["words that nobody knows alone", "user me", /no word such as machine/],
];

for (const [name, text, expected] of cases) {
	test(`netrc with ${name}`, () => {
		const found = parseNetrc(text);
		if (expected instanceof RegExp) assert.match(String(found), expected);
		else assert.deepEqual(found, { entries: expected, odd: [] });
	});
}

test("words that nobody knows are passed over, as curl and wget do, and their lines are told", () => {
	const text = "junk\nmachine a.test port 80 login me\npassword pass word\n\nmachine b login c";
	assert.deepEqual(parseNetrc(text), { entries: [a, { machine: "b", login: "c" }], odd: [1, 2, 3] });
});

test("whatever a user name and password are, they can be quoted", () => {
	fc.assert(
		fc.property(fc.string(), fc.string(), (login, password) => {
			const quote = (text: string): string =>
				`"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;
			const text = `machine a.test login ${quote(login)} password ${quote(password)}`;
			assert.deepEqual(parseNetrc(text), { entries: [{ machine: "a.test", login, password }], odd: [] });
		}),
	);
});
