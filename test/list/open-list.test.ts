/** Opening lists: files, pipes, standard input, URLs, and what cannot be read. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { ListError } from "../../src/list/list-error.ts";
import { openList } from "../../src/list/open-list.ts";

let dir = "";
before(async () => {
	dir = await mkdtemp(join(tmpdir(), "downspout-list-"));
});
after(() => rm(dir, { recursive: true }));

const options = { warn: assert.fail };

async function urlsOf(source: string): Promise<string[]> {
	const list = await openList(source, options);
	const urls: string[] = [];
	for await (const batch of list.entries()) urls.push(...batch.map((entry) => entry.urls[0]));
	await list.close();
	return urls;
}

test("a file is read to its end, and says how far it was read", async () => {
	const path = join(dir, "list.txt");
	const lines = Array.from({ length: 40_000 }, (_, i) => `http://host/${i}`);
	await writeFile(path, lines.join("\n"));
	const list = await openList(path, options);
	assert.equal(list.name, path);
	// Of a file the beginning is looked at before anything is made.
	assert.ok((list.fractionRead() ?? 1) < 0.5);
	const fractions = new Set<number | undefined>();
	let count = 0;
	for await (const batch of list.entries()) {
		count += batch.length;
		fractions.add(list.fractionRead());
	}
	assert.equal(count, lines.length);
	assert.ok(fractions.size > 1);
	assert.equal(list.fractionRead(), 1);
	await list.close();
});

test("an empty file is an empty list", async () => {
	await writeFile(join(dir, "empty"), "");
	assert.deepEqual(await urlsOf(join(dir, "empty")), []);
});

test("a URL is a list of itself, named without its password", async () => {
	const list = await openList("HTTPS://user:secret@host/a@b", { ...options, list: "x" });
	assert.equal(list.name, "HTTPS://host/a@b");
	for await (const batch of list.entries()) {
		assert.deepEqual(batch, [{ line: 1, list: "x", urls: ["HTTPS://user:secret@host/a@b"] }]);
	}
	assert.equal(list.fractionRead(), 1);
	await list.close();
});

test("what cannot be read is refused before anything else happens", async () => {
	const cases: readonly [string, RegExp][] = [
		[join(dir, "missing.txt"), /missing\.txt: no such file$/],
		[join(dir, "list.txt", "below"), /no such file$/],
		[dir, /it is a directory$/],
		["ftp://host/list", /no such file$/],
	];
	for (const [source, message] of cases) {
		await assert.rejects(openList(source, options), (error) => {
			assert.ok(error instanceof ListError && error.hint !== "");
			assert.equal(error.code, "list_unreadable");
			assert.match(error.message, message);
			return true;
		});
	}
});

test("a named pipe gives its first line while it is still open, and can be closed then", async () => {
	const path = join(dir, "pipe");
	execFileSync("mkfifo", [path]);
	const [list, writer] = await Promise.all([openList(path, options), open(path, "w")]);
	await writer.write("http://a\n");
	const batches = list.entries();
	assert.deepEqual((await batches.next()).value, [{ line: 1, urls: ["http://a"] }]);
	assert.equal(list.fractionRead(), undefined);
	await list.close();
	await writer.close();
});

test("standard input is read as it comes", async () => {
	const program = `
		import { openList } from ${JSON.stringify(new URL("../../src/list/open-list.ts", import.meta.url).href)};
		const list = await openList("-", { warn() {} });
		for await (const batch of list.entries()) console.log(batch.map((entry) => entry.urls[0]).join());
		await list.close();`;
	const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	child.stdin.write("http://a\n");
	const [first] = await once(child.stdout, "data");
	assert.equal(String(first), "http://a\n");
	child.stdin.end("http://b\nhttp://c");
	assert.equal((await text(child.stdout)).replace(/\s/g, ","), "http://b,http://c,");
});
