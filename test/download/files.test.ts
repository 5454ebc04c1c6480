/** Names and files as they come to lie in the directory: collisions, policies, layouts, times, checks, and paths that lead out. */
import assert from "node:assert/strict";
import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Entry } from "../../src/core/entry.ts";
import type { RunOptions } from "../../src/core/options.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { byLine, contentOf, entryOf, filesIn, partsIn, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

type Row = {
	readonly name: string;
	readonly path?: string;
	readonly head?: OutgoingHttpHeaders;
	readonly entry?: Partial<Entry>;
	readonly options?: Partial<RunOptions>;
	readonly file: string;
};

const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

const rows: readonly Row[] = [
	{ name: "the last segment", path: "/a/b.txt?q=1#f", file: "b.txt" },
	{ name: "percent escapes", path: "/a%20b%C3%A9.txt", file: "a bé.txt" },
	{ name: "no last segment", path: "/a/", file: "index.html" },
	{
		name: "Content-Disposition",
		head: { "content-disposition": 'attachment; filename="report.pdf"' },
		file: "report.pdf",
	},
	{
		name: "filename* before filename",
		head: { "content-disposition": "attachment; filename=a.txt; filename*=UTF-8''%E2%82%AC.txt" },
		file: "€.txt",
	},
	{
		name: "a path in Content-Disposition",
		head: { "content-disposition": 'attachment; filename="../../etc/passwd"' },
		file: "passwd",
	},
	{
		name: "raw UTF-8 in Content-Disposition",
		head: { "content-disposition": utf8('attachment; filename="é.txt"') },
		file: "é.txt",
	},
	{
		name: "raw UTF-8 there, of unknown length",
		head: { "content-disposition": utf8('attachment; filename="é.txt"'), "transfer-encoding": "chunked" },
		file: "é.txt",
	},
	{
		name: "Content-Disposition twice",
		head: { "Content-Disposition": ["attachment; filename=first.txt", "attachment; filename=second.txt"] },
		file: "first.txt",
	},
	{
		name: "--no-content-disposition",
		head: { "content-disposition": "attachment; filename=a.txt" },
		options: { contentDisposition: false },
		file: "file",
	},
	{
		name: "out before all others",
		head: { "content-disposition": "attachment; filename=a.txt" },
		entry: { out: "x/y.txt" },
		file: "x/y.txt",
	},
	{ name: "dir", entry: { dir: "x/y" }, file: "x/y/file" },
	{ name: "dir and out", entry: { dir: "x", out: "y/z" }, file: "x/y/z" },
	{ name: "dir that is DIR itself", entry: { dir: "." }, file: "file" },
	{
		name: "--adjust-extension",
		head: { "content-type": "image/png" },
		options: { adjustExtension: true },
		file: "file.png",
	},
	{
		name: "--adjust-extension with an extension",
		path: "/a.jpeg",
		head: { "content-type": "image/png" },
		options: { adjustExtension: true },
		file: "a.jpeg",
	},
	{ name: "a leading dot", path: "/.bashrc", file: "_bashrc" },
	{ name: "the state folder", path: "/.downspout", file: "_downspout" },
	{ name: "a very long name", path: `/${"n".repeat(3000)}.txt`, file: `${"n".repeat(251)}.txt` },
];

for (const { name, path = "/file", head = {}, entry = {}, options = {}, file } of rows) {
	test(`the file is named by: ${name}`, async (context) => {
		const { url } = await serve(context, (_, response) => {
			response.writeHead(200, head);
			response.write("x");
			response.end();
		});
		const { outcomes, dir } = await runList(context, [entryOf(`${url}${path}`, entry)], { options });
		assert.deepEqual([outcomes[0]?.status, outcomes[0]?.file], ["saved", file]);
		assert.deepEqual(filesIn(dir), [file]);
	});
}

test("fields that come twice do no harm", async (context) => {
	const { url } = await serve(context, (_, response) => {
		const twice = (value: string): string[] => [value, value];
		response.writeHead(200, {
			ETag: twice('"1"'),
			"Last-Modified": twice("Sat, 21 Nov 2026 10:00:00 GMT"),
			"Content-Type": twice("a/b"),
		});
		response.end("x");
	});
	const { outcomes } = await runList(context, `${url}/f`);
	assert.equal(outcomes[0]?.status, "saved");
});

