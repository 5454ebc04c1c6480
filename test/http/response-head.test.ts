/** Response heads: what is read, what is refused, and fields by their names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseHead, ResponseHead } from "../../src/http/response-head.ts";

function read(...lines: string[]): ResponseHead {
	const head = parseHead(["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n"));
	assert.ok(head instanceof ResponseHead, String(head));
	return head;
}

const accepted: readonly (readonly [name: string, text: string, found: Partial<ResponseHead>])[] = [
	["a reason", "HTTP/1.1 404 Not Found\r\n\r\n", { status: 404, minor: 1 }],
	["no reason", "HTTP/1.1 200\r\n\r\n", { status: 200 }],
	["an empty reason", "HTTP/1.0 200 \r\n\r\n", { status: 200, minor: 0 }],
	["LF alone", "HTTP/1.1 200 OK\nContent-Length: 5\nETag: x\n\n", { contentLength: 5, etag: "x" }],
	["a status beyond those that are known", "HTTP/1.1 999 ?\r\n\r\n", { status: 999 }],
	["a length twice", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", { contentLength: 5 }],
	["a length twice in one field", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", { contentLength: 5 }],
	["white space behind a value", "HTTP/1.1 200 OK\r\nContent-Length:  5 \t\r\n\r\n", { contentLength: 5 }],
	["white space before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n", { contentLength: 5 }],
	["a length of 21 digits", `HTTP/1.1 200 OK\r\nContent-Length: 1${"0".repeat(20)}\r\n\r\n`, { contentLength: 1e20 }],
	[
		"a folded line",
		"HTTP/1.1 200 OK\r\nContent-Disposition: attachment;\r\n\t filename=a\r\n\r\n",
		{ contentDisposition: "attachment; filename=a" },
	],
	["control bytes in a value", "HTTP/1.1 200 OK\r\nETag: a\x01b\x7f\r\n\r\n", { etag: "a\x01b\x7f" }],
	["a line without a colon", "HTTP/1.1 200 OK\r\nnothing\r\nETag: x\r\n\r\n", { etag: "x" }],
	["names in any case", "HTTP/1.1 200 OK\r\nETAG: x\r\ncontent-LENGTH: 1\r\n\r\n", { etag: "x", contentLength: 1 }],
	["the first of several values", "HTTP/1.1 200 OK\r\nETag: a\r\nETag: b\r\n\r\n", { etag: "a" }],
	[
		"codings in several fields",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
		{ transferEncoding: "gzip, chunked" },
	],
];

for (const [name, text, found] of accepted) {
	test(`${name}: read`, () => {
		const head = parseHead(text);
		assert.ok(head instanceof ResponseHead, String(head));
		for (const [key, value] of Object.entries(found)) assert.equal(Reflect.get(head, key), value);
	});
}

const refused: readonly (readonly [name: string, text: string, problem: RegExp])[] = [
	["no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", /no HTTP\/1 status line/],
	["another version", "HTTP/2.0 200 OK\r\n\r\n", /no HTTP\/1 status line/],
	["a status of two digits", "HTTP/1.1 99 OK\r\n\r\n", /no HTTP\/1 status line/],
	["a status below 100", "HTTP/1.1 099 OK\r\n\r\n", /no HTTP\/1 status line/],
	["a status of four digits", "HTTP/1.1 1000 OK\r\n\r\n", /no HTTP\/1 status line/],
	["an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", /no HTTP\/1 status line/],
	["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", /two different lengths/],
	["two lengths in one field", "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n", /two different lengths/],
	["a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", /no number: -1/],
	["a length with a sign", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", /no number/],
	["an empty length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", /no number/],
	["a length of hexadecimal digits", "HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n", /no number/],
	["a NUL byte", "HTTP/1.1 200 OK\r\nETag: a\0b\r\n\r\n", /NUL/],
];

for (const [name, text, problem] of refused) {
	test(`${name}: refused`, () => {
		const found = parseHead(text);
		assert.ok(typeof found === "string");
		assert.match(found, problem);
	});
}

test("all values of a field, as the bytes came", () => {
	const head = read("Set-Cookie: a=1", "X-Name: caf\xe9", "set-cookie: b=2", "Empty:");
	assert.deepEqual(head.fields("set-cookie"), ["a=1", "b=2"]);
	assert.equal(head.field("x-name"), "caf\xe9");
	assert.equal(head.field("empty"), "");
	assert.equal(head.field("x-nam"), undefined);
});

test("a field is found however its name is written, and only by its name", () => {
	const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((name) => name !== "content-length");
	fc.assert(
		fc.property(token, token, fc.infiniteStream(fc.boolean()), (name, other, capitals) => {
			const written = [...name].map((letter) => (capitals.next().value ? letter.toUpperCase() : letter)).join("");
			const head = read(`${written}: here`);
			assert.equal(head.field(name), "here");
			if (other !== name) assert.equal(head.field(other), undefined);
		}),
	);
});
