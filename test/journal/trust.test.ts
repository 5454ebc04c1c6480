/** What somebody else, or an unpacked archive, has put into `.downspout`: nothing of it is entered, changed or removed. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	chownSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { entryKey } from "../../src/journal/entry-key.ts";
import { processPlace, processStart } from "../../src/journal/process-identity.ts";
import type { RunError } from "../../src/run/run-error.ts";
import { serve } from "../download/serve.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { contentOf, runList } from "../run/run-list.ts";
import { skipUnless, skipUnlessLinux } from "../skip-unless.ts";

const key = entryKey("http://127.0.0.1/", undefined);
const asRoot = skipUnless(process.geteuid?.() === 0, "root, to give files to other users");
const stranger = 12_345;

type Plant = {
	readonly name: string;
	/** @param state - The folder `.downspout`, in which `parts` and `owners` are missing. @param home - Holds what must stay as it is. */
	plant(state: string, home: string): void;
	readonly says: RegExp;
	readonly skip?: string | false;
};

const plants: readonly Plant[] = [
	{
		name: "owners that are a link to another folder",
		plant: (state, home) => symlinkSync(home, join(state, "owners")),
		says: /owners is a symbolic link/,
	},
	{
		name: "parts that are a link to another folder",
		plant: (state, home) => symlinkSync(home, join(state, "parts")),
		says: /parts is a symbolic link/,
	},
	{
		name: "a journal that is a link to a file",
		plant: (state, home) => symlinkSync(join(home, "id_rsa"), join(state, "journal.jsonl")),
		says: /journal\.jsonl is a symbolic link/,
	},
	{
		name: "a journal of a side that is a link to a file",
		plant: (state, home) => symlinkSync(join(home, "id_rsa"), join(state, "journal-x.jsonl")),
		says: /journal-x\.jsonl is a symbolic link/,
	},
	{
		name: "a journal that is a pipe",
		plant: (state) => spawnSync("mkfifo", [join(state, "journal.jsonl")]),
		says: /journal\.jsonl is a device or a pipe/,
	},
	{
		name: "a part that is a link to a folder",
		plant(state, home) {
			mkdirSync(join(state, "parts"));
			symlinkSync(home, join(state, "parts", key));
		},
		says: /is a symbolic link/,
	},
	{
		name: "an owner that is a link to a file",
		plant(state, home) {
			mkdirSync(join(state, "owners"));
			symlinkSync(join(home, "id_rsa"), join(state, "owners", "x-async-1.json"));
		},
		says: /is a symbolic link/,
	},
	{
		name: "parts of another user",
		plant(state) {
			mkdirSync(join(state, "parts"));
			chownSync(join(state, "parts"), stranger, stranger);
		},
		says: /parts belongs to another user \(uid 12345\)/,
		skip: asRoot,
	},
	{
		name: "an owner of another user",
		plant(state) {
			mkdirSync(join(state, "owners"));
			writeFileSync(join(state, "owners", "x-async-1.json"), "{}");
			chownSync(join(state, "owners", "x-async-1.json"), stranger, stranger);
		},
		says: /belongs to another user/,
		skip: asRoot,
	},
	{
		name: "a state of another user",
		plant: (state) => chownSync(state, stranger, stranger),
		says: /\.downspout belongs to another user/,
		skip: asRoot,
	},
];

for (const { name, plant, says, skip = false } of plants) {
	for (const fresh of [false, true]) {
		test(`${name}${fresh ? ", with --fresh" : ""}: the run does not start, and says why`, { skip }, async (context) => {
			const folder = freshFolder(context);
			const [dir, home] = [join(folder, "downloads"), join(folder, "home")];
			const state = join(dir, ".downspout");
			mkdirSync(state, { recursive: true });
			mkdirSync(home);
			for (const file of ["id_rsa", "body", "source.json", "x-async-1.json", `${key}`]) {
				writeFileSync(join(home, file), "mine");
			}
			plant(state, home);
			await assert.rejects(
				runList(context, "http://127.0.0.1/", { dir, options: { fresh } }),
				(error: RunError) => error.code === "dir_unusable" && says.test(error.message),
			);
			for (const file of readdirSync(home)) assert.equal(readFileSync(join(home, file), "utf8"), "mine");
			assert.equal(readdirSync(home).length, 5);
		});
	}
}

test("a state that is itself a link is not entered", async (context) => {
	const folder = freshFolder(context);
	const dir = join(folder, "downloads");
	mkdirSync(join(folder, "elsewhere"));
	mkdirSync(dir);
	symlinkSync("../elsewhere", join(dir, ".downspout"));
	await assert.rejects(
		runList(context, "http://127.0.0.1/", { dir }),
		(error: RunError) => error.code === "dir_unusable" && /\.downspout is a symbolic link/.test(error.message),
	);
	assert.deepEqual(readdirSync(join(folder, "elsewhere")), []);
});