test("a thousand files of one name are numbered without a gap", async (context) => {
	const base = await echo(context);
	const list = Array.from({ length: 1000 }, (_, n) => `${base.url}/${n}/`).join("\n");
	const { dir, outcomes, summary } = await runList(context, list);
	assert.equal(summary.saved, 1000);
	const expected = ["index.html", ...Array.from({ length: 999 }, (_, n) => `index (${n + 1}).html`)].sort();
	assert.deepEqual(filesIn(dir), expected);
	for (const { url, file } of outcomes) assert.equal(contentOf(dir, file ?? ""), new URL(url).pathname);
});

test("names that are taken are evaded, a folder and a broken link included", async (context) => {
	const base = await echo(context);
	const dir = directoryWith(context, { "a.tar.gz": "old", "b (1)": "old" });
	mkdirSync(join(dir, "b"));
	symlinkSync("/nowhere/at/all", join(dir, "c"));
	const { outcomes } = await runList(context, `${base.url}/a.tar.gz\n${base.url}/b\n${base.url}/c`, { dir });
	assert.deepEqual(
		byLine(outcomes).map(({ file }) => file),
		["a (1).tar.gz", "b (2)", "c (1)"],
	);
	assert.equal(contentOf(dir, "a.tar.gz"), "old");
	assert.equal(readlinkSync(join(dir, "c")), "/nowhere/at/all");
	assert(!existsSync("/nowhere"));
});

test("--on-exists skip leaves the file and tells its size; a known name needs no request", async (context) => {
	const base = await echo(context);
	const dir = directoryWith(context, { a: "old one", b: "old one" });
	const { outcomes } = await runList(
		context,
		[entryOf(`${base.url}/a`), entryOf(`${base.url}/x`, { line: 2, out: "b" })],
		{ dir, options: { onExists: "skip" } },
	);
	assert.deepEqual(
		byLine(outcomes).map(({ status, file, bytes }) => [status, file, bytes]),
		[
			["skipped", "a", 7],
			["skipped", "b", 7],
		],
	);
	assert.deepEqual([contentOf(dir, "a"), contentOf(dir, "b")], ["old one", "old one"]);
	assert.deepEqual(
		base.requests.map(({ path }) => path),
		["/a"],
	);
	assert.deepEqual(partsIn(dir), []);
});

test("--on-exists overwrite puts the new file in the place of the old one, not through a link", async (context) => {
	const base = await echo(context);
	const dir = directoryWith(context, { a: "old one" });
	const outside = join(dirname(dir), "outside");
	writeFileSync(outside, "outside");
	symlinkSync(outside, join(dir, "b"));
	const { summary } = await runList(context, `${base.url}/a\n${base.url}/b\n`, {
		dir,
		options: { onExists: "overwrite" },
	});
	assert.equal(summary.saved, 2);
	assert.deepEqual([contentOf(dir, "a"), contentOf(dir, "b")], ["/a", "/b"]);
	assert(lstatSync(join(dir, "b")).isFile());
	assert.equal(contentOf(dirname(dir), "outside"), "outside");
});

for (const onExists of ["fail", "overwrite", "skip"] as const) {
	test(`--on-exists ${onExists} fails as exists where a folder has the name`, async (context) => {
		const base = await echo(context);
		const dir = directoryWith(context, {});
		mkdirSync(join(dir, "a"));
		const { outcomes } = await runList(context, `${base.url}/a`, { dir, options: { onExists } });
		assert.equal(outcomes[0]?.error?.code, "exists");
		assert.equal(outcomes[0]?.attempts, 1);
		assert.deepEqual(readdirSync(dir).sort(), [".downspout", "a"]);
		assert.deepEqual(partsIn(dir), []);
	});
}

test("--on-exists fail fails as exists, large bodies too", async (context) => {
	const { url } = await serve(context, (_, response) => response.end(Buffer.alloc(500_000)));
	const { dir } = await runList(context, `${url}/a`, { options: { onExists: "fail" } });
	const again = await runList(context, `${url}/a`, { dir, options: { onExists: "fail", fresh: true } });
	assert.equal(again.outcomes[0]?.error?.code, "exists");
	assert.match(again.outcomes[0]?.error?.message ?? "", /--on-exists/);
	assert.deepEqual(filesIn(dir), ["a"]);
});

