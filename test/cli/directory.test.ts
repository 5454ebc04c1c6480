/** The download directory as the command line names it: its files lie there, whatever the method. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { freshFolder } from "./fresh-folder.ts";
import { downspout, waitForEnd } from "./run-downspout.ts";
import "../without-proxies.ts";

const records = ["failed.txt", "log.txt", "results.jsonl", "summary.json"];
const files = ["0", "1", "2", "3", "4", "5"];

/** Where the command is started, and how it names `FOLDER/got/here`. */
const places = [
	{ from: ".", dir: "got/here" },
	{ from: "got/here", dir: "." },
	{ from: "got/beside", dir: "../here" },
];

for (const method of ["async", "threads", "processes", "mix"]) {
	for (const { from, dir } of places) {
		test(`${method}, started in ${from}: -d ${dir}`, async (context) => {
			const folder = await freshFolder(context);
			const cwd = join(folder, from);
			await mkdir(cwd, { recursive: true });
			const { url } = await serve(context, (_, response) => response.end("text"));
			const urls = files.map((name) => `${url}/${name}`);
			const args = [...urls, "-d", dir, "--layout", "host", "--log-dir", join(folder, "logs"), "-m", method, "-q"];
			const { code, stderr } = await downspout(args, { cwd });
			assert.equal(code, 0, stderr);
			const there = await readdir(join(folder, "got/here"), { recursive: true });
			assert.deepEqual(
				there
					.filter((path) => /\/\d$/.test(path))
					.map((path) => path.slice(-1))
					.sort(),
				files,
			);
			if (from !== "got/here") assert.deepEqual(await readdir(cwd), from === "." ? ["got", "logs"] : []);
		});
	}
}

test("all that the line names lies where the command was started", async (context) => {
	const cwd = await freshFolder(context);
	const { url } = await serve(context, (_, response) => response.end("text"));
	// The second list is longer than what is read of one ahead.
	const [first, second] = [[`${url}/first`], Array.from({ length: 1000 }, (_, index) => `${url}/${index}`)];
	for (const [name, list] of Object.entries({ first, second })) await writeFile(join(cwd, name), list.join("\n"));
	const args = ["first", "second", "-d", "far/away", "--log-dir", "logs", "-m", "mix", "--per-host", "64", "-q"];
	const { code, stderr } = await downspout(args, { cwd });
	assert.equal(code, 0, stderr);
	assert.deepEqual((await readdir(cwd)).sort(), ["far", "first", "logs", "second"]);
	assert.equal((await readdir(join(cwd, "far/away"))).length, 1002);
	assert.deepEqual((await readdir(join(cwd, "logs/latest"))).sort(), records);
});

for (const method of ["async", "threads", "processes", "mix"]) {
	test(`${method}: NODE_OPTIONS names a file where the command was started`, async (context) => {
		const cwd = await freshFolder(context);
		const { url } = await serve(context, (_, response) => response.end("text"));
		await writeFile(join(cwd, "preload.cjs"), "");
		const env = { ...process.env, NODE_OPTIONS: "--require ./preload.cjs" };
		const args = [...files.map((name) => `${url}/${name}`), "-d", "got", "-m", method, "-q"];
		const { code, stderr } = await downspout(args, { cwd, env });
		assert.equal(code, 0, stderr);
		assert.equal(stderr.includes("preload"), false, stderr);
	});
}

test("absolute paths need no working directory", { skip: skipUnlessLinux }, async (context) => {
	const folder = await freshFolder(context);
	const { url } = await serve(context, (_, response) => response.end("text"));
	const cwd = join(folder, "gone");
	await mkdir(cwd);
	const args = [`${url}/0`, "-d", join(folder, "got"), "--log-dir", join(folder, "logs"), "-q"];
	const program = [process.execPath, `${projectRoot}src/cli/main.ts`];
	// The shell removes the folder that it stands in, and becomes the command.
	const { code, stderr } = await waitForEnd(
		spawn("sh", ["-c", 'rmdir "$0" && exec "$@"', cwd, ...program, ...args], { cwd }),
	);
	assert.equal(code, 0, stderr);
	assert.deepEqual((await readdir(join(folder, "got"))).sort(), [".downspout", "0"]);
});

/** What leads into `got/.downspout`, where `link` leads as well. */
const intoState: readonly (readonly string[])[] = [
	["-d", "got/.downspout"],
	["-d", "got/.DownSpout/"],
	["-d", "got/.downspout/parts/new/folder"],
	["-d", "new/.downspout"],
	["-d", "link"],
	["-d", "link/new"],
	["-d", "got", "--sink", "link/files"],
	["-d", "got", "--sink", "s3://bucket/some/.downspout/place"],
	["-d", "got", "--write-checksums", "got/.downspout/journal.jsonl"],
	["-d", "got", "--save-cookies", "link/journal.jsonl"],
];

for (const args of intoState) {
	test(`${args.join(" ")}: what downspout remembers is not for files`, async (context) => {
		const cwd = await freshFolder(context);
		const { url } = await serve(context, (_, response) => response.end("text"));
		assert.equal((await downspout([`${url}/0`, "-d", "got", "-q"], { cwd })).code, 0);
		await symlink("got/.downspout", join(cwd, "link"));
		const before = await readdir(cwd, { recursive: true });
		for (const more of [[], ["--dry-run"]]) {
			const { code, stderr } = await downspout([`${url}/1`, ...args, ...more, "-q"], { cwd });
			assert.equal(code, 2, stderr);
			const [flag, place] = args.slice(-2);
			assert.match(
				stderr,
				/^.*(?:--dir|--\S+): .* is a \.downspout folder or lies in one: that is for downspout alone\n$/,
			);
			assert(stderr.includes(`"${place}"`) && stderr.includes(flag === "-d" ? "--dir" : `${flag}`), stderr);
		}
		assert.deepEqual(await readdir(cwd, { recursive: true }), before);
	});
}

for (const args of [
	["worker", "--redis", "redis://127.0.0.1:1", "--sink", "got/.downspout"],
	["demo", "-d", "got/.downspout/demo"],
]) {
	test(`${args.join(" ")}: refused as well`, async (context) => {
		const cwd = await freshFolder(context);
		const { code, stderr } = await downspout(args, { cwd });
		assert.deepEqual([code, /that is for downspout alone\n$/.test(stderr)], [2, true], stderr);
		assert.deepEqual(await readdir(cwd), []);
	});
}
