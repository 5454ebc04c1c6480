/** --write-checksums: what sha256sum -c takes, after one run or several, with nothing hashed twice. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { downspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "./fresh-folder.ts";

type Place = {
	readonly folder: string;
	readonly dir: string;
	run(...more: readonly string[]): ReturnType<typeof downspout>;
};

async function prepare(context: TestContext): Promise<Place> {
	const { url } = await serve(context, (request, response) => {
		if (request.url === "/missing") response.statusCode = 404;
		response.end(`text of ${request.url}`);
	});
	const folder = freshFolder(context);
	const list = `${url}/a.txt\n${url}/b\n out=sub/b with space\n${url}/missing\n${url}/a.txt\n${url}/c\n out=c\\d\n`;
	writeFileSync(join(folder, "list.txt"), list);
	const args = ["list.txt", "-d", "got", "--retries", "0", "--json", "-q"];
	return { folder, dir: join(folder, "got"), run: (...more) => downspout([...args, ...more], { cwd: folder }) };
}

/** The names that sha256sum finds to be right; it fails where one is not. */
function verified(dir: string, path: string): string[] {
	const said = execFileSync("sha256sum", ["--strict", "-c", path], { cwd: dir, encoding: "utf8" });
	return said.trimEnd().split("\n").sort();
}

const all = ["a.txt: OK", "c_d: OK", "sub/b with space: OK"];

for (const method of ["async", "threads", "processes"]) {
	test(`${method}: sha256sum accepts what a run wrote, and what the next wrote over it`, async (context) => {
		const { folder, dir, run } = await prepare(context);
		const first = await run("--write-checksums", "SUMS", "-m", method);
		assert.equal(first.code, 1, first.stderr);
		assert.deepEqual(verified(dir, "../SUMS"), all);
		const written = readFileSync(join(folder, "SUMS"), "utf8").split("\n").sort();
		rmSync(join(folder, "SUMS"));
		const again = await run("--write-checksums", "SUMS", "-m", method);
		assert.equal(JSON.parse(again.stdout).skipped, 3);
		assert.deepEqual(readFileSync(join(folder, "SUMS"), "utf8").split("\n").sort(), written);
	});
}

test("digests of files that were saved without are found once, and then known", async (context) => {
	const { dir, run } = await prepare(context);
	await run();
	// Within DIR, where nothing else may ever be seen.
	await run("--write-checksums", "got/SUMS");
	assert.deepEqual(verified(dir, "SUMS"), all);
	// Another text of the same size and time: who reads it again would notice.
	const path = join(dir, "a.txt");
	writeFileSync(path, readFileSync(path, "utf8").toUpperCase());
	rmSync(join(dir, "SUMS"));
	await run("--write-checksums", "got/SUMS");
	assert.throws(() => verified(dir, "SUMS"), /did NOT match/);
});

test("results.jsonl has the digest of each file that is listed there", async (context) => {
	const { folder, run } = await prepare(context);
	await run();
	await run("--write-checksums", "SUMS");
	const results = readFileSync(join(folder, "logs/latest/results.jsonl"), "utf8").trimEnd().split("\n");
	const digests = results.map((line) => JSON.parse(line)).filter(({ status }) => status === "skipped");
	assert.deepEqual(
		digests.map(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256)),
		[true, true, true],
	);
});

test("a place where it cannot be written is told before anything is downloaded", async (context) => {
	const { folder, run } = await prepare(context);
	for (const [path, message] of [
		["no/folder/SUMS", /--write-checksums: there is no folder/],
		[".", /is a directory/],
	] as const) {
		const { code, stderr, stdout } = await run("--write-checksums", path);
		assert.equal(code, 2);
		assert.match(stderr, message);
		assert.equal(stdout, "");
	}
	assert.equal(existsSync(join(folder, "got")), false);
});

test("a file of the list that stands there is not overwritten: exit 3, once all else is done", async (context) => {
	const { dir, run } = await prepare(context);
	for (const counted of ["saved", "skipped"]) {
		const { code, stderr, stdout } = await run("--write-checksums", "got/a.txt");
		assert.equal(code, 3);
		assert.match(stderr, /cannot write the checksums to .*a\.txt: a file of the list stands there/);
		assert.equal(JSON.parse(stdout)[counted], 3);
		assert.equal(readFileSync(join(dir, "a.txt"), "utf8"), "text of /a.txt");
	}
});

test("a --checksums file that is none is told before anything is downloaded", async (context) => {
	const { folder, run } = await prepare(context);
	writeFileSync(join(folder, "empty"), "");
	writeFileSync(join(folder, "nonsense"), "nothing of the kind\n");
	writeFileSync(join(folder, "short.b2"), execFileSync("b2sum", ["-l", "256", "nonsense"], { cwd: folder }));
	for (const [path, message] of [
		["missing", /--checksums: "missing" cannot be read/],
		["nonsense", /--checksums: "nonsense" holds no line/],
		["short.b2", /--checksums: "short.b2" is of "BLAKE2b-256": known are md5, .* and blake2b-512/],
	] as const) {
		const { code, stderr } = await run("--checksums", path);
		assert.equal(code, 2);
		assert.match(stderr, message);
	}
	assert.equal(existsSync(join(folder, "got")), false);
	assert.equal((await run("--checksums", "empty")).code, 1);
});

test("what b2sum and sha224sum wrote is taken, from a file whose name tells and from lines that do", async (context) => {
	const { folder, dir, run } = await prepare(context);
	await run();
	const of = (program: string, ...args: readonly string[]): Buffer =>
		execFileSync(program, [...args, "a.txt", "sub/b with space", "c_d"], { cwd: dir });
	for (const [name, sums] of [
		["B2SUMS", of("b2sum")],
		["tagged", of("b2sum", "--tag")],
		["sha224", of("sha224sum")],
		["utf-16", Buffer.from(`\ufeff${of("sha256sum").toString()}`.replaceAll("\n", "\r\n"), "utf16le")],
	] as const) {
		writeFileSync(join(folder, name), sums);
		rmSync(dir, { recursive: true });
		const { stdout, stderr } = await run("--checksums", name);
		const { saved, failed, duplicates } = JSON.parse(stdout);
		assert.deepEqual([saved, failed, duplicates], [3, 1, 1], `${name}: ${stderr}`);
		const isUtf16 = name === "utf-16";
		const wrong = sums.toString(isUtf16 ? "utf16le" : "utf8").replace(/\b[0-9a-f]{8}/g, "00000000");
		writeFileSync(join(folder, name), wrong, isUtf16 ? "utf16le" : "utf8");
		rmSync(dir, { recursive: true });
		const { errors } = JSON.parse((await run("--checksums", name)).stdout);
		assert.equal(errors.checksum, 3, name);
		await run("--fresh");
	}
});
