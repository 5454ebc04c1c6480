/** Standard output that cannot be written: what is lost there is told, and is still in the records. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { serve } from "../download/serve.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { freshFolder } from "./fresh-folder.ts";
import "../without-proxies.ts";

const linux = { skip: skipUnlessLinux };
const main = `${projectRoot}src/cli/main.ts`;

type Ended = { readonly code: number | null; readonly stderr: string };

/** Runs with a standard output that is always full. */
async function runFull(script: string, args: readonly string[], cwd: string): Promise<Ended> {
	const full = openSync("/dev/full", "w");
	const child = spawn(process.execPath, [script, ...args], { cwd, stdio: ["ignore", full, "pipe"] });
	closeSync(full);
	return endOf(child);
}

async function endOf(child: ChildProcess): Promise<Ended> {
	let stderr = "";
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	await once(child, "close");
	return { code: child.exitCode, stderr };
}

async function savedIn(cwd: string): Promise<number> {
	return JSON.parse(await readFile(join(cwd, "logs/latest/summary.json"), "utf8")).saved;
}

async function serveOne(context: TestContext): Promise<string> {
	const { url } = await serve(context, (request, response) => {
		response.writeHead(request.url === "/missing" ? 404 : 200).end("here");
	});
	return url;
}

for (const [name, path, more] of [
	["whole", "/a", []],
	["as JSON", "/a", ["--json"]],
	["of a run with failures", "/missing", ["--json"]],
] as const) {
	test(`a summary ${name} that finds no room is exit 3 with one line, and in summary.json`, linux, async (context) => {
		const cwd = await freshFolder(context);
		const url = await serveOne(context);
		const { code, stderr } = await runFull(main, [`${url}${path}`, "-q", ...more], cwd);
		assert.equal(code, 3);
		assert.match(stderr, /^downspout: standard output cannot be written: [^\n]*ENOSPC[^\n]*\n$/);
		assert.equal(await savedIn(cwd), path === "/a" ? 1 : 0);
	});
}

for (const [script, args] of [
	[main, ["--help"]],
	[main, ["bench", "--help"]],
	[main, ["--version"]],
	[main, ["origin", "--files", "1"]],
	[`${projectRoot}bin/downspout.js`, ["--version"]],
] as const) {
	test(`${script.slice(projectRoot.length)} ${args.join(" ")} that finds no room is exit 3`, linux, async (context) => {
		const { code, stderr } = await runFull(script, args, await freshFolder(context));
		assert.equal(code, 3);
		assert.match(stderr, /^downspout\b[^\n]*standard output[^\n]*\n$/);
	});
}

test("a wrong command line stays exit 2", linux, async (context) => {
	assert.equal((await runFull(main, ["--bogus"], await freshFolder(context))).code, 2);
});

test("a reader that went away changes nothing", async (context) => {
	const cwd = await freshFolder(context);
	const url = await serveOne(context);
	for (const [path, expected] of [
		["/a", 0],
		["/missing", 1],
	] as const) {
		const child = spawn(process.execPath, [main, `${url}${path}`, "-q", "--json"], { cwd, stdio: "pipe" });
		child.stdout.destroy();
		const { code, stderr } = await endOf(child);
		assert.deepEqual([code, stderr], [expected, ""]);
	}
});
