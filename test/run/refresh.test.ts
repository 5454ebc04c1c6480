/** `--refresh`: what is asked again, what is replaced, and what is left alone. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RunOptions } from "../../src/core/options.ts";
import { type Served, serve } from "../download/serve.ts";
import { byLine, contentOf, filesIn, type ListRun, partsIn, runList } from "./run-list.ts";

const longAgo = "Wed, 21 Oct 2015 07:28:00 GMT";
const later = "Wed, 21 Oct 2020 07:28:00 GMT";
const large = "x".repeat(300_000);

/** What a server has under a path; it may change between runs. */
type Resource = { body: string; etag?: string; modified?: string; status?: number };

type Site = Served & { readonly resources: Map<string, Resource> };

async function site(context: TestContext, resources: Readonly<Record<string, Resource>>): Promise<Site> {
	const known = new Map(Object.entries(resources));
	const served = await serve(context, (request, response) => {
		const found = known.get(request.url?.slice(1) ?? "");
		if (!found) return void response.writeHead(404).end();
		const { body, etag, modified, status } = found;
		if (etag !== undefined) response.setHeader("etag", etag);
		if (modified !== undefined) response.setHeader("last-modified", modified);
		const { "if-none-match": none, "if-modified-since": since } = request.headers;
		const isSame = none === undefined ? since !== undefined && since === modified : none === etag;
		if (status !== undefined) response.writeHead(status).end();
		else if (isSame) response.writeHead(304).end();
		else response.end(body);
	});
	return { ...served, resources: known };
}

function listOf({ url, resources }: Site): string {
	return [...resources.keys()].map((name) => `${url}/${name}`).join("\n");
}

/** Runs the list, lets something happen, and runs it again with --refresh. */
async function twice(
	context: TestContext,
	on: Site,
	between: (dir: string) => void,
	options: Partial<RunOptions> = {},
): Promise<ListRun> {
	const list = listOf(on);
	const { dir } = await runList(context, list, { options: { ...options, retries: 0 } });
	between(dir);
	return runList(context, list, { dir, options: { ...options, retries: 0, refresh: true } });
}

function statuses({ outcomes }: ListRun): string[] {
	return byLine(outcomes).map(({ status }) => status);
}

const unchanged: readonly (readonly [string, Resource, Readonly<Record<string, string | undefined>>, number])[] = [
	["an entity tag", { body: "a", etag: '"1"' }, { "if-none-match": '"1"' }, 304],
	["a weak entity tag", { body: "a", etag: 'W/"1"' }, { "if-none-match": 'W/"1"' }, 304],
	["a date", { body: "a", modified: longAgo }, { "if-none-match": undefined, "if-modified-since": longAgo }, 304],
	[
		"both",
		{ body: "a", etag: '"1"', modified: longAgo },
		{ "if-none-match": '"1"', "if-modified-since": longAgo },
		304,
	],
	["nothing", { body: "a" }, { "if-none-match": undefined, "if-modified-since": undefined }, 200],
	["nothing, and a large file", { body: large }, {}, 200],
	["nothing, and an empty file", { body: "" }, {}, 200],
];

for (const [name, resource, fields, httpStatus] of unchanged) {
	test(`what did not change is skipped, with ${name} to tell by`, async (context) => {
		const on = await site(context, { a: resource });
		let before: number | undefined;
		const again = await twice(context, on, (dir) => {
			before = statSync(join(dir, "a")).ino;
		});
		const { status, bytes, file } = again.outcomes[0] ?? assert.fail("no outcome");
		assert.deepEqual([status, bytes, file], ["skipped", resource.body.length, "a"]);
		assert.equal(again.outcomes[0]?.httpStatus, httpStatus);
		for (const [field, value] of Object.entries(fields)) assert.equal(on.requests[1]?.headers[field], value, field);
		assert.deepEqual([filesIn(again.dir), partsIn(again.dir)], [["a"], []]);
		assert.equal(statSync(join(again.dir, "a")).ino, before);
	});
}

for (const method of ["async", "threads", "processes"] as const) {
	test(`${method}: what changed takes the place of what was saved, and the next time it is asked by its own version`, async (context) => {
		const on = await site(context, {
			a: { body: "old", etag: '"1"', modified: longAgo },
			b: { body: "the same", etag: '"1"' },
			c: { body: "old", modified: longAgo },
			d: { body: "old" },
			e: { body: large, etag: '"1"' },
		});
		const options = { method, workers: 2, concurrency: 4 } as const;
		const again = await twice(
			context,
			on,
			() => {
				on.resources.set("a", { body: "new", etag: '"2"', modified: later });
				on.resources.set("c", { body: "newer", modified: later });
				on.resources.set("d", { body: "other" });
				on.resources.set("e", { body: `${large}more`, etag: '"2"' });
			},
			options,
		);
		assert.deepEqual(statuses(again), ["saved", "skipped", "saved", "saved", "saved"]);
		const files = filesIn(again.dir);
		assert.deepEqual(files, ["a", "b", "c", "d", "e"]);
		assert.deepEqual(
			files.map((file) => contentOf(again.dir, file)),
			["new", "the same", "newer", "other", `${large}more`],
		);
		assert.equal(statSync(join(again.dir, "a")).mtimeMs, Date.parse(later));
		const third = await runList(context, listOf(on), { dir: again.dir, options: { ...options, refresh: true } });
		assert.deepEqual(statuses(third), ["skipped", "skipped", "skipped", "skipped", "skipped"]);
		const asked = on.requests.filter(({ path }) => path === "/a").at(-1);
		assert.equal(asked?.headers["if-none-match"], '"2"');
	});
}

