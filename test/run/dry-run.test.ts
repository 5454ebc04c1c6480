/** `--dry-run`: heads alone are asked for, nothing is written, and what would go wrong is said. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { downspout } from "../cli/run-downspout.ts";
import { type Served, serve } from "../download/serve.ts";
import { freshFolder } from "./fresh-folder.ts";
import { byLine, runList } from "./run-list.ts";

type Methods = { readonly methods: readonly string[] };

async function site(context: TestContext): Promise<Served & Methods> {
	const methods: string[] = [];
	const served = await serve(context, (request, response) => {
		methods.push(`${request.method} ${request.url}`);
		const [, kind, name] = request.url?.split("?", 1).join("").split("/") ?? [];
		const isHead = request.method === "HEAD";
		if (kind === "no-head" && isHead) return void response.writeHead(405).end();
		if (kind === "silent" && isHead) return void response.destroy();
		if (kind === "moved") return void response.writeHead(302, { location: "/file/elsewhere" }).end();
		if (kind === "missing") return void response.writeHead(404).end();
		if (kind === "named") response.setHeader("content-disposition", 'attachment; filename="its name.txt"');
		response.setHeader("content-type", "text/plain");
		if (kind !== "unknown") response.setHeader("content-length", name === "large" ? 5e15 : 1000);
		if (isHead) response.end();
		else response.write("x".repeat(1000));
	});
	return { ...served, methods };
}

test("names, sizes and types are told, and nothing is written", async (context) => {
	const { url, methods } = await site(context);
	const kinds = ["file", "no-head", "silent", "moved", "missing", "named", "unknown"];
	const list = kinds.map((kind) => `${url}/${kind}/${kind}.txt`).join("\n");
	const cwd = freshFolder(context);
	const options = { dryRun: true, retries: 0 };
	const { summary, outcomes } = await runList(context, list, { dir: join(cwd, "a/b"), options });
	assert.deepEqual(readdirSync(cwd), []);
	assert.deepEqual([summary.saved, summary.failed, summary.bytes, summary.dryRun], [6, 1, 5000, true]);
	assert.deepEqual(
		[...(summary.files ?? [])]
			.sort((a, b) => a.line - b.line)
			.map(({ file, bytes, contentType }) => [file, bytes, contentType]),
		[
			["file.txt", 1000, "text/plain"],
			["no-head.txt", 1000, "text/plain"],
			["silent.txt", 1000, "text/plain"],
			["moved.txt", 1000, "text/plain"],
			["its name.txt", 1000, "text/plain"],
			["unknown.txt", null, "text/plain"],
		],
	);
	assert.deepEqual(byLine(outcomes)[4]?.error?.code, "http_404");
	const gets = methods.filter((method) => method.startsWith("GET"));
	assert.deepEqual(gets.sort(), ["GET /no-head/no-head.txt", "GET /silent/silent.txt"]);
});

for (const method of ["threads", "processes", "auto"] as const) {
	test(`${method} writes nothing either`, async (context) => {
		const { url } = await site(context);
		const cwd = freshFolder(context);
		const list = ["a", "b", "c"].map((name) => `${url}/file/${name}`).join("\n");
		const options = { dryRun: true, method, workers: 2 } as const;
		const { summary } = await runList(context, list, { dir: join(cwd, "downloads"), options });
		assert.deepEqual([summary.saved, summary.bytes], [3, 3000]);
		assert.deepEqual(readdirSync(cwd), []);
	});
}

test("a page where another type is expected is none that would be saved", async (context) => {
	const { url, requests } = await serve(context, (_, response) => {
		response.setHeader("content-type", "text/html").end("<title>Sign in</title>");
	});
	const options = { dryRun: true, expectTypes: ["application/zip"] };
	const { outcomes } = await runList(context, `${url}/data.zip`, { options });
	assert.deepEqual([outcomes[0]?.error?.code, outcomes[0]?.attempts], ["wrong_type", 1]);
	assert.match(outcomes[0]?.error?.message ?? "", /sent text\/html where application\/zip is expected/);
	assert.equal(requests.length, 1);
});

test("clashes and too little space are warned of", async (context) => {
	const { url } = await site(context);
	const dir = freshFolder(context);
	writeFileSync(join(dir, "there"), "");
	const names = ["1/same", "2/same", "1/there", "1/large"];
	const list = names.map((name) => `${url}/file/${name.slice(2)}?${name}`).join("\n");
	const { warnings } = await runList(context, list, { dir, options: { dryRun: true } });
	assert.equal(warnings.length, 3);
	assert.equal(warnings[0], "names that several files would have: same (--on-exists rename)");
	assert.equal(warnings[1], "names that are there already: there (--on-exists rename)");
	assert.match(warnings[2] ?? "", /^too little space: the files have 5000000000003000 bytes, and \d+ are free for /);
});

test("what is saved already is skipped, and the directory stays as it was", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const { dir } = await runList(context, `${url}/a`);
	const before = readdirSync(dir, { recursive: true }).sort();
	const { summary } = await runList(context, `${url}/a\n${url}/b\n${url}/b`, { dir, options: { dryRun: true } });
	assert.deepEqual([summary.skipped, summary.saved, summary.duplicates], [1, 1, 1]);
	assert.deepEqual(readdirSync(dir, { recursive: true }).sort(), before);
	const fresh = await runList(context, `${url}/a`, { dir, options: { dryRun: true, fresh: true } });
	assert.equal(fresh.summary.saved, 1);
	// What it read is as good as before.
	assert.equal((await runList(context, `${url}/a`, { dir })).summary.skipped, 1);
});

test("what --refresh would replace is in nobody's way, and what was changed here is", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const list = `${url}/a\n${url}/b`;
	const { dir } = await runList(context, list);
	writeFileSync(join(dir, "b"), "changed");
	const { summary, warnings } = await runList(context, list, { dir, options: { dryRun: true, refresh: true } });
	assert.equal(summary.saved, 2);
	assert.deepEqual(warnings, ["names that are there already: b (--on-exists rename)"]);
});

test("the command prints a listing, or one object, and leaves no records", async (context) => {
	const { url } = await site(context);
	const cwd = freshFolder(context);
	mkdirSync(join(cwd, "downloads"));
	const list = [`${url}/file/a.txt`, `${url}/unknown/b.txt`];
	const listed = await downspout([...list, "--dry-run"], { cwd });
	assert.equal(listed.code, 0);
	assert.match(
		listed.stdout,
		/^ +1\.00 kB {2}text\/plain +a\.txt\n +unknown {2}text\/plain +b\.txt\n\nwould save +2 files, 1\.00 kB and 1 of unknown size in /,
	);
	const json = await downspout([...list, "--dry-run", "--json", "--write-checksums", "sums"], { cwd });
	const summary = JSON.parse(json.stdout);
	assert.deepEqual([summary.bytes, summary.dryRun, summary.files.length], [1000, true, 2]);
	assert.deepEqual(readdirSync(cwd), ["downloads"]);
	assert.ok(!existsSync(join(cwd, "downloads/.downspout")));
	assert.equal((await downspout([`${url}/missing/a`, "--dry-run"], { cwd })).code, 1);
});
