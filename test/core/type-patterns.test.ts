/** Patterns of media types, and pages told from other bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isBinaryName } from "../../src/core/binary-names.ts";
import { isHtml, isText, titleOf } from "../../src/core/html.ts";
import { essenceOf, isVague, isWanted, parseTypePatterns } from "../../src/core/type-patterns.ts";

test("patterns are read, or refused", () => {
	assert.deepEqual(parseTypePatterns("image/*, Application/PDF"), ["image/*", "application/pdf"]);
	assert.deepEqual(parseTypePatterns("*/*"), ["*/*"]);
	for (const bad of ["", "image", "image/", "/png", "a/b,", "a b/c", "a/b;q=1", "a/b/c", "*/****"]) {
		assert.equal(parseTypePatterns(bad), undefined, bad);
	}
});

test("a type is wanted where a pattern fits it as a whole", () => {
	const cases: readonly (readonly [string, string, boolean])[] = [
		["image/*", "image/svg+xml", true],
		["image/*", "application/image/x", false],
		["application/*+json", "application/ld+json", true],
		["application/*+json", "application/json", false],
		["text/plain", "text/plainer", false],
		["application/vnd.ms-excel", "application/vndxms-excel", false],
		["application/x-gzip", "application/gzip", true],
		["image/jpg", "image/jpeg", true],
	];
	for (const [pattern, type, expected] of cases) {
		assert.equal(isWanted(parseTypePatterns(pattern) ?? [], essenceOf(type)), expected, `${pattern} ${type}`);
	}
});

test("parameters and case are no part of a type, and some types say nothing", () => {
	assert.equal(essenceOf(" Text/HTML ; charset=x"), "text/html");
	assert.equal(essenceOf(undefined), "");
	for (const type of ["", "application/octet-stream", "Binary/Octet-Stream; x"])
		assert.ok(isVague(essenceOf(type)), type);
	assert.ok(!isVague("text/plain"));
});

test("pages are told from what is none", () => {
	const pages = [
		"<!doctype html>",
		"\ufeff <HTML lang=x>",
		"<!-- a --><!-- b -->\n<head>",
		'<?xml version="1.0"?><html >',
	];
	for (const page of pages) assert.ok(isHtml(Buffer.from(page)), page);
	for (const other of ["", "text <html>", "<svg>", "<htmlx>", "<!-- never ends", "%PDF"])
		assert.ok(!isHtml(Buffer.from(other)), other);
});

test("a beginning that is made to be slow is not", () => {
	const started = performance.now();
	for (const hostile of ["<!-->".repeat(2000), "<!---->".repeat(1200), " ".repeat(8000), "<?xml ".repeat(1500)]) {
		isHtml(Buffer.from(hostile));
		titleOf(Buffer.from(`<title ${hostile}`));
	}
	assert.ok(performance.now() - started < 5000);
});

test("titles are one line of text", () => {
	const cases: readonly (readonly [string, string | undefined])[] = [
		["<html><title>Log in</title>", "Log in"],
		["<TITLE id=x>\n a &lt;b&gt; &amp; c\t</TITLE>", "a <b> & c"],
		["<title></title>", undefined],
		["<titles>a</titles>", undefined],
		["none", undefined],
	];
	for (const [page, title] of cases) assert.equal(titleOf(Buffer.from(page)), title, page);
	assert.equal(titleOf(Buffer.from(`<title>${"x".repeat(300)}`))?.length, 100);
});

test("text and names", () => {
	assert.ok(isText(Buffer.from("a\tb\r\n\u00e9")));
	assert.ok(!isText(Buffer.from([65, 0, 66])));
	for (const name of ["a.zip", "A.TAR.GZ", "x.nc"]) assert.ok(isBinaryName(name), name);
	for (const name of ["zip", "a.html", "a.txt", "a"]) assert.ok(!isBinaryName(name), name);
});
