/** Running again in the same directory: what is saved is passed over without a request, what is lost is fetched, and a damaged journal costs nothing else. */
import assert from "node:assert/strict";
import {
	appendFileSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { entryKey } from "../../src/journal/entry-key.ts";
import { processPlace } from "../../src/journal/process-identity.ts";
import { type Served, serve } from "../download/serve.ts";
import { freshFolder } from "./fresh-folder.ts";
import { byLine, contentOf, filesIn, type ListRun, partsIn, runList } from "./run-list.ts";

const names = ["a", "b", "c", "d"];

test("the same list again makes no request, and tells what is there", async (context) => {
	const { first, server, again } = await saveTwice(context);
	assert.deepEqual(again.summary.skipped, names.length);
	assert.equal(server.requests.length, names.length);
	for (const { file, bytes, status } of again.outcomes)
		assert.deepEqual([status, bytes], ["skipped", lstatSync(join(first.dir, file ?? "")).size]);
});

const losses: readonly { readonly name: string; lose(file: string): void }[] = [
	{ name: "was deleted", lose: (file) => rmSync(file) },
	{ name: "is shorter now", lose: (file) => truncateSync(file, 1) },
	{ name: "is a folder now", lose: replaceByFolder },
];

for (const { name, lose } of losses) {
	test(`a file that ${name} is fetched again, the others are not`, async (context) => {
		const { again, server } = await saveTwice(context, (dir) => lose(join(dir, "b")));
		assert.deepEqual(
			byLine(again.outcomes).map(({ status }) => status),
			["skipped", "saved", "skipped", "skipped"],
		);
		assert.equal(server.requests.length, names.length + 1);
		assert.equal(
			contentOf(again.dir, again.outcomes.find(({ status }) => status === "saved")?.file ?? ""),
			"text of /b",
		);
	});
}

test("a link that leads in a circle in the place of a saved file is no such file", async (context) => {
	const { again } = await saveTwice(context, (dir) => {
		rmSync(join(dir, "b"));
		symlinkSync("b", join(dir, "b"));
	});
	assert.deepEqual(
		byLine(again.outcomes).map(({ file }) => file),
		["a", "b (1)", "c", "d"],
	);
});

test("a file in the place of a saved one's folder does not stop the run", async (context) => {
	const server = await echo(context);
	const list = `${server.url}/a\n  out=x/a\n`;
	const { dir } = await runList(context, list);
	rmSync(join(dir, "x"), { recursive: true });
	writeFileSync(join(dir, "x"), "in the way");
	const again = await runList(context, list, { dir });
	assert.equal(again.outcomes[0]?.error?.code, "exists");
});

test("what failed is tried again, and counts as saved from then on", async (context) => {
	const server = await serve(context, (_, response, nth) => response.writeHead(nth === 0 ? 404 : 200).end("text"));
	const first = await runList(context, `${server.url}/a`);
	const statuses = [first.outcomes[0]?.status];
	for (let n = 0; n < 2; n++)
		statuses.push((await runList(context, `${server.url}/a`, { dir: first.dir })).outcomes[0]?.status);
	assert.deepEqual(statuses, ["failed", "saved", "skipped"]);
});

test("--fresh downloads all again, beside what is there", async (context) => {
	const { dir } = (await saveTwice(context)).first;
	const server = await echo(context);
	const list = listOf(server);
	await runList(context, list, { dir });
	const fresh = await runList(context, list, { dir, options: { fresh: true, onExists: "overwrite" } });
	assert.equal(fresh.summary.saved, names.length);
});

const damages: readonly {
	readonly name: string;
	damage(journal: string): void;
	readonly skipped: number;
	readonly warned: boolean;
}[] = [
	{ name: "a torn tail", damage: (journal) => appendFileSync(journal, '{"key":"0123'), skipped: 4, warned: false },
	{
		name: "a torn last record",
		damage: (journal) => truncateSync(journal, lstatSync(journal).size - 5),
		skipped: 3,
		warned: false,
	},
	{
		name: "garbage in the middle",
		damage: (journal) => writeFileSync(journal, readFileSync(journal, "utf8").replace("\n", "\n\0\x01 garbage\n")),
		skipped: 4,
		warned: true,
	},
	{
		name: "a damaged record",
		damage: (journal) => writeFileSync(journal, readFileSync(journal, "utf8").replace('"saved"', '"sav\0d"')),
		skipped: 3,
		warned: true,
	},
	{
		name: "a long line of zeros",
		damage: (journal) => appendFileSync(journal, Buffer.alloc(3_000_000)),
		skipped: 4,
		warned: true,
	},
	{
		name: "nothing but garbage",
		damage: (journal) => writeFileSync(journal, Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256))),
		skipped: 0,
		warned: true,
	},
	{
		name: "a folder in its place",
		damage: replaceByFolder,
		skipped: 0,
		warned: true,
	},
	{ name: "no journal at all", damage: (journal) => rmSync(journal), skipped: 0, warned: false },
];

