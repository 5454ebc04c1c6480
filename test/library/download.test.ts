/** The library as a program uses it: results as they end, aborts, errors, and nothing that it should not do. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type DownloadOptions, type DownloadSource, download, type Outcome } from "../../src/index.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { type FileServer, startFileServer } from "./file-server.ts";
import "../without-proxies.ts";

type Place = { readonly server: FileServer; readonly base: string; readonly folder: string; readonly dir: string };

async function prepare(context: TestContext): Promise<Place> {
	const folder = await freshFolder(context);
	const server = await startFileServer(context);
	return { server, base: server.base, folder, dir: join(folder, "files") };
}

async function collect(source: DownloadSource, options?: DownloadOptions): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for await (const outcome of download(source, options)) outcomes.push(outcome);
	return outcomes;
}

function urls(base: string, count: number, prefix = "f"): string[] {
	return Array.from({ length: count }, (_, index) => `${base}/${prefix}${index}`);
}

test("every kind of source gives its results", async (context) => {
	const { base, folder } = await prepare(context);
	const list = join(folder, "list.txt");
	writeFileSync(list, `${base}/a\n${base}/b\n`);
	const both = [`${base}/a`, `${base}/b`];
	async function* slowly(): AsyncGenerator<string> {
		yield* both;
	}
	const sources: readonly (readonly [string, DownloadSource, number])[] = [
		["a path", list, 2],
		["a file URL", pathToFileURL(list), 2],
		["a URL as text", `${base}/a`, 1],
		["a URL", new URL(`${base}/a`), 1],
		["an array", both, 2],
		["a set", new Set(both.map((url) => new URL(url))), 2],
		["a generator", slowly(), 2],
		["a stream", Readable.from(both), 2],
		["entries", both.map((url) => ({ url })), 2],
		["nothing", [], 0],
	];
	for (const [name, source, count] of sources) {
		const dir = join(folder, name);
		const outcomes = await collect(source, { dir });
		const lines = outcomes.map(({ line, status }) => `${line} ${status}`).sort();
		assert.deepEqual(lines, ["1 saved", "2 saved"].slice(0, count), name);
		assert.deepEqual((await readdir(dir)).sort(), [".downspout", "a", "b"].slice(0, count + 1), name);
	}
});

test("a result is the object of results.jsonl", async (context) => {
	const { base, dir, folder } = await prepare(context);
	const logDir = join(folder, "logs");
	const source = [`${base}/a`, `${base}/missing`, "nonsense", `${base}/a`];
	const outcomes = await collect(source, { dir, logDir, retries: 0 });
	const recorded = readFileSync(join(logDir, "latest", "results.jsonl"), "utf8")
		.trimEnd()
		.split("\n");
	assert.deepEqual(
		recorded.map((line) => JSON.parse(line)),
		outcomes,
	);
	assert.deepEqual(
		outcomes.map(({ line, status, error }) => `${line} ${status} ${error?.code ?? ""}`.trimEnd()).sort(),
		["1 saved", "2 failed http_404", "3 failed invalid_url", "4 duplicate"],
	);
});

test("an entry has mirrors, a name, a folder, a checksum and headers", async (context) => {
	const { base, dir, server } = await prepare(context);
	const sha256 = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
	const outcomes = await collect(
		[
			{ url: [`${base}/missing`, `${base}/mirror`], out: "sub/name.txt", headers: { "X-One": "1" } },
			{ url: new URL(`${base}/b`), dir: "folder", headers: [["X-Two", "2"]] },
			{ url: `${base}/c`, checksum: sha256 },
			{ url: `${base}/d`, headers: { "X-Bad": "a\nb" } },
			{ url: `${base}/d2`, headers: { Range: "bytes=1-" } },
			{ url: `${base}/f`, checksum: [sha256, "md5:00"] },
			{ url: `${base}/g`, range: "9-1" },
			{ url: `${base}/e`, out: "../outside" },
			{ url: [] },
		],
		{ dir, retries: 0, header: "X-All: 0", userAgent: "tester" },
	);
	const ends = outcomes.toSorted((a, b) => a.line - b.line).map(({ file, error }) => error?.code ?? file);
	const refused = ["invalid_option", "invalid_option", "checksum", "invalid_option", "unsafe_path", "invalid_url"];
	assert.deepEqual(ends, ["sub/name.txt", "folder/b", "checksum", ...refused]);
	assert.equal(await readFile(join(dir, "sub/name.txt"), "utf8"), "the bytes of /mirror\n");
	const { "x-one": one, "x-all": all, "user-agent": agent } = server.headersOf("/mirror") ?? {};
	assert.deepEqual([one, all, agent], ["1", "0", "tester"]);
	assert.equal(server.headersOf("/b")?.["x-two"], "2");
	for (const path of ["/d", "/d2", "/f", "/g"]) assert.equal(server.headersOf(path), undefined);
});

test("what a program without types gives never stops the run", async (context) => {
	const { base, dir } = await prepare(context);
	const odd: unknown[] = [undefined, null, 7, "", {}, { url: 5 }, [], Symbol.iterator, `${base}/a`];
	const source: Iterable<string> = { [Symbol.iterator]: () => anything(odd) };
	const outcomes = await collect(source, { dir });
	assert.equal(outcomes.filter(({ error }) => error?.code === "invalid_url").length, odd.length - 1);
	assert.equal(outcomes.filter(({ status }) => status === "saved").length, 1);
});

// biome-ignore lint/suspicious/noExplicitAny: stands for a program without types
function anything(items: readonly unknown[]): Iterator<any> {
	return items.values();
}

for (const method of ["async", "threads", "processes", "mix", "auto"] as const) {
	test(`${method}: all results come, each once`, async (context) => {
		const { base, dir } = await prepare(context);
		const source = [...urls(base, 400), ...urls(base, 50, "missing")];
		const outcomes = await collect(source, { dir, method, workers: 2, retries: 0 });
		assert.equal(new Set(outcomes.map(({ line }) => line)).size, 450);
		assert.equal(outcomes.length, 450);
		assert.equal(outcomes.filter(({ status }) => status === "saved").length, 400);
		assert.equal(readdirSync(dir).length, 401);
		if (method !== "mix" && method !== "auto") assert(outcomes.every((outcome) => outcome.method === method));
		if (method === "mix") assert.equal(new Set(outcomes.map((outcome) => outcome.method)).size, 3);
		const again = await collect(source.slice(0, 400), { dir, method, workers: 2 });
		assert(again.every(({ status }) => status === "skipped"));
	});

	test(`${method}: an abort ends the iteration without throwing, and the next run goes on`, async (context) => {
		const { base, dir } = await prepare(context);
		const controller = new AbortController();
		const source = [...urls(base, 10), ...urls(base, 40, "slow")];
		const statuses = new Map<string, number>();
		for await (const { status } of download(source, { dir, method, workers: 2, signal: controller.signal })) {
			statuses.set(status, (statuses.get(status) ?? 0) + 1);
			if (statuses.get("saved") === 10) controller.abort();
		}
		assert.deepEqual(Object.fromEntries(statuses), { saved: 10, cancelled: 40 });
		assert.deepEqual(readdirSync(join(dir, ".downspout", "owners")), []);
		const again = await collect(source.slice(0, 10), { dir, method });
		assert(again.every(({ status }) => status === "skipped"));
	});
}

test("leaving the loop stops the run in order, whatever the source does", async (context) => {
	const { base, dir } = await prepare(context);
	const closing = new EventEmitter();
	const closed = once(closing, "closed");
	async function* endless(): AsyncGenerator<string> {
		try {
			for (let number = 0; ; number++) yield `${base}/f${number}`;
		} finally {
			closing.emit("closed");
			// biome-ignore lint/correctness/noUnsafeFinally: a source that fails as it closes is what is tested
			throw new Error("while closing");
		}
	}
	let taken = 0;
	for await (const outcome of download(endless(), { dir })) {
		assert.equal(outcome.status, "saved");
		if (++taken === 100) break;
	}
	await closed;
	assert.deepEqual(readdirSync(join(dir, ".downspout", "parts")), []);
	assert.deepEqual(readdirSync(join(dir, ".downspout", "owners")), []);
});

test("a source that stays silent does not hold up an abort", async (context) => {
	const { base, dir } = await prepare(context);
	const controller = new AbortController();
	async function* silent(): AsyncGenerator<string> {
		yield `${base}/a`;
		await new Promise(() => {});
	}
	const statuses: string[] = [];
	for await (const { status } of download(silent(), { dir, signal: controller.signal })) {
		statuses.push(status);
		controller.abort();
	}
	assert.deepEqual(statuses, ["saved"]);
});

test("an abort before the start downloads nothing", async (context) => {
	const { base, dir, server } = await prepare(context);
	assert.deepEqual(await collect([`${base}/a`], { dir, signal: AbortSignal.abort() }), []);
	assert.equal(server.requests(), 0);
	assert(!existsSync(dir));
});

test("a consumer that is slow holds the source back", async (context) => {
	const { dir } = await prepare(context);
	let given = 0;
	function* endless(): Generator<string> {
		for (;;) yield `nonsense ${given++}`;
	}
	const results = download(endless(), { dir });
	await results.next();
	// Everything that wants to run gets its turn many times over.
	for (let turn = 0; turn < 2000; turn++) await new Promise(setImmediate);
	assert(given < 2000, `${given} were taken`);
	for (let count = 0; count < 5000; count++) await results.next();
	assert(given > 5000);
	await results.return();
});

test("it throws where the command line would exit with 2 or 3, with a code", async (context) => {
	const { base, dir, folder, server } = await prepare(context);
	const file = join(folder, "file");
	writeFileSync(file, "");
	const inFile = join(file, "below");
	// biome-ignore lint/suspicious/noExplicitAny: stands for a program without types
	const wrong: any = { signal: "now", method: "asynch", typo: 1, source: 5 };
	const cases: readonly (readonly [string, DownloadSource, DownloadOptions])[] = [
		["list_unreadable", join(folder, "missing.txt"), { dir }],
		["list_unreadable", folder, { dir }],
		["usage", [`${base}/a`], { dir, concurrency: 0 }],
		["usage", [`${base}/a`], { dir, method: wrong.method }],
		["usage", [`${base}/a`], { dir, signal: wrong.signal }],
		["usage", [`${base}/a`], { dir, ...{ typo: wrong.typo } }],
		["usage", [`${base}/a`], { dir, maxSize: "10 apples" }],
		["usage", [`${base}/a`], { dir, caCertificate: inFile }],
		["usage", wrong.source, { dir }],
		["dir_unusable", [`${base}/a`], { dir: inFile }],
		["log_dir_unusable", [`${base}/a`], { dir, logDir: inFile }],
	];
	for (const [code, source, options] of cases) {
		await assert.rejects(collect(source, options), { code }, JSON.stringify(options));
	}
	assert.equal(server.requests(), 0);
});

test("an error of the source comes after the results before it", async (context) => {
	const { base, dir } = await prepare(context);
	const cause = new Error("the database is gone");
	const taken = new EventEmitter();
	const goOn = once(taken, "result");
	async function* breaking(): AsyncGenerator<string> {
		yield `${base}/a`;
		await goOn;
		throw cause;
	}
	const statuses: string[] = [];
	const reading = async (): Promise<void> => {
		for await (const { status } of download(breaking(), { dir })) {
			statuses.push(status);
			taken.emit("result");
		}
	};
	await assert.rejects(reading(), { code: "list_unreadable", cause });
	assert.deepEqual(statuses, ["saved"]);
});

test("options are those of the command line", async (context) => {
	const { base, dir } = await prepare(context);
	const source = [`${base}/a`, `${base}/a`];
	const outcomes = await collect(source, { dir, layout: "host", keepDuplicates: true, maxSize: "1Ki", timeout: 5 });
	const host = `127.0.0.1+${new URL(base).port}`;
	assert.deepEqual(outcomes.map(({ file }) => file).sort(), [`${host}/a`, `${host}/a (1)`].sort());
	const [refused] = await collect([`${base}/large`], { dir, maxSize: 3, noContentDisposition: true });
	assert.equal(refused?.error?.code, "too_large");
});
