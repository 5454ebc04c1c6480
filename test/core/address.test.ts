/** Addresses against URL objects: the same pieces, whatever the URL. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressOf, pathnameOf } from "../../src/core/address.ts";

function check(text: string): void {
	const url = new URL(text);
	url.hash = "";
	const address = addressOf(url.href);
	assert.deepEqual(
		{ ...address, pathname: pathnameOf(address) },
		{
			href: url.href,
			origin: url.origin,
			host: url.host,
			// An empty query is one all the same.
			path: `${url.pathname}${url.search === "" && url.href.endsWith("?") ? "?" : url.search}`,
			hasCredentials: url.username !== "" || url.password !== "",
			pathname: url.pathname,
		},
		text,
	);
}

const cases = [
	"http://example.org",
	"https://example.org:8443/a/b?c=d#e",
	"http://[::1]:80/a@b",
	"http://user@example.org/",
	"http://:secret@example.org:81?x=@/y",
	"http://us@er:p%2fw@example.org/",
	"http://@example.org/@",
	"https://bücher.example/ü?ü",
	"http://example.org/a://b/c",
	"http://example.org/?",
	"http://example.org/??",
];
for (const text of cases) test(text, () => check(text));

test("any URL", () => {
	const user = fc.option(fc.string({ maxLength: 5 }).map(encodeURIComponent), { nil: "" });
	const urls = fc
		.tuple(
			fc.constantFrom("http", "https"),
			user,
			user,
			fc.webAuthority({ withPort: true, withIPv6: true }),
			fc.string(),
		)
		.map(([scheme, name, password, host, rest]) => `${scheme}://${name}:${password}@${host}/${rest}`)
		.filter((text) => URL.canParse(text));
	fc.assert(fc.property(urls, check), { numRuns: 500 });
});