test("names that are none of ours stay, with --fresh too", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const dir = join(freshFolder(context), "downloads");
	await runList(context, `${url}/a`, { dir });
	const state = join(dir, ".downspout");
	const mine = ["mine", "parts/mine", "parts/mine~", "owners/mine.json.bak", "owners/.json", `parts/${key}/mine`];
	mkdirSync(join(state, "parts", key));
	for (const name of mine) writeFileSync(join(state, name), "mine");
	await runList(context, `${url}/b`, { dir, options: { fresh: true } });
	for (const name of mine) assert.equal(readFileSync(join(state, name), "utf8"), "mine");
});

test("the state is for its owner alone, also one that an earlier version has made for all", {
	skip: skipUnless(process.platform !== "win32", "rights as POSIX has them"),
}, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const dir = join(freshFolder(context), "downloads");
	const state = join(dir, ".downspout");
	const modes = (): number[] =>
		[state, join(state, "parts"), join(state, "owners")].map((folder) => statSync(folder).mode & 0o777);
	await runList(context, `${url}/a`, { dir });
	assert.deepEqual(modes(), [0o700, 0o700, 0o700]);
	assert.equal(statSync(join(state, "journal.jsonl")).mode & 0o777, 0o600);
	for (const folder of [state, join(state, "parts"), join(state, "owners")]) chmodSync(folder, 0o775);
	await runList(context, `${url}/a`, { dir });
	assert.deepEqual(modes(), [0o700, 0o700, 0o700]);
	const mask = process.umask();
	assert.equal(statSync(join(dir, "a")).mode & 0o777, 0o666 & ~mask);
});

test("an owner that names a process of somebody's harms nobody", { skip: skipUnlessLinux }, async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const dir = join(freshFolder(context), "downloads");
	await runList(context, `${url}/a`, { dir });
	const victim = spawn("sleep", ["60"]);
	context.after(() => victim.kill());
	await once(victim, "spawn");
	// All of it is true, and its coordinator is gone.
	const identity = {
		...{ pid: victim.pid, startTicks: processStart(victim.pid ?? 0), place: processPlace() },
		...{ coordinatorPid: 4_194_300, coordinatorStartTicks: "1" },
	};
	const owners = join(dir, ".downspout/owners");
	writeFileSync(join(owners, "planted-processes-1.json"), JSON.stringify(identity));
	for (const pid of [0, -1, 1.5, "1"]) {
		writeFileSync(join(owners, `odd${pid}-processes-1.json`), JSON.stringify({ ...identity, pid }));
	}
	const { summary } = await runList(context, `${url}/b`, { dir });
	assert.equal(summary.saved, 1);
	assert.deepEqual([victim.exitCode, victim.signalCode], [null, null]);
});

const part = { etag: '"1"', totalBytes: 4 };

test("a part whose bytes are a link, or another name of the user's file, is not written to", async (context) => {
	for (const [how, put] of [
		["link", symlinkSync],
		["another name", linkSync],
	] as const) {
		// What would go on with these bytes gets what follows them.
		const { url } = await serve(context, ({ headers }, response) => {
			response.setHeader("etag", '"1"');
			if (headers.range) response.writeHead(206, { "content-range": "bytes 2-3/4" }).end("xt");
			else response.end("text");
		});
		const folder = freshFolder(context);
		const dir = join(folder, "downloads");
		const mine = join(folder, "mine");
		writeFileSync(mine, "mi");
		const left = join(dir, ".downspout/parts", entryKey(`${url}/f`, undefined));
		mkdirSync(left, { recursive: true });
		writeFileSync(join(left, "source.json"), JSON.stringify({ url: `${url}/f`, ...part }));
		put(mine, join(left, "body"));
		await runList(context, `${url}/f`, { dir });
		assert.equal(readFileSync(mine, "utf8"), "mi", how);
		assert.equal(contentOf(dir, "f"), "text");
		assert.equal(existsSync(left), false);
	}
});

test("a journal that has a second name is copied before it is written", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const dir = join(freshFolder(context), "downloads");
	await runList(context, `${url}/a`, { dir });
	const journal = join(dir, ".downspout/journal.jsonl");
	const backup = join(dir, "backup");
	linkSync(journal, backup);
	const before = readFileSync(backup, "utf8");
	const again = await runList(context, `${url}/a\n${url}/b`, { dir });
	assert.deepEqual([again.summary.skipped, again.summary.saved, again.warnings], [1, 1, []]);
	assert.equal(readFileSync(backup, "utf8"), before);
	assert.equal(lstatSync(journal).nlink, 1);
	assert.equal((await runList(context, `${url}/a\n${url}/b`, { dir })).summary.skipped, 2);
});
