/** Digest: the examples of RFC 7616 and RFC 2617, and what challenges are read as. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallenges } from "../../src/http/challenges.ts";
import { digestAuthorization, digestOf } from "../../src/http/digest.ts";

const mufasa = { user: "Mufasa", password: "Circle of Life" };
const rfc7616 = `realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;

type Example = {
	readonly name: string;
	readonly fields: readonly string[];
	readonly clientNonce: string;
	readonly password: string;
	readonly path: string;
	readonly expected: readonly string[];
};

const examples: readonly Example[] = [
	{
		name: "RFC 7616, 3.9.1: SHA-256 goes before MD5",
		fields: [`Digest ${rfc7616}, algorithm=MD5`, `Digest ${rfc7616}, algorithm=SHA-256`],
		clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
		password: "Circle of Life",
		path: "/dir/index.html",
		expected: [
			'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
			"algorithm=SHA-256",
			"qop=auth",
			"nc=00000001",
			'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
			'uri="/dir/index.html"',
		],
	},
	{
		name: "RFC 7616, 3.9.1: MD5",
		fields: [`Digest ${rfc7616}, algorithm=MD5`],
		clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
		password: "Circle of Life",
		path: "/dir/index.html",
		expected: ['response="8ca523f5e9506fed4657c9700eebdbec"', "algorithm=MD5"],
	},
	{
		name: "RFC 2617, 3.5: no algorithm is MD5",
		fields: [
			'Digest realm="testrealm@host.com",qop="auth,auth-int",nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",opaque="5ccc069c403ebaf9f0171e9517f40e41"',
		],
		clientNonce: "0a4f113b",
		password: "Circle Of Life",
		path: "/dir/index.html",
		expected: ['response="6629fae49393a05397450978507c4ef1"', 'cnonce="0a4f113b"'],
	},
];

for (const { name, fields, clientNonce, password, path, expected } of examples) {
	test(name, () => {
		const challenge = digestOf(parseChallenges(fields));
		assert.ok(challenge);
		const request = { method: "GET", path, count: 1 };
		const text = digestAuthorization(challenge, { ...mufasa, password }, request, clientNonce);
		assert.match(text, /^Digest username="Mufasa", /);
		for (const part of expected) assert.ok(text.split(", ").includes(part), `${part} in ${text}`);
	});
}

const challenges: readonly (readonly [field: string, expected: string])[] = [
	["", ""],
	["Basic", "basic"],
	['Basic realm="a, b=c"', "basic realm=a, b=c"],
	['Basic realm="a \\"b\\""', 'basic realm=a "b"'],
	['Digest realm="a", nonce=b, Basic realm="c"', "digest realm=a nonce=b|basic realm=c"],
	['Basic realm="c",Digest  nonce = "b" , stale=TRUE', "basic realm=c|digest nonce=b stale=TRUE"],
	["Negotiate, NTLM", "negotiate|ntlm"],
	["Negotiate YIICdg+/=, Basic realm=x", "negotiate|basic realm=x"],
	[", ,Basic ,, realm=x,", "basic realm=x"],
	['Digest nonce="a', "digest|nonce"],
	['"', ""],
];

for (const [field, expected] of challenges) {
	test(`the challenge ${JSON.stringify(field)}`, () => {
		const found = parseChallenges([field]).map(({ scheme, parameters }) =>
			[scheme, ...[...parameters].map(([name, value]) => `${name}=${value}`)].join(" "),
		);
		assert.equal(found.join("|"), expected);
	});
}

const unusable = [
	'Basic realm="a"',
	"Digest realm=a",
	"Digest realm=a, nonce=b, qop=auth-int",
	"Digest realm=a, nonce=b, algorithm=SHA-512-256",
];
for (const field of unusable) {
	test(`no answer to ${field}`, () => assert.equal(digestOf(parseChallenges([field])), undefined));
}

test("a long challenge of nothing takes no time", () => {
	for (const text of [" ", ",", "a ", 'a="', "a=", "Digest a", '\\"']) parseChallenges([text.repeat(30_000)]);
});
