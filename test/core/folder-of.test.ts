/** The folder of a URL's file, with each layout. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { folderOf } from "../../src/core/naming.ts";

test("the folder of a URL follows the layout", () => {
	const cases: readonly [string, string, string][] = [
		["http://Example.com/a/b.jpg", "example.com", "example.com/a"],
		["http://example.com:8080/a//b/c", "example.com+8080", "example.com+8080/a/b"],
		["https://example.com:443/x", "example.com", "example.com"],
		["http://[::1]:80/x/y", "__1", "__1/x"],
		["http://h/.git/%2e%2E%2fx/con/f", "h", "h/_git/___x/_con"],
		["http://h/a%20/caf%C3%A9/", "h", "h/a/café"],
	];
	for (const [url, host, path] of cases) {
		assert.equal(folderOf(new URL(url), "flat"), "");
		assert.equal(folderOf(new URL(url), "host"), host);
		assert.equal(folderOf(new URL(url), "path"), path);
	}
	const deep = folderOf(new URL(`http://h/${"d/".repeat(5000)}f`), "path");
	assert.equal(deep.split("/").length, 101);
	assert.ok(Buffer.byteLength(folderOf(new URL(`http://h/${`${"x".repeat(200)}/`.repeat(50)}f`), "path")) <= 2000);
});