test("what was changed here is left alone, and the new one gets a name of its own", async (context) => {
	const on = await site(context, {
		"dated.txt": { body: "old", etag: '"1"', modified: longAgo },
		"undated.txt": { body: "old", etag: '"1"' },
		"longer.txt": { body: "old", etag: '"1"' },
		"kept.txt": { body: "old", etag: '"1"', modified: longAgo },
	});
	const again = await twice(context, on, (dir) => {
		for (const name of ["dated.txt", "undated.txt", "kept.txt"]) writeFileSync(join(dir, name), "own");
		// However coarse the clock of the file system is.
		const soon = Date.now() / 1000 + 60;
		utimesSync(join(dir, "undated.txt"), soon, soon);
		writeFileSync(join(dir, "longer.txt"), "longer");
		for (const name of ["dated.txt", "undated.txt", "longer.txt"]) on.resources.set(name, { body: "new", etag: '"2"' });
	});
	assert.deepEqual(statuses(again), ["saved", "saved", "saved", "skipped"]);
	const contents = Object.fromEntries(filesIn(again.dir).map((file) => [file, contentOf(again.dir, file)]));
	assert.deepEqual(contents, {
		"dated (1).txt": "new",
		"dated.txt": "own",
		"kept.txt": "own",
		"longer (1).txt": "new",
		"longer.txt": "longer",
		"undated (1).txt": "new",
		"undated.txt": "own",
	});
});

for (const onExists of ["skip", "fail", "overwrite"] as const) {
	test(`--on-exists ${onExists} is for other files: the one that was saved is replaced`, async (context) => {
		const on = await site(context, { a: { body: "old", etag: '"1"' } });
		const again = await twice(context, on, () => void on.resources.set("a", { body: "new", etag: '"2"' }), {
			onExists,
		});
		assert.deepEqual(statuses(again), ["saved"]);
		assert.deepEqual([filesIn(again.dir), contentOf(again.dir, "a")], [["a"], "new"]);
	});
}

test("a refresh that fails leaves the file as it is, and the journal too", async (context) => {
	const on = await site(context, { a: { body: "old", etag: '"1"' }, b: { body: large, etag: '"1"' } });
	const again = await twice(context, on, () => {
		on.resources.set("a", { body: "", status: 404 });
		on.resources.set("b", { body: "", status: 503 });
	});
	assert.deepEqual(again.summary.errors, { http_404: 1, http_503: 1 });
	assert.equal(contentOf(again.dir, "a"), "old");
	const without = await runList(context, listOf(on), { dir: again.dir });
	assert.deepEqual(statuses(without), ["skipped", "skipped"]);
});

test("the same bytes under another version are skipped, and that version is asked by from then on", async (context) => {
	const on = await site(context, { a: { body: "same", etag: '"1"', modified: longAgo } });
	const again = await twice(
		context,
		on,
		() => void on.resources.set("a", { body: "same", etag: '"2"', modified: later }),
	);
	assert.deepEqual([statuses(again), again.outcomes[0]?.httpStatus], [["skipped"], 200]);
	assert.equal(statSync(join(again.dir, "a")).mtimeMs, Date.parse(later));
	const third = await runList(context, listOf(on), { dir: again.dir, options: { refresh: true } });
	assert.deepEqual([statuses(third), third.outcomes[0]?.httpStatus], [["skipped"], 304]);
	assert.equal(on.requests.at(-1)?.headers["if-none-match"], '"2"');
});

