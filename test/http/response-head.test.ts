/** Fields of response heads, as the bytes came. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { field, fields, fileFields } from "../../src/http/response-head.ts";

const head = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text, "latin1"));
const one = head("Content-Length", "12", "ETAG", '"a"', "etag", '"b"', "X-Name", "caf\xe9", "Date", "");

const cases = [
	{ name: "content-length", first: "12", all: ["12"] },
	{ name: "etag", first: '"a"', all: ['"a"', '"b"'] },
	{ name: "x-name", first: "caf\xe9", all: ["caf\xe9"] },
	{ name: "date", first: "", all: [""] },
	{ name: "content-lengtk", first: undefined, all: [] },
	{ name: "content", first: undefined, all: [] },
] as const;

for (const { name, first, all } of cases) {
	test(`${name}: ${first ?? "not there"}`, () => {
		assert.equal(field(one, name), first);
		assert.deepEqual(fields(one, name), all);
	});
}

test("a name without a value is no field", () => {
	assert.equal(field(head("etag"), "etag"), undefined);
	assert.deepEqual(fields(head("etag"), "etag"), []);
});

test("a field is found however its name is written, and only by its name", () => {
	const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
	fc.assert(
		fc.property(token, token, fc.infiniteStream(fc.boolean()), (name, other, capitals) => {
			const written = [...name].map((letter) => (capitals.next().value ? letter.toUpperCase() : letter)).join("");
			assert.equal(field(head(written, "here"), name), "here");
			if (other !== name) assert.equal(field(head(written, "here"), other), undefined);
		}),
	);
});

test("what every answer is asked for is found in one look, and the first of each counts", () => {
	const mixed = head(
		...["Content-Length", "12", "ETAG", '"a"', "etag", '"b"', "CONTENT-TYPE", "image/png", "Last-Modified", "then"],
		...["Content-Disposition", "attachment", "content-lengtx", "13", "Content-Length", "14", "etag"],
	);
	assert.deepEqual(fileFields(mixed), {
		contentLength: "12",
		etag: '"a"',
		lastModified: "then",
		contentDisposition: "attachment",
	});
	assert.deepEqual(fileFields(head("Server", "x", "Etagx", "y")), {});
});
