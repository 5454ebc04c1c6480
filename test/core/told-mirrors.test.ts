/** Mirrors that servers tell of: the Link field as RFC 8288 has it, and what of it is taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseLinks } from "../../src/core/link-field.ts";
import { readToldMirrors } from "../../src/core/told-mirrors.ts";

const base64 = Buffer.alloc(32, 1).toString("base64");
const hex = Buffer.alloc(32, 1).toString("hex");

type Case = { readonly link: string; readonly from?: string; readonly urls: readonly string[] };
const cases: readonly Case[] = [
	{ link: "<http://b.example/f>; rel=duplicate", urls: ["http://b.example/f"] },
	{
		link: '<http://b.example/f>; rel=duplicate; pri=2; geo=de, <http://c.example/f>; rel="duplicate"; pri=1',
		urls: ["http://c.example/f", "http://b.example/f"],
	},
	{
		link: "<http://b.example/f>; rel=duplicate, <http://c.example/f>; rel=duplicate; pri=9",
		urls: ["http://c.example/f", "http://b.example/f"],
	},
	{ link: '<http://b.example/f>;REL="describedby  Duplicate"', urls: ["http://b.example/f"] },
	{ link: "</g?a,b;c>; rel=duplicate", urls: ["http://a.example/g?a,b;c"] },
	{ link: '<http://b.example/f>; title="a, <x>; rel=\\"z\\""; rel=duplicate', urls: ["http://b.example/f"] },
	{ link: "<http://b.example/f>; rel=duplicate; rel=next", urls: ["http://b.example/f"] },
	{ link: "<http://b.example/f>; rel=duplicate, <http://b.example/f#x>; rel=duplicate", urls: ["http://b.example/f"] },
	{
		link: "<http://b.example/f>; rel=duplicate nonsense <http://c.example/f>; rel=duplicate",
		urls: ["http://b.example/f"],
	},
	{ link: "<http://b.example/f.meta4>; rel=describedby; type=x", urls: [] },
	{ link: "<http://b.example/f>; rev=duplicate", urls: [] },
	{ link: "http://b.example/f; rel=duplicate", urls: [] },
	{ link: "<ftp://b.example/f>; rel=duplicate, <file:///etc/passwd>; rel=duplicate", urls: [] },
	{ link: "<http://me:secret@b.example/f>; rel=duplicate", urls: [] },
	{
		link: "<http://b.example/f>; rel=duplicate, <https://c.example/f>; rel=duplicate",
		from: "https://a.example/f",
		urls: ["https://c.example/f"],
	},
];
for (const { link, from = "http://a.example/f", urls } of cases) {
	test(`${link} from ${from}: ${urls.length}`, () => {
		const told = readToldMirrors({ link, reprDigest: undefined, digest: undefined }, from);
		assert.deepEqual(told?.urls ?? [], urls);
	});
}

test("digests of both fields are taken, weak ones are not", () => {
	const link = "<http://b.example/f>; rel=duplicate";
	const read = (reprDigest?: string, digest?: string): unknown =>
		readToldMirrors({ link, reprDigest, digest }, "http://a.example/f")?.checksums;
	assert.deepEqual(read(undefined, `SHA-256=${base64}, MD5=AAAAAAAAAAAAAAAAAAAAAA==`), [{ algorithm: "sha256", hex }]);
	assert.deepEqual(read(`sha-256=:${base64}:`), [{ algorithm: "sha256", hex }]);
	assert.deepEqual(read(undefined, "SHA-256=AAAA, sha-512="), []);
});

test("links come back as they were written", () => {
	const token = fc.stringMatching(/^[a-z]{1,8}$/);
	const link = fc.record({ target: fc.webUrl(), name: token, value: fc.string() });
	fc.assert(
		fc.property(fc.array(link, { minLength: 1, maxLength: 5 }), (links) => {
			const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
			const text = links.map(({ target, name, value }) => `<${target}> ; ${name}=${quote(value)}`).join(" , ");
			assert.deepEqual(
				parseLinks(text).map(({ target, parameters }) => [target, ...parameters]),
				links.map(({ target, name, value }) => [target, [name, value]]),
			);
		}),
	);
});

const described: readonly (readonly [string, { readonly url: string; readonly isOwn: boolean } | undefined])[] = [
	['</f.meta4>; rel=describedby; type="application/metalink4+xml"', { url: "http://a.example/f.meta4", isOwn: true }],
	["</f?a=.b>; rel=describedby; type=application/metalink+xml", { url: "http://a.example/f?a=.b", isOwn: true }],
	["</f.metalink?x>; rel=describedby", { url: "http://a.example/f.metalink?x", isOwn: true }],
	["<https://a.example/f.meta4>; rel=describedby", { url: "https://a.example/f.meta4", isOwn: false }],
	["<http://b.example/f.meta4>; rel=describedby", { url: "http://b.example/f.meta4", isOwn: false }],
	["</f.pdf>; rel=describedby, </f.meta4>; rel=describedby", { url: "http://a.example/f.meta4", isOwn: true }],
	["</f.meta4>; rel=describedby; type=text/html", undefined],
	["<ftp://a.example/f.meta4>; rel=describedby", undefined],
	["</f.meta4>; rel=alternate", undefined],
];
for (const [link, description] of described) {
	test(`a Metalink of ${link}: ${description?.url}`, () => {
		const told = readToldMirrors({ link, reprDigest: undefined, digest: undefined }, "http://a.example/f");
		assert.deepEqual(told?.description, description);
	});
}