for (const { name, damage, skipped, warned } of damages) {
	test(`a journal with ${name}: what can be recovered is, and the run after that is whole`, async (context) => {
		const { again, server } = await saveTwice(context, (dir) => damage(join(dir, ".downspout/journal.jsonl")));
		assert.deepEqual([again.summary.skipped, again.summary.saved], [skipped, names.length - skipped]);
		const aside = readdirSync(join(again.dir, ".downspout")).filter((file) => file.includes("damaged"));
		assert.equal(aside.length, warned ? 1 : 0);
		assert.equal(again.warnings.length, warned ? 1 : 0);
		if (warned) assert.match(again.warnings[0] ?? "", new RegExp(`journal\\.jsonl.*${aside[0]}`));
		const third = await runList(context, listOf(server), { dir: again.dir });
		assert.deepEqual([third.summary.skipped, third.warnings], [names.length, []]);
	});
}

test("a file that a killed run published and could not record is recognised, what it only meant to publish is not", async (context) => {
	const server = await echo(context);
	const dir = join(freshFolder(context), "downloads");
	const owners = join(dir, ".downspout/owners");
	mkdirSync(owners, { recursive: true });
	mkdirSync(join(dir, ".downspout/parts"));
	const gone = { pid: 4_194_300, startTicks: "1", coordinatorPid: 4_194_300, coordinatorStartTicks: "1" };
	writeFileSync(join(owners, "killed-async-1.json"), JSON.stringify({ place: processPlace(), ...gone }));
	const parts = join(dir, ".downspout/parts");
	const cases = [
		{ name: "published", source: "killed-async-1~1", end: "skipped published" },
		{ name: "published-and-not-yet-let-go-of", source: "killed-async-1~2", linked: true },
		{ name: "never", source: "killed-async-1~3", left: true, file: false, end: "saved never" },
		{ name: "foreign", source: "killed-async-1~4", left: true, end: "saved foreign (1)" },
		{ name: "cut-since", source: "killed-async-1~5", cut: true, end: "saved cut-since (1)" },
		{ name: "withdrawn", source: "killed-async-1~6", withdrawn: true, end: "saved withdrawn (1)" },
		{ name: "large", source: "KEY@killed-async-1/body", end: "skipped large" },
		{ name: "large-foreign", source: "KEY@killed-async-1/body", left: true, end: "saved large-foreign (1)" },
		{ name: "large-taken-over", source: "KEY@killed-async-1/body", over: true, end: "saved large-taken-over (1)" },
		{ name: "folder/gone", source: "killed-async-1~7", file: false, end: "saved gone" },
		{ name: "circle/gone", source: "killed-async-1~8", file: false, end: "saved gone (1)" },
	];
	symlinkSync("circle", join(dir, "circle"));
	const intents = cases.flatMap(({ name, file = true, left, linked, cut, withdrawn, over, ...its }) => {
		const key = entryKey(`${server.url}/${name}`, undefined);
		const source = its.source.replace("KEY", key);
		const text = `text of /${name}`;
		if (file) writeFileSync(join(dir, name), cut ? "te" : text);
		const place = join(parts, over ? source.replace("@killed-async-1", "") : source);
		if (source.includes("/")) mkdirSync(join(place, ".."), { recursive: true });
		if (left || over) writeFileSync(place, text);
		if (linked) linkSync(join(dir, name), place);
		const intent = JSON.stringify({ key, file: name, bytes: text.length, source });
		return withdrawn ? [intent, JSON.stringify({ withdrawn: source })] : [intent];
	});
	writeFileSync(join(owners, "killed-async-1.0.intents"), `${intents.join("\n")}\n{"key":"torn`);
	const list = cases.map(({ name }) => `${server.url}/${name}`).join("\n");
	const { outcomes } = await runList(context, list, { dir });
	const ends = byLine(outcomes).map(({ status, file }) => `${status} ${file}`);
	assert.deepEqual(
		ends,
		cases.map(({ name, end = `skipped ${name}` }) => end),
	);
	assert.deepEqual([readdirSync(owners), partsIn(dir)], [[], []]);
	const again = await runList(context, list, { dir });
	assert.equal(again.summary.skipped, cases.length);
});

