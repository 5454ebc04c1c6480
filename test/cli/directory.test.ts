/** The download directory as the command line names it: its files lie there, whatever the method. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { freshFolder } from "./fresh-folder.ts";
import { downspout, waitForEnd } from "./run-downspout.ts";

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
