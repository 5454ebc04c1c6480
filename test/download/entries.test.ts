/** What entries ask for beside a URL: checksums, paths, and what becomes of those that are wrong or listed twice. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Entry } from "../../src/core/entry.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { byLine, contentOf, entryOf, filesIn, partsIn, runList } from "../run/run-list.ts";
import { type Served, serve } from "./serve.ts";

const algorithms: readonly (readonly [written: string, algorithm: string, form: "hex" | "base64"])[] = [
	["sha-256=", "sha256", "hex"],
	["sha256:", "sha256", "hex"],
	["", "sha256", "hex"],
	["sha256-", "sha256", "base64"],
	["sha512-", "sha512", "base64"],
	["sha-512=", "sha512", "hex"],
	["sha-1=", "sha1", "hex"],
	["md5=", "md5", "hex"],
	["", "md5", "hex"],
];

test("a checksum that fits saves the file, one that does not is tried again and then fails", async (context) => {
	const base = await echo(context);
	for (const [written, algorithm, form] of algorithms) {
		const checksum = written + createHash(algorithm).update("/a").digest(form);
		const good = await runList(context, [entryOf(`${base.url}/a`, { checksum })]);
		assert.equal(good.outcomes[0]?.status, "saved", checksum);
		const bad = await runList(context, [entryOf(`${base.url}/b`, { checksum })], { options: { retries: 1 } });
		assert.equal(bad.outcomes[0]?.error?.code, "checksum");
		assert.equal(bad.outcomes[0]?.attempts, 2);
		assert.deepEqual([filesIn(bad.dir), partsIn(bad.dir)], [[], []]);
	}
});

test("a checksum that does not match is tried on the next mirror; one that cannot be read is never asked for", async (context) => {
	const base = await echo(context);
	const checksum = createHash("sha256").update("/good").digest("hex");
	const { outcomes, dir } = await runList(context, [
		{ ...entryOf(`${base.url}/bad`, { checksum }), urls: [`${base.url}/bad`, `${base.url}/good`] },
	]);
	assert.deepEqual([outcomes[0]?.status, outcomes[0]?.attempts], ["saved", 2]);
	assert.equal(contentOf(dir, "bad"), "/good");
	const unreadable = await runList(context, [entryOf(`${base.url}/never`, { checksum: "sha-256=xyz" })]);
	assert.equal(unreadable.outcomes[0]?.error?.code, "checksum");
	assert(!base.requests.some(({ path }) => path === "/never"));
});

const unsafe: readonly Partial<Entry>[] = [
	{ out: "/etc/x" },
	{ out: "../x" },
	{ out: "a/../../x" },
	{ out: ".downspout/x" },
	{ out: ".Downspout/journal.jsonl" },
	{ out: "a/.downspout/journal.jsonl" },
	{ out: "a/" },
	{ out: "" },
	{ dir: "/tmp" },
	{ dir: ".." },
	{ dir: "a", out: "../../x" },
	{ dir: ".downspout" },
	{ out: "a\\..\\..\\x" },
];

test("a path that leads out of the directory or into its state is unsafe_path, before any request", async (context) => {
	const base = await echo(context);
	const { outcomes, dir } = await runList(
		context,
		unsafe.map((entry, n) => entryOf(`${base.url}/${n}`, entry)),
	);
	assert.deepEqual(
		outcomes.map(({ error }) => error?.code),
		unsafe.map(() => "unsafe_path"),
	);
	assert.equal(base.requests.length, 0);
	assert.deepEqual([filesIn(dir), readdirSync(dirname(dir))], [[], ["downloads"]]);
});

test("a symbolic link that leads out is unsafe_path and nothing is made behind it; one that stays inside is used", async (context) => {
	const base = await echo(context);
	const dir = directoryWith(context, {});
	const outside = join(dirname(dir), "outside");
	mkdirSync(outside);
	mkdirSync(join(dir, "inside"));
	mkdirSync(join(dir, ".downspout"));
	symlinkSync(outside, join(dir, "out"));
	symlinkSync("inside", join(dir, "in"));
	symlinkSync(".downspout", join(dir, "state"));
	mkdirSync(join(dir, "other/.downspout"), { recursive: true });
	symlinkSync("other/.downspout", join(dir, "other-state"));
	symlinkSync(join(outside, "nothing"), join(dir, "dangling"));
	const outs = ["out/x", "out/deeper/x", "state/x", "other-state/x", "dangling/x", "in/x", "in/deeper/x"];
	const { outcomes } = await runList(
		context,
		outs.map((out, n) => entryOf(`${base.url}/${n}`, { line: n, out })),
		{ dir },
	);
	const ends = byLine(outcomes).map(({ error, status }) => error?.code ?? status);
	assert.deepEqual(
		ends,
		["out/x", "out/deeper/x", "state/x", "other-state/x", "dangling/x"]
			.map(() => "unsafe_path")
			.concat("saved", "saved"),
	);
	assert.deepEqual(readdirSync(outside), []);
	assert.deepEqual(readdirSync(join(dir, "inside")).sort(), ["deeper", "x"]);
});

test("entries that name no valid URL fail with their line, and the run goes on", async (context) => {
	const base = await echo(context);
	const { outcomes } = await runList(context, `http://\nftp://host/x\n\n${base.url}/a\nnot a url\n`);
	const found = byLine(outcomes).map(({ line, error, status }) => [line, error?.code ?? status]);
	assert.deepEqual(found, [
		[1, "invalid_url"],
		[2, "unsupported_scheme"],
		[4, "saved"],
		[5, "invalid_url"],
	]);
});

test("what is no URL is told what it lacks, where that can be seen", async (context) => {
	const list = "localhost:8080/a\ncrawl/x.warc.gz\n/x\nnonsense\nftp://h:21/x\n";
	const { outcomes } = await runList(context, list);
	const hints = byLine(outcomes).map(({ error }) => /; (.*)$/.exec(error?.message ?? "")?.[1]);
	const ofHost = "a host with a port wants http:// before it";
	const ofPath = "--base says which URL paths belong to";
	assert.deepEqual(hints, [ofHost, ofPath, ofPath, undefined, undefined]);
});

test("an entry listed again is a duplicate, unless it has another out or --keep-duplicates", async (context) => {
	const base = await echo(context);
	const list = `${base.url}/a\n${base.url}/a#part\n${base.url}/a\n  out=b\n${base.url}/a\n  out=b\n`;
	const { outcomes, dir, summary } = await runList(context, list);
	assert.deepEqual(
		byLine(outcomes).map(({ status }) => status),
		["saved", "duplicate", "saved", "duplicate"],
	);
	assert.deepEqual([summary.total, summary.duplicates], [4, 2]);
	assert.deepEqual(filesIn(dir), ["a", "b"]);
	const kept = await runList(context, list, { options: { keepDuplicates: true } });
	assert.deepEqual(filesIn(kept.dir), ["a", "a (1)", "b", "b (1)"]);
	const again = await runList(context, list, { dir: kept.dir, options: { keepDuplicates: true } });
	assert.equal(again.summary.skipped, 4);
});

function echo(context: TestContext): Promise<Served> {
	return serve(context, (request, response) => response.end(request.url));
}

function directoryWith(context: TestContext, files: Readonly<Record<string, string>>): string {
	const dir = join(freshFolder(context), "downloads");
	mkdirSync(dir);
	for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
	return dir;
}
