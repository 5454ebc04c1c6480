/** Lists of every kind on the command line: what is saved, what is recorded, and the exit codes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { serve } from "../download/serve.ts";
import { writtenBy } from "../list/read-source.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { downspout, startDownspout, waitForEnd } from "./run-downspout.ts";

type Place = { readonly url: string; readonly folder: string };

async function prepare(context: TestContext): Promise<Place> {
	const { url } = await serve(context, (request, response) => {
		if (request.url?.startsWith("/missing")) response.statusCode = 404;
		response.end(`text of ${request.url}`);
	});
	return { url, folder: freshFolder(context) };
}

const quietly = ["-d", "got", "--retries", "0", "--json", "-q"];
const hex = (of: string): string => createHash("sha256").update(of).digest("hex");

function saved(folder: string): string[] {
	return readdirSync(join(folder, "got"), { recursive: true, encoding: "utf8" })
		.filter((name) => !name.startsWith(".downspout"))
		.sort();
}

for (const method of ["async", "threads", "processes", "mix"]) {
	test(`${method}: a CSV with names and checksums is saved, and what failed is a list again`, async (context) => {
		const { url, folder } = await prepare(context);
		const csv = `url,out,checksum\n${url}/a,x/one,${hex("text of /a")}\n${url}/b,two,${hex("other")}\n${url}/missing,three,\n,,\n`;
		writeFileSync(join(folder, "list.csv"), csv);
		const { code, stdout } = await downspout(["list.csv", ...quietly, "-m", method], { cwd: folder });
		assert.equal(code, 1);
		const { saved: count, errors } = JSON.parse(stdout);
		assert.deepEqual([count, errors], [1, { checksum: 1, http_404: 1, invalid_url: 1 }]);
		assert.deepEqual(saved(folder), ["x", "x/one"]);
		const failed = readFileSync(join(folder, "logs/latest/failed.txt"), "utf8");
		assert.match(failed, new RegExp(`\\n${url}/b\\n out=two\\n checksum=${hex("other")}\\n`));
		const again = await downspout(["logs/latest/failed.txt", ...quietly], { cwd: folder });
		assert.deepEqual(JSON.parse(again.stdout).errors, { checksum: 1, http_404: 1 });
	});
}

test("a list that cannot be used as a whole is exit 2, one line, and nothing is made", async (context) => {
	const { url, folder } = await prepare(context);
	writeFileSync(join(folder, "good.txt"), `${url}/a\n`);
	writeFileSync(join(folder, "bad.parquet"), "not at all");
	writeFileSync(join(folder, "bad.csv"), "id,link\n1,http://a\n");
	writeFileSync(join(folder, "bad.txt.gz"), "http://a\n");
	writeFileSync(join(folder, "bad.txt"), Buffer.from("\xfd7zXZ\0", "latin1"));
	for (const bad of ["bad.parquet", "bad.csv", "bad.txt.gz", "bad.txt"]) {
		const { code, stdout, stderr } = await downspout(["good.txt", bad, ...quietly], { cwd: folder });
		assert.deepEqual([code, stdout, stderr.split("\n").length], [2, "", 2], stderr);
		assert.match(stderr, new RegExp(bad));
	}
	assert.equal(existsSync(join(folder, "got")), false);
});

test("a list that breaks in the middle is exit 1, with the place as an entry", async (context) => {
	const { url, folder } = await prepare(context);
	writeFileSync(join(folder, "list.json"), `["${url}/a", "${url}/b", `);
	const { code, stdout } = await downspout(["list.json", ...quietly], { cwd: folder });
	assert.equal(code, 1);
	assert.deepEqual([JSON.parse(stdout).saved, JSON.parse(stdout).errors], [2, { broken_list: 1 }]);
	assert.match(
		readFileSync(join(folder, "logs/latest/failed.txt"), "utf8"),
		/# broken_list: .*\(line 3\)\n# not written/,
	);
});

test("a pipe may bring any format, packed or not", async (context) => {
	const { url, folder } = await prepare(context);
	const pipe = async (bytes: Buffer | string, ...more: readonly string[]): Promise<ReturnType<typeof waitForEnd>> => {
		const child = startDownspout(["-", ...quietly, ...more], { cwd: folder });
		child.stdin?.end(bytes);
		return waitForEnd(child);
	};
	const counts = async (bytes: Buffer | string, ...more: readonly string[]): Promise<unknown[]> => {
		const { code, stdout } = await pipe(bytes, ...more);
		const summary = JSON.parse(stdout);
		return [code, summary.total, summary.saved];
	};
	assert.deepEqual(await counts(`{"url":"${url}/jsonl"}\n`), [0, 1, 1]);
	assert.deepEqual(await counts(`[{"url":"${url}/json"}]`), [0, 1, 1]);
	assert.deepEqual(await counts(gzipSync(`${url}/gz\n`)), [0, 1, 1]);
	assert.deepEqual(await counts(`name,link\nx,${url}/csv\n`, "--format", "csv", "--url-column", "LINK"), [0, 1, 1]);
	const parquet = readFileSync(writtenBy("arrow-rs-zstd.parquet"));
	assert.deepEqual(await counts(parquet, "--url-column", "id", "--base", `${url}/n/`), [0, 100, 100]);
	const useless = await pipe("id,link\n1,http://a\n", "--format", "csv");
	assert.equal(useless.code, 2);
	assert.match(useless.stderr, /no column "url"; it has id, link/);
});

test("an option that a pipe brings late still counts, where its line was begun or a second has not passed", async (context) => {
	const { url, folder } = await prepare(context);
	const child = startDownspout(["-", ...quietly], { cwd: folder });
	const ended = waitForEnd(child);
	child.stdin?.write(`${url}/a\n  ou`);
	await setTimeout(1500);
	child.stdin?.write(`t=named\n`);
	await setTimeout(20);
	child.stdin?.write(` checksum=${hex("other")}\n${url}/b\n  out=x/b\n`);
	await setTimeout(1500);
	child.stdin?.end();
	const { code, stdout } = await ended;
	assert.deepEqual([code, JSON.parse(stdout).errors], [1, { checksum: 1 }]);
	assert.deepEqual(saved(folder), ["x", "x/b"]);
});

test("the first request leaves while a long list is still being read", async (context) => {
	const folder = freshFolder(context);
	let wasReading = false;
	const { url } = await serve(context, (_request, response) => {
		wasReading ||= child.exitCode === null && child.stdin?.writableEnded === false;
		response.end("text");
	});
	const child = startDownspout(["-", "--format", "jsonl", ...quietly], { cwd: folder });
	const ended = waitForEnd(child);
	child.stdin?.write(`{"url":"${url}/0"}\n{"url":"${url}/1"}\n`);
	for (let turn = 0; turn < 12_000 && !wasReading; turn++) await setTimeout(5);
	child.stdin?.end();
	assert.equal((await ended).code, 0);
	assert.equal(wasReading, true);
});

test("a signal ends the reading of a packed list that never ends", async (context) => {
	const folder = freshFolder(context);
	const child = startDownspout(["-", "-d", "got", "-q", "--json"], { cwd: folder });
	const ended = waitForEnd(child);
	const nonsense = gzipSync(Buffer.alloc(4 * 2 ** 20, "x"));
	const feed = async (): Promise<void> => {
		// A gzip file may have any number of members: together one line that goes on for ever.
		while (child.exitCode === null && child.stdin?.writable) {
			if (!child.stdin.write(nonsense)) await setTimeout(5);
		}
	};
	child.stdin?.on("error", () => undefined);
	const feeding = feed();
	while (!existsSync(join(folder, "logs/latest"))) await setTimeout(10);
	child.kill("SIGINT");
	const { code, stdout } = await ended;
	assert.equal(code, 130);
	// A run that does not stop by itself is ended after two seconds, without a summary.
	assert.equal(JSON.parse(stdout).saved, 0);
	await feeding;
});

test("a signal ends a run whose entries all end without waiting for anything", async (context) => {
	const folder = freshFolder(context);
	const entries = 1_000_000;
	writeFileSync(join(folder, "list.txt"), `gopher://a/[1-${entries}]\n`);
	const child = startDownspout(["list.txt", "--expand", "-d", "got", "-q", "--json"], { cwd: folder });
	const ended = waitForEnd(child);
	const results = join(folder, "logs/latest/results.jsonl");
	while ((statSync(results, { throwIfNoEntry: false })?.size ?? 0) === 0) await setTimeout(10);
	child.kill("SIGINT");
	const { code, stdout } = await ended;
	assert.equal(code, 130);
	assert.ok(JSON.parse(stdout).total < entries);
});