test("two runs in one directory at once both end, and every file is whole", async (context) => {
	const body = "x".repeat(200_000);
	const server = await serve(context, (request, response) =>
		response.end(request.url?.endsWith("0") ? body : request.url),
	);
	const dir = join(freshFolder(context), "downloads");
	const list = Array.from({ length: 150 }, (_, n) => `${server.url}/${n}`).join("\n");
	const both = await Promise.all([runList(context, list, { dir }), runList(context, list, { dir })]);
	for (const { summary, outcomes } of both) {
		assert.deepEqual([summary.total, summary.failed], [150, 0]);
		for (const { url, file, status } of outcomes) {
			const { pathname } = new URL(url);
			if (status === "saved") assert.equal(contentOf(dir, file ?? ""), pathname.endsWith("0") ? body : pathname);
		}
	}
	assert.equal(
		filesIn(dir).length,
		both.reduce((sum, { summary }) => sum + summary.saved, 0),
	);
	assert.deepEqual([partsIn(dir), readdirSync(join(dir, ".downspout/owners"))], [[], []]);
	const third = await runList(context, list, { dir });
	assert.equal(third.summary.skipped, 150);
});

function replaceByFolder(path: string): void {
	rmSync(path);
	mkdirSync(path);
}

type Twice = { readonly first: ListRun; readonly again: ListRun; readonly server: Served };

/** Runs a list of four files twice, with something happening in between. */
async function saveTwice(context: TestContext, between: (dir: string) => void = () => {}): Promise<Twice> {
	const server = await echo(context);
	const first = await runList(context, listOf(server), { options: { concurrency: 1 } });
	assert.equal(first.summary.saved, names.length);
	between(first.dir);
	const again = await runList(context, listOf(server), { dir: first.dir });
	return { first, again, server };
}

function listOf({ url }: Served): string {
	return names.map((name) => `${url}/${name}`).join("\n");
}

function echo(context: TestContext): Promise<Served> {
	return serve(context, (request, response) => response.end(`text of ${request.url}`));
}

for (const field of ["etag", "last-modified"]) {
	test(`a file whose ${field} is very long is known when the list is run again`, async (context) => {
		// As JSON it is twice as long, and longer than what is read of a journal at once.
		const value = `"${"\\".repeat(40_000)}"`;
		const { url } = await serve(context, (_, response) => void response.setHeader(field, value).end("text"));
		const { dir } = await runList(context, `${url}/a`);
		const again = await runList(context, `${url}/a`, { dir });
		assert.equal(again.outcomes[0]?.status, "skipped");
		assert.deepEqual(filesIn(dir), ["a"]);
	});
}
