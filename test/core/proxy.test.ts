/** Proxies: what names one, and which origins go past it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createProxyChoice } from "../../src/core/choose-proxy.ts";
import { type Environment, parseProxy, readProxies } from "../../src/core/proxy.ts";

const me = { user: "me", password: "pass" };
const named: readonly (readonly [text: string, expected: ReturnType<typeof parseProxy> | RegExp])[] = [
	["http://p.example:3128", { kind: "http", hostname: "p.example", port: 3128 }],
	["p.example:3128", { kind: "http", hostname: "p.example", port: 3128 }],
	["p.example", { kind: "http", hostname: "p.example", port: 80 }],
	["http://p.example:80/", { kind: "http", hostname: "p.example", port: 80 }],
	["HTTPS://P.Example", { kind: "https", hostname: "p.example", port: 443 }],
	["https://p.example:80", { kind: "https", hostname: "p.example", port: 80 }],
	["socks5://10.0.0.1", { kind: "socks5", hostname: "10.0.0.1", port: 1080 }],
	["socks5h://p.example:443", { kind: "socks5h", hostname: "p.example", port: 443 }],
	["http://[::1]:8080", { kind: "http", hostname: "[::1]", port: 8080 }],
	["[::1]", { kind: "http", hostname: "[::1]", port: 80 }],
	["me:pass@p.example:1", { kind: "http", hostname: "p.example", port: 1, credentials: me }],
	[
		"http://m%65:p%40%3As%2Fs@p.example:1",
		{ kind: "http", hostname: "p.example", port: 1, credentials: { user: "me", password: "p@:s/s" } },
	],
	["http://me@p.example", { kind: "http", hostname: "p.example", port: 80, credentials: { user: "me", password: "" } }],
	["ftp://p.example", /kind that is known/],
	["socks4://p.example", /kind that is known/],
	["http://", /no URL/],
	["http://a b", /no URL/],
	["p.example:99999", /no URL/],
	["p.example:0", /port 0/],
	[`socks5://${"u".repeat(256)}:p@p.example`, /255 bytes/],
];

for (const [text, expected] of named) {
	test(`the proxy ${text.slice(0, 60)}`, () => {
		const found = parseProxy(text);
		if (expected instanceof RegExp) assert.match(String(found), expected);
		else assert.deepEqual(found, expected);
	});
}

const environments: readonly {
	readonly name: string;
	readonly given?: string;
	readonly env: Environment;
	/** The proxies of http and https by their host names. */
	readonly expected: readonly [http: string | undefined, https: string | undefined];
}[] = [
	{ name: "nothing", env: {}, expected: [undefined, undefined] },
	{ name: "one for each", env: { http_proxy: "h", https_proxy: "s" }, expected: ["h", "s"] },
	{ name: "upper case", env: { HTTP_PROXY: "h", HTTPS_PROXY: "s" }, expected: ["h", "s"] },
	{ name: "lower case first", env: { http_proxy: "a", HTTP_PROXY: "b" }, expected: ["a", undefined] },
	{ name: "all", env: { all_proxy: "a" }, expected: ["a", "a"] },
	{ name: "all, and one for http", env: { ALL_PROXY: "a", http_proxy: "h" }, expected: ["h", "a"] },
	{
		name: "a kind that nobody needs",
		env: { http_proxy: "h", https_proxy: "s", ALL_PROXY: "socks://a" },
		expected: ["h", "s"],
	},
	{ name: "empty is not set", env: { http_proxy: "", HTTP_PROXY: "h" }, expected: ["h", undefined] },
	{ name: "CGI", env: { HTTP_PROXY: "evil", HTTPS_PROXY: "s", REQUEST_METHOD: "GET" }, expected: [undefined, "s"] },
	{ name: "CGI, lower case", env: { http_proxy: "h", REQUEST_METHOD: "GET" }, expected: ["h", undefined] },
	{ name: "--proxy goes before them", given: "g", env: { http_proxy: "h", all_proxy: "a" }, expected: ["g", "g"] },
];

for (const { name, given, env, expected } of environments) {
	test(`proxies of the environment: ${name}`, () => {
		const found = readProxies(given, env);
		assert.deepEqual([found?.http?.hostname, found?.https?.hostname], expected);
	});
}

test("what names no proxy is refused with its source, and without its password", () => {
	const refused: readonly (readonly [given: string | undefined, env: Environment, source: RegExp])[] = [
		["ftp://me:s3cret@p", {}, /^--proxy: "p"/],
		[undefined, { https_proxy: "gopher://me:s3cret@p" }, /^https_proxy: "p"/],
		[undefined, { ALL_PROXY: "http://me:s3cret@p:0" }, /^ALL_PROXY: "p:0" names port 0/],
	];
	for (const [given, env, source] of refused) {
		assert.throws(
			() => readProxies(given, env),
			({ message }: Error) => source.test(message) && !message.includes("s3cret"),
		);
	}
});

type Past = readonly [noProxy: string, origin: string, isDirect: boolean];
const past: readonly Past[] = [
	["", "http://example.org", false],
	["*", "http://example.org", true],
	["example.org", "http://example.org", true],
	["example.org", "https://example.org", true],
	["example.org", "http://www.example.org", true],
	["example.org", "http://notexample.org", false],
	["example.org", "http://example.org.evil.test", false],
	[".example.org", "http://example.org", true],
	[".example.org", "http://a.b.example.org", true],
	["*.example.org", "http://a.example.org", true],
	["EXAMPLE.org.", "http://Example.ORG", true],
	["example.org", "http://example.org.:8080", true],
	["a.test example.org,b.test", "http://example.org", true],
	["example.org:8080", "http://example.org:8080", true],
	["example.org:8080", "http://example.org", false],
	["example.org:80", "http://example.org", true],
	["example.org:443", "https://www.example.org", true],
	["10.0.0.1", "http://10.0.0.1", true],
	["10.0.0.1", "http://10.0.0.10", false],
	["0.0.1", "http://10.0.0.1", false],
	["10.0.0.1:81", "http://10.0.0.1:81", true],
	["10.0.0.1:81", "http://10.0.0.1:82", false],
	["10.0.0.0/8", "http://10.255.0.1", true],
	["10.0.0.0/8", "http://11.0.0.1", false],
	["10.0.0.0/8", "http://10.example.org", false],
	["10.1.2.3/8", "http://10.9.9.9", true],
	["10.0.0.0/33", "http://10.0.0.1", false],
	["::1", "http://[::1]", true],
	["[::1]", "http://[0:0::1]:99", true],
	["[::1]:80", "http://[::1]", true],
	["[::1]:81", "http://[::1]", false],
	["fe80::/10", "http://[fe80::1]", true],
	["2001:db8::/32", "http://[2001:db9::1]", false],
	["10.0.0.0/8", "http://[::ffff:10.0.0.1]", true],
	["localhost", "http://localhost:3000", true],
	["localhost", "http://127.0.0.1", false],
	["127.0.0.0/8", "http://localhost", false],
	["", "http://127.0.0.1", false],
	[",, ,.", "http://example.org", false],
];

for (const [noProxy, origin, isDirect] of past) {
	test(`no_proxy=${noProxy}: ${origin} goes ${isDirect ? "past" : "through"} the proxy`, () => {
		for (const [given, env] of [
			["p", { no_proxy: noProxy }],
			[undefined, { all_proxy: "p", NO_PROXY: noProxy }],
		] as const) {
			const settings = readProxies(given, env);
			assert.ok(settings);
			assert.equal(createProxyChoice(settings)(new URL(origin).origin)?.hostname, isDirect ? undefined : "p");
		}
	});
}
