/** User names and passwords leave URLs, however odd the URL is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { publicMessage, publicText, publicUrl } from "../../src/core/public-url.ts";

const cases: readonly (readonly [listed: string, shown: string])[] = [
	["https://example.com/a", "https://example.com/a"],
	["https://user:secret@example.com/a?b#c", "https://example.com/a?b#c"],
	["https://user@example.com", "https://example.com"],
	["https://user:se@cret@example.com/", "https://example.com/"],
	["HTTP://user:secret@EXAMPLE.com:80/%41", "HTTP://EXAMPLE.com:80/%41"],
	["http:user:secret@example.com", "http:example.com"],
	["https:\\\\user:secret@example.com\\a", "https:\\\\example.com\\a"],
	["  https://user:secret@example.com/", "  https://example.com/"],
	["ht\ntps:/\t/user:secret@example.com/", "ht\ntps:/\t/example.com/"],
	["//user:secret@example.com/", "//example.com/"],
	["user:secret@example.com/a", "example.com/a"],
	["https://user:sec/ret@example.com/a", "https://example.com/a"],
	["https://user:secret@exa mple.com/", "https://exa mple.com/"],
	["ftp://user:secret@example.com/", "ftp://example.com/"],
	["https://example.com/@user/a@2x.png?mail=a@b", "https://example.com/@user/a@2x.png?mail=a@b"],
	["http:@/user:secret@example.com", "http:/example.com"],
	["user@http://user:secret@example.com", "http://example.com"],
	["https://example.com/~a@b", "https://example.com/~a@b"],
];

for (const [listed, shown] of cases) {
	test(`${JSON.stringify(listed)} is shown as ${JSON.stringify(shown)}`, () => assert.equal(publicUrl(listed), shown));
}

test("a URL that parses shows neither name nor password, and means the same otherwise", () => {
	fc.assert(
		fc.property(
			fc.string(),
			fc.string(),
			fc.webUrl({ withQueryParameters: true, withFragments: true }),
			(name, word, url) => {
				const listed = new URL(url);
				listed.username = name;
				listed.password = word;
				const shown = new URL(publicUrl(listed.href));
				assert.equal(shown.username + shown.password, "");
				assert.equal(shown.href, new URL(url).href);
			},
		),
	);
});

test("whatever the parser finds as user info is gone from any text", () => {
	const pieces = fc.constantFrom(
		"http",
		"s",
		":",
		"/",
		"\\",
		"@",
		"user",
		"#",
		"?",
		"\t",
		"\n",
		" ",
		"host",
		".",
		"[",
		"1",
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
			const shown = publicUrl(`http${parts.join("")}`);
			if (!URL.canParse(shown)) return;
			const { username, password } = new URL(shown);
			assert.equal(username + password, "");
		}),
		{ numRuns: 2000 },
	);
});

test("messages lose the user info of the URLs in them and keep the rest", () => {
	assert.equal(
		publicText("mail a@b: GET https://user:secret@example.com/a from <http://x:y@z/> failed"),
		"mail a@b: GET https://example.com/a from <http://z/> failed",
	);
});

const messages: readonly (readonly [message: string, shown: string])[] = [
	["a@://user:secret@host/ x", "a@://user:secret@host/ x"],
	["GET 1http://user:secret@host/", "GET 1http://host/"],
	["http://a@b@c/d@e http://u@h?x@y", "http://c/d@e http://h?x@y"],
	["http://user:p@http://user:q@host/", "http://http://host/"],
	["no@url", "no@url"],
	["ends in http://user:secret@", "ends in http://"],
];
for (const [message, shown] of messages) {
	test(`${JSON.stringify(message)} is told as ${JSON.stringify(shown)}`, () =>
		assert.equal(publicText(message), shown));
}

test("a message shows long words without their middle, and is never long itself", () => {
	const host = "a.".repeat(30_000);
	const shown = publicMessage(
		`https://user:secret@${host}/start redirects to https://b.example/${"x".repeat(9000)}.zip`,
	);
	assert.match(shown, /^https:\/\/a\.a\.[a.]+…[a.]+\/start redirects to https:\/\/b\.example\/x+…x+\.zip$/);
	assert(shown.length < 650);
	assert(publicMessage("word ".repeat(10_000)).length <= 2000);
	assert.equal(publicMessage("short and left alone"), "short and left alone");
	for (const start of ["", "a"]) assert(!/\p{Surrogate}/u.test(publicMessage(start + "😀".repeat(500))));
});