test("of two entries with one name that come at once, skip and fail save one", async (context) => {
	const base = await echo(context);
	for (const onExists of ["skip", "fail"] as const) {
		const { outcomes, dir } = await runList(context, `${base.url}/1/a\n${base.url}/2/a`, { options: { onExists } });
		assert.deepEqual(
			outcomes.map(({ status }) => status).sort(),
			onExists === "skip" ? ["saved", "skipped"] : ["failed", "saved"],
		);
		assert.deepEqual(filesIn(dir), ["a"]);
		for (const { bytes, status } of outcomes) if (status === "skipped") assert.equal(bytes, 4);
	}
});

test("layouts spread files over hosts and paths; a file in the way of a folder is evaded, and the reverse", async (context) => {
	const base = await echo(context);
	const host = `127.0.0.1+${base.port}`;
	const list = ["/a/b/c", "/a/b", "/a/", "/a"].map((path) => `${base.url}${path}`).join("\n");
	const byHost = await runList(context, list, { options: { layout: "host", concurrency: 1 } });
	assert.deepEqual(
		filesIn(byHost.dir),
		["a", "b", "c", "index.html"].map((name) => `${host}/${name}`),
	);
	for (const order of [list, list.split("\n").reverse().join("\n")]) {
		const { dir, outcomes } = await runList(context, order, { options: { layout: "path", concurrency: 1 } });
		assert.equal(outcomes.filter(({ status }) => status === "saved").length, 4);
		assert.equal(filesIn(dir).length, 4);
		for (const { url, file } of outcomes) assert.equal(contentOf(dir, file ?? ""), new URL(url).pathname);
	}
});

test("the time of a file is its Last-Modified, where there is one", async (context) => {
	const { url } = await serve(context, (request, response) => {
		const date = { "/dated": "Sat, 21 Nov 2015 10:00:00 GMT", "/wrong": "no date" }[request.url ?? ""];
		response
			.writeHead(200, date ? { "last-modified": date } : {})
			.end(Buffer.alloc(request.url === "/dated" ? 300_000 : 5));
	});
	const started = Date.now();
	const { dir } = await runList(context, `${url}/dated\n${url}/wrong\n${url}/none`);
	assert.equal(statSync(join(dir, "dated")).mtime.toISOString(), "2015-11-21T10:00:00.000Z");
	for (const file of ["wrong", "none"]) assert(statSync(join(dir, file)).mtimeMs > started - 5000);
});

test("an empty file is a file, with and without a length", async (context) => {
	const { url } = await serve(context, (request, response) => {
		response.writeHead(200, request.url === "/a" ? { "content-length": 0 } : { "transfer-encoding": "chunked" }).end();
	});
	const { dir, outcomes } = await runList(context, `${url}/a\n${url}/b`, { options: { fsync: true } });
	assert.deepEqual(
		outcomes.map(({ status, bytes }) => [status, bytes]),
		[
			["saved", 0],
			["saved", 0],
		],
	);
	assert.deepEqual(filesIn(dir), ["a", "b"]);
});

test("203 and an answer of HTTP/1.0 without a length succeed, hints that come before are passed over", async (context) => {
	const { url } = await serve(context, (_, response) => {
		response.writeProcessing();
		response.writeEarlyHints({ link: "</x>; rel=preload" });
		response.writeHead(203).end("text");
	});
	const { outcomes } = await runList(context, `${url}/a`);
	assert.deepEqual([outcomes[0]?.status, outcomes[0]?.httpStatus, outcomes[0]?.bytes], ["saved", 203, 4]);
});

/** Answers with the path that was asked for. */
function echo(context: TestContext): Promise<Served> {
	return serve(context, (request, response) => response.end(request.url));
}

function directoryWith(context: TestContext, files: Readonly<Record<string, string>>): string {
	const dir = join(freshFolder(context), "downloads");
	mkdirSync(dir);
	for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
	return dir;
}