test("a new version that broke off goes on, and takes the place only when it is whole", async (context) => {
	let isCut = true;
	let version = 1;
	const { url, requests } = await serve(context, (request, response) => {
		const body = version === 1 ? "old" : large;
		const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
		response.setHeader("etag", `"${version}"`).setHeader("content-length", body.length - from);
		if (from > 0) response.setHeader("content-range", `bytes ${from}-${body.length - 1}/${body.length}`);
		response.statusCode = from > 0 ? 206 : 200;
		if (version === 2 && isCut) response.write(body.slice(0, 200_000), () => response.destroy());
		else response.end(body.slice(from));
	});
	const { dir } = await runList(context, `${url}/a`);
	version = 2;
	const options = { refresh: true, retries: 0 };
	const cut = await runList(context, `${url}/a`, { dir, options });
	assert.equal(cut.outcomes[0]?.error?.code, "truncated");
	assert.equal(contentOf(dir, "a"), "old");
	isCut = false;
	const whole = await runList(context, `${url}/a`, { dir, options });
	assert.deepEqual(statuses(whole), ["saved"]);
	assert.equal(contentOf(dir, "a"), large);
	const { range, "if-range": ifRange, "if-none-match": none } = requests.at(-1)?.headers ?? {};
	assert.deepEqual([range, ifRange, none], ["bytes=200000-", '"2"', undefined]);
});

test("a file that is gone is downloaded, whatever version it was", async (context) => {
	const on = await site(context, { a: { body: "text", etag: '"1"' } });
	const again = await twice(context, on, (dir) => rmSync(join(dir, "a")));
	assert.deepEqual([statuses(again), contentOf(again.dir, "a")], [["saved"], "text"]);
	assert.equal(on.requests[1]?.headers["if-none-match"], undefined);
});

test("a name that was given for another's sake stays: the second of two files is replaced where it is", async (context) => {
	const version = { a: 1 };
	const { url } = await serve(context, (request, response) => {
		response.setHeader("etag", `"${version.a}"`);
		response.end(`${request.url} ${version.a}`);
	});
	const list = `${url}/1/a.txt\n${url}/2/a.txt`;
	const { dir, outcomes } = await runList(context, list, { options: { concurrency: 1 } });
	const names = byLine(outcomes).map(({ file }) => file);
	version.a = 2;
	const again = await runList(context, list, { dir, options: { refresh: true } });
	assert.deepEqual(
		byLine(again.outcomes).map(({ file }) => file),
		names,
	);
	assert.deepEqual(filesIn(dir), ["a (1).txt", "a.txt"]);
	assert.equal(contentOf(dir, "a (1).txt"), "/2/a.txt 2");
});

test("digests that were recorded are given for what is skipped", async (context) => {
	const on = await site(context, { a: { body: "text", etag: '"1"' } });
	const again = await twice(context, on, () => {}, { sha256: true });
	assert.deepEqual(statuses(again), ["skipped"]);
	assert.equal(again.outcomes[0]?.sha256, createHash("sha256").update("text").digest("hex"));
});

test("without --refresh nothing is asked, and the journal still keeps the versions", async (context) => {
	const on = await site(context, { a: { body: "text", etag: '"\u00e9"', modified: longAgo } });
	const { dir } = await runList(context, listOf(on));
	assert.deepEqual(statuses(await runList(context, listOf(on), { dir })), ["skipped"]);
	assert.equal(on.requests.length, 1);
	const record: unknown = JSON.parse(readFileSync(join(dir, ".downspout/journal.jsonl"), "utf8"));
	assert.ok(record !== null && typeof record === "object");
	const etag: unknown = Reflect.get(record, "etag");
	assert.match(String(etag), /[^ -~]/);
	assert.equal(Reflect.get(record, "modified"), longAgo);
	// A character for each byte, as it came: it goes back as it is.
	await runList(context, listOf(on), { dir, options: { refresh: true } });
	assert.equal(on.requests[1]?.headers["if-none-match"], etag);
});

const versions: Readonly<Record<string, Omit<Resource, "body">>> = {
	"an entity tag": { etag: '"1"' },
	"a date": { modified: longAgo },
	"no version": {},
};

for (const [name, version] of Object.entries(versions)) {
	for (const refresh of [false, true]) {
		const how = refresh ? "asked for again" : "passed over";
		test(`${name}: known still when a digest of a file that was ${how} has been found`, async (context) => {
			const on = await site(context, { a: { body: "old", ...version } });
			const list = listOf(on);
			const { dir } = await runList(context, list);
			const digested = await runList(context, list, { dir, options: { sha256: true, refresh } });
			assert.equal(digested.outcomes[0]?.sha256, createHash("sha256").update("old").digest("hex"));
			const before = on.requests.length;
			assert.deepEqual(statuses(await runList(context, list, { dir, options: { refresh: true } })), ["skipped"]);
			assert.equal(on.requests[before]?.headers["if-none-match"], version.etag);
			assert.equal(on.requests[before]?.headers["if-modified-since"], version.modified);
			on.resources.set("a", {
				body: "new",
				...(version.etag && { etag: '"2"' }),
				...(version.modified && { modified: later }),
			});
			await runList(context, list, { dir, options: { refresh: true } });
			assert.deepEqual(filesIn(dir), ["a"]);
			assert.equal(contentOf(dir, "a"), "new");
		});
	}
}
