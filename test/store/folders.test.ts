/** Folders below the download directory: files go where they belong, however folders are moved, linked or mounted meanwhile. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { freshFolder } from "../run/fresh-folder.ts";
import { byLine, entryOf, filesIn, partsIn, runList } from "../run/run-list.ts";
import { cannotMount, mountTmpfs, mountTmpfsAt } from "./mounts.ts";

type Change = {
	readonly name: string;
	/** What happens to the folder `a/b` after two files of it were saved: by the second it was known, and looked at. */
	change(dir: string, outside: string): void;
	/** How the next file ends. */
	readonly ends: string;
	readonly where?: string;
};

const changes: readonly Change[] = [
	{
		name: "becomes a link that leads outside",
		change(dir, outside) {
			rmSync(join(dir, "a/b"), { recursive: true });
			symlinkSync(outside, join(dir, "a/b"));
		},
		ends: "unsafe_path",
	},
	{
		name: "is moved outside, and a link is put in its place",
		change(dir, outside) {
			renameSync(join(dir, "a/b"), join(outside, "b"));
			symlinkSync(join(outside, "b"), join(dir, "a/b"));
		},
		ends: "unsafe_path",
	},
	{
		name: "gets a link that leads outside above it",
		change(dir, outside) {
			mkdirSync(join(outside, "b"));
			rmSync(join(dir, "a"), { recursive: true });
			symlinkSync(outside, join(dir, "a"));
		},
		ends: "unsafe_path",
	},
	{
		name: "becomes a link into the state",
		change(dir) {
			rmSync(join(dir, "a/b"), { recursive: true });
			symlinkSync("../.downspout/parts", join(dir, "a/b"));
		},
		ends: "unsafe_path",
	},
	{
		name: "becomes a link that leads elsewhere inside",
		change(dir) {
			rmSync(join(dir, "a/b"), { recursive: true });
			mkdirSync(join(dir, "inside"));
			symlinkSync("../inside", join(dir, "a/b"));
		},
		ends: "saved",
		where: "inside/next",
	},
	{
		name: "is removed",
		change: (dir) => rmSync(join(dir, "a"), { recursive: true }),
		ends: "saved",
		where: "a/b/next",
	},
];

for (const { name, change, ends, where } of changes) {
	test(`a folder ${name} between its files: ${ends}`, async (context) => {
		const folder = freshFolder(context);
		const [dir, outside] = [join(folder, "downloads"), join(folder, "outside")];
		mkdirSync(outside);
		const { url } = await serve(context, (_, response) => response.end("text"));
		const { outcomes } = await runList(
			context,
			["first", "second", "next"].map((name, n) => entryOf(`${url}/${n}`, { line: n + 1, out: `a/b/${name}` })),
			{
				dir,
				options: { concurrency: 1 },
				onEvent: (event) => event.type === "ended" && event.outcome.line === 2 && change(dir, outside),
			},
		);
		const next = byLine(outcomes)[2];
		assert.equal(next?.error?.code ?? next?.status, ends);
		assert.equal(existsSync(join(outside, "next")) || existsSync(join(outside, "b/next")), false);
		if (where) assert.equal(readFileSync(join(dir, where), "utf8"), "text");
		assert.deepEqual(partsIn(dir), []);
	});
}

/** As a file system that knows short names does: the same folder under two names. */
test("the state is not entered by another name of it, such as DOWNSP~1", { skip: cannotMount }, async (context) => {
	const dir = join(mountTmpfs(context), "downloads");
	const [state, alias] = [join(dir, ".downspout"), join(dir, "DOWNSP~1")];
	for (const folder of [state, alias]) mkdirSync(folder, { recursive: true, mode: 0o700 });
	assert.equal(spawnSync("mount", ["--bind", state, alias]).status, 0);
	const { url } = await serve(context, (_, response) => response.end("text"));
	const outs = ["DOWNSP~1/a", "DOWNSP~1/parts/b", "DOWNSP~1/owners/deep/c"];
	const { outcomes } = await runList(
		context,
		outs.map((out, n) => entryOf(`${url}/${n}`, { out })),
		{ dir },
	);
	assert.deepEqual(
		outcomes.map(({ error }) => error?.code),
		["unsafe_path", "unsafe_path", "unsafe_path"],
	);
});

for (const onExists of ["rename", "overwrite"] as const) {
	test(`files go to another mount within the directory: ${onExists}`, { skip: cannotMount }, async (context) => {
		const dir = join(mountTmpfs(context), "downloads");
		const disk = join(dir, "disk");
		mkdirSync(disk, { recursive: true });
		mountTmpfsAt(disk);
		const modified = "Wed, 21 Oct 2015 07:28:00 GMT";
		const body = "x".repeat(300_000);
		const { url } = await serve(context, (request, response) => {
			response.setHeader("last-modified", modified);
			response.end(request.url?.includes("large") ? body : "text");
		});
		writeFileSync(join(disk, "taken"), "before");
		const outs = ["disk/small", "disk/large", "disk/deep/small", "disk/taken"];
		const entries = outs.map((out, n) => entryOf(`${url}/${out}`, { line: n, out }));
		const { outcomes } = await runList(context, entries, { dir, options: { onExists, concurrency: 1 } });
		const taken = onExists === "rename" ? "disk/taken (1)" : "disk/taken";
		assert.deepEqual(
			byLine(outcomes).map(({ file, status }) => [status, file]),
			["disk/small", "disk/large", "disk/deep/small", taken].map((file) => ["saved", file]),
		);
		assert.equal(readFileSync(join(dir, "disk/large"), "utf8"), body);
		assert.equal(readFileSync(join(dir, taken), "utf8"), "text");
		assert.equal(readFileSync(join(dir, "disk/taken"), "utf8"), onExists === "rename" ? "before" : "text");
		for (const file of ["disk/small", "disk/large"])
			assert.equal(lstatSync(join(dir, file)).mtime.toUTCString(), modified);
		assert.deepEqual(filesIn(dir), [...new Set([...outs, taken])].sort());
		assert.deepEqual(partsIn(dir), []);
		assert.equal((await runList(context, entries, { dir })).summary.skipped, 4);
	});
}

test("a file is not put in the place of a folder", async (context) => {
	const dir = join(freshFolder(context), "downloads");
	mkdirSync(join(dir, "a"), { recursive: true });
	const { url } = await serve(context, (_, response) => response.end("text"));
	const { outcomes } = await runList(context, `${url}/a`, { dir, options: { onExists: "overwrite" } });
	assert.equal(outcomes[0]?.error?.code, "exists");
	assert.deepEqual(readdirSync(join(dir, "a")), []);
	assert.deepEqual(readdirSync(dirname(join(dir, "a"))).sort(), [".downspout", "a"]);
});
