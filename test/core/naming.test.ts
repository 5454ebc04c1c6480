/** Names of files and folders: from URLs and headers, and made safe whatever the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import mime from "mime";
import {
	maxNameBytes,
	nameFromContentDisposition,
	nameFromPath,
	numberedName,
	safeFolderPath,
	safeName,
	safeOutPath,
	withExtension,
} from "../../src/core/naming.ts";

/** Any string of UTF-16, rich in what is dangerous. */
const anyText = fc
	.array(
		fc.oneof(
			fc.string({ unit: "binary" }),
			fc.string({ unit: "grapheme" }),
			fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
			fc.constantFrom(
				"..",
				".",
				"/",
				"\\",
				" ",
				"\0",
				"CON",
				"com1",
				"LPT²",
				".downspout",
				":",
				"\u202e",
				"\u0301",
				"👩‍🚀",
			),
			fc.constantFrom("x", "é", "€", "👩‍🚀", "a\u0301", "\u0301", ".", " ").map((piece) => piece.repeat(260)),
			fc.constantFrom(".jpg", ".tar.gz", ".", "C:\\", "//", "../", "con."),
		),
		{ maxLength: 8 },
	)
	.map((pieces) => pieces.join(""));

const forbidden = /[\u0000-\u001f\u007f-\u009f/\\<>:"|?*]|\p{Surrogate}|^\s|[\s.]$/u;
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i;

function assertSafe(name: string): void {
	assert.ok(name !== "" && !forbidden.test(name) && !device.test(name), JSON.stringify(name));
	assert.ok(Buffer.byteLength(name) <= maxNameBytes, `${Buffer.byteLength(name)} bytes`);
	assert.equal(name.normalize("NFC"), name);
}

test("the name of a URL is the last segment of its path, decoded", () => {
	const cases: readonly [string, string][] = [
		["http://h/a/photo.jpg?size=2#top", "photo.jpg"],
		["http://h", "index.html"],
		["http://h/dir/", "index.html"],
		["http://h/?file=a.jpg", "index.html"],
		["http://h/a%20b%C3%A9.txt", "a bé.txt"],
		["http://h/%E2%82%AC%F0%9F%91%8D", "€👍"],
		["http://h/100%.txt", "100%.txt"],
		["http://h/caf%E9.txt", "caf%E9.txt"],
		["http://h/%C3%28%zz%41", "%C3(%zzA"],
		["http://h/%2e%2e%2fetc", "../etc"],
	];
	for (const [url, name] of cases) assert.equal(nameFromPath(new URL(url).pathname), name, url);
});

test("the name of a Content-Disposition header", () => {
	const cases: readonly [string, string | undefined][] = [
		['attachment; filename="photo.jpg"', "photo.jpg"],
		["attachment; filename=photo.jpg", "photo.jpg"],
		["inline; FileName = photo.jpg ; x=y", "photo.jpg"],
		["attachment; filename=my photo.jpg", "my photo.jpg"],
		["attachment; filename=\"a.txt\"; filename*=UTF-8''%e2%82%ac.txt", "€.txt"],
		["attachment; filename*=UTF-8''%e2%82%ac.txt; filename=a.txt", "€.txt"],
		["attachment; filename*=iso-8859-1'en'%A3%C3%A9.txt", "£Ã©.txt"],
		["attachment; filename=a.txt; filename*=UTF-8''%ff.txt", "a.txt"],
		["attachment; filename=a.txt; filename*=koi8-r''%c1.txt", "a.txt"],
		['attachment; filename="\xc3\xa9\xe2\x82\xac.txt"', "é€.txt"],
		['attachment; filename="caf\xe9.txt"', "café.txt"],
		['attachment; filename="say \\"hi\\".txt"', 'say "hi".txt'],
		['attachment; filename="C:\\dir\\file.txt"', "file.txt"],
		['attachment; filename="..\\..\\evil.txt"', "evil.txt"],
		['attachment; filename="..\\\\..\\\\evil.txt"', "evil.txt"],
		['attachment; filename="../../evil.txt"', "evil.txt"],
		["attachment; filename*=UTF-8''..%2F..%5Cevil.txt", "evil.txt"],
		['attachment; filename="/etc/"', "etc"],
		['attachment; filename=".."', undefined],
		['attachment; filename=""', undefined],
		["attachment; filename=", undefined],
		["attachment", undefined],
		["", undefined],
		['attachment; filename="never closed.txt', "never closed.txt"],
		["filename=no-type.txt", "no-type.txt"],
		['attachment; note="; filename=inside"', undefined],
		["attachment;filename=a;filename=b", "a"],
	];
	for (const [header, name] of cases) assert.equal(nameFromContentDisposition(header), name, header);
	const latin1 = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
	fc.assert(
		fc.property(
			fc.constantFrom("", "attachment; filename=", 'attachment; filename="', "a;filename*="),
			latin1,
			(start, end) => assert.doesNotMatch(nameFromContentDisposition(start + end) ?? "x", /[/\\]|^\.{0,2}$/),
		),
	);
});

test("a name is made safe", () => {
	const cases: readonly [string, string][] = [
		["photo.jpg", "photo.jpg"],
		["Ünïcode — ok.txt", "Ünïcode — ok.txt"],
		["a/b\\c", "a_b_c"],
		["../../etc/passwd", "___.._etc_passwd"],
		["a\u0000b\r\nc\u0085\u007f.txt", "abc.txt"],
		["  spaces . . ", "spaces"],
		[".bashrc", "_bashrc"],
		["..", "__"],
		['<a>:"b|c?d*.txt', "_a___b_c_d_.txt"],
		["CON", "_CON"],
		["con.txt", "_con.txt"],
		["Com1.tar.gz", "_Com1.tar.gz"],
		["LPT².log", "_LPT².log"],
		["nul .txt", "_nul .txt"],
		["console.txt", "console.txt"],
		["e\u0301.txt", "é.txt"],
		["\ud800x\udc00", "\ufffdx\ufffd"],
		["photo\u202egpj.exe", "photogpj.exe"],
		["", "_"],
		[" . ", "_"],
		["\0", "_"],
	];
	for (const [name, safe] of cases) assert.equal(safeName(name, { fromOut: false }), safe, JSON.stringify(name));
	assert.equal(safeName(".bashrc", { fromOut: true }), ".bashrc");
	assert.equal(safeName("..", { fromOut: true }), "_");
});

test("a name that is too long is cut before its extension and between characters", () => {
	const cases: readonly [string, string][] = [
		[`${"x".repeat(300)}.jpg`, `${"x".repeat(251)}.jpg`],
		[`${"x".repeat(3000)}.tar.gz`, `${"x".repeat(248)}.tar.gz`],
		["x".repeat(256), "x".repeat(255)],
		["x".repeat(255), "x".repeat(255)],
		[`${"é".repeat(200)}.png`, `${"é".repeat(125)}.png`],
		[`${"👩‍🚀".repeat(60)}.png`, `${"👩‍🚀".repeat(22)}.png`],
		[`x.${"y".repeat(300)}`, `x.${"y".repeat(253)}`],
		[`${"x".repeat(250)}     y.txt`, `${"x".repeat(250)}.txt`],
		[`z${"\u0316".repeat(300)}.txt`, `z${"\u0316".repeat(125)}.txt`],
	];
	for (const [name, safe] of cases) assert.equal(safeName(name, { fromOut: false }), safe);
	assert.equal(safeName(`CON${"👩‍🚀".repeat(30)}`, { fromOut: false }).slice(0, 3), "CON");
	assertSafe(safeName(`CON\u200d${"\u0316".repeat(300)}.txt`, { fromOut: false }));
});

test("no text whatever makes an unsafe name, and a safe name stays", () => {
	fc.assert(
		fc.property(anyText, fc.boolean(), (text, fromOut) => {
			const name = safeName(text, { fromOut });
			assertSafe(name);
			assert.ok(fromOut || !name.startsWith("."));
			assert.equal(safeName(name, { fromOut }), name);
		}),
		{ numRuns: 2000 },
	);
});

test("a name of a megabyte is made safe in one pass", () => {
	for (const piece of ["x", ".", " ", " .x", "\0", "\u0316", "con."]) {
		assertSafe(safeName(piece.repeat(1_000_000 / piece.length), { fromOut: false }));
	}
});

test("a number goes before the extension", () => {
	const cases: readonly [string, number, string][] = [
		["photo.jpg", 0, "photo.jpg"],
		["photo.jpg", 1, "photo (1).jpg"],
		["photo (1).jpg", 12, "photo (1) (12).jpg"],
		["a.tar.gz", 1, "a (1).tar.gz"],
		["a.b.csv.zst", 2, "a.b (2).csv.zst"],
		["my.file.gz", 1, "my.file (1).gz"],
		[".bashrc", 1, ".bashrc (1)"],
		[".config.json", 1, ".config (1).json"],
		[".tar.gz", 1, ".tar (1).gz"],
		["README", 3, "README (3)"],
		["Mr. Smith", 1, "Mr. Smith (1)"],
		[`${"x".repeat(251)}.jpg`, 1, `${"x".repeat(247)} (1).jpg`],
		[`${"x".repeat(247)} (1).jpg`, 1, `${"x".repeat(246)} (1).jpg`],
	];
	for (const [name, n, numbered] of cases) assert.equal(numberedName(name, n), numbered);
});

test("numbered names are safe and differ from each other", () => {
	const number = fc.oneof(fc.nat(30), fc.nat());
	fc.assert(
		fc.property(anyText, number, number, (text, n, m) => {
			const name = safeName(text, { fromOut: true });
			assertSafe(numberedName(name, n));
			if (n !== m) assert.notEqual(numberedName(name, n), numberedName(name, m));
		}),
		{ numRuns: 1000 },
	);
});

test("an extension is added where the name has none", () => {
	const cases: readonly [string, string, string][] = [
		["photo", "image/jpeg", "photo.jpg"],
		["page", "Text/HTML; charset=utf-8", "page.html"],
		["song", "audio/mpeg", "song.mp3"],
		["report-2.5", "application/pdf", "report-2.5.pdf"],
		["_bashrc", "text/plain", "_bashrc.txt"],
		["photo.php", "image/jpeg", "photo.php"],
		["archive.7z", "text/plain", "archive.7z"],
		["data", "application/octet-stream", "data"],
		["data", "x/unheard-of", "data"],
		["data", "", "data"],
		["x".repeat(255), "image/png", `${"x".repeat(251)}.png`],
	];
	const lookup = (type: string): string | undefined => mime.getExtension(type) ?? undefined;
	for (const [name, type, full] of cases) assert.equal(withExtension(name, type, lookup), full, type);
});

test("out stays inside the directory or is refused", () => {
	const cases: readonly [string, string | undefined, string?][] = [
		["a.txt", "a.txt"],
		["a/b/c.txt", "a/b/c.txt"],
		["./a//b.txt", "a/b.txt"],
		["a/../b.txt", "b.txt"],
		[".bashrc", ".bashrc"],
		["a\\b.txt", "a_b.txt"],
		["a:b/c?.txt", "a_b/c_.txt"],
		["x.txt", "sub/x.txt", "sub"],
		["../x.txt", "x.txt", "sub/"],
		[".downspout.txt", ".downspout.txt"],
		["", undefined],
		[".", undefined],
		["..", undefined],
		["a/", undefined],
		["a/..", undefined],
		["../x", undefined],
		["a/../../a/x", undefined],
		["..\\x", undefined],
		["a\\..\\..\\x", undefined],
		["/etc/passwd", undefined],
		["\\\\server\\share\\x", undefined],
		["C:\\x", undefined],
		["c:/x", undefined],
		[".downspout", undefined],
		[".Downspout/x", undefined],
		["a/../.downspout/x", undefined],
		["a/.downspout/x", undefined],
		[".down\u0000spout/x", undefined],
		[".downspout. /x", undefined],
		[".down\u200dſpout/x", undefined],
		[".downspout\\x", undefined],
		["x", undefined, ".."],
		["x", undefined, "/tmp"],
		["x", undefined, ".downspout"],
		["../.downspout/x", undefined, "sub"],
	];
	for (const [out, path, dir] of cases) assert.equal(safeOutPath(out, dir), path, JSON.stringify([out, dir]));
	for (const dir of ["", ".", "a/..", "./"]) assert.equal(safeFolderPath(dir), "");
	for (const dir of ["..", "/a", ".downspout", "C:\\a"]) assert.equal(safeFolderPath(dir), undefined);
	assert.equal(safeFolderPath("a/b/"), "a/b");
});

test("no out whatever escapes", () => {
	const path = fc.array(fc.oneof(anyText, fc.constantFrom("..", ".", "", "a", ".downspout")), { maxLength: 6 });
	fc.assert(
		fc.property(path, path, (out, dir) => {
			const safe = safeOutPath(out.join("/"), dir.join("/"));
			if (safe === undefined) return;
			const segments = safe.split("/");
			segments.forEach(assertSafe);
			assert(!segments.some((segment) => segment.toLowerCase() === ".downspout"));
			assert.equal(safeOutPath(safe), safe);
		}),
		{ numRuns: 2000 },
	);
});
