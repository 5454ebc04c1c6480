/** The command line as a whole, run as a process: help, versions, and the one line for whatever is wrong. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../project/source-files.ts";
import { freshFolder } from "./fresh-folder.ts";
import { downspout } from "./run-downspout.ts";

const { version } = JSON.parse(readFileSync(`${projectRoot}package.json`, "utf8"));

for (const args of [
	["--help"],
	["-h"],
	["get", "--help"],
	["get", "-h"],
	["bench", "--help"],
	["origin", "--help"],
	["worker", "--help"],
	["demo", "-h"],
	["completion", "--help"],
]) {
	test(`${args.join(" ")} is answered on standard output`, async () => {
		const { code, stdout, stderr } = await downspout(args);
		assert.equal(code, 0);
		assert.match(stdout, /downspout/);
		assert.equal(stderr, "");
	});
}

for (const args of [["--version"], ["get", "--version"], ["origin", "--version"]]) {
	test(`${args.join(" ")} gives the version`, async () => {
		assert.deepEqual(await downspout(args), { code: 0, stdout: `${version}\n`, stderr: "" });
	});
}

test("nothing at all prints the help on standard error", async () => {
	const { code, stdout, stderr } = await downspout([]);
	assert.equal(code, 2);
	assert.equal(stdout, "");
	assert.match(stderr, /^Usage: downspout/);
});

test("the help names every option, and what is not there yet", async () => {
	const { stdout } = await downspout(["--help"]);
	for (const flag of [
		"-d, --dir <DIR>",
		"-H, --header <'K: V'>",
		"-q, --quiet",
		"--no-content-disposition",
		"--segments <N>",
	]) {
		assert(stdout.includes(flag), flag);
	}
	assert.match(stdout, /--limit-rate <BYTES> +bytes a second [^(]*\(default: none\)\s+--/);
});

/** What is wrong, and what the one line must name. */
const wrong: readonly (readonly [args: readonly string[], named: RegExp])[] = [
	[["get"], /LIST/],
	[["--dirr", "x", "urls.txt"], /--dirr.*did you mean --dir\?/i],
	[["urls.txt", "-x"], /-x/],
	[["urls.txt", "-d"], /--dir/],
	[["urls.txt", "-c", "0"], /--concurrency: "0"/],
	[["urls.txt", "-c", "-1"], /--concurrency: "-1"/],
	[["urls.txt", "--per-host=x"], /--per-host: "x"/],
	[["urls.txt", "--workers", "0"], /--workers: "0"/],
	[["urls.txt", "--retries", "1.5"], /--retries: "1.5"/],
	[["urls.txt", "--timeout", "soon"], /--timeout: "soon"/],
	[["urls.txt", "--max-size", "10X"], /--max-size: "10X"/],
	[["urls.txt", "--on-exists", "replace"], /--on-exists.*rename, skip, overwrite, fail/],
	[["urls.txt", "--layout", "deep"], /--layout.*flat, host, path/],
	[["urls.txt", "--progress", "loud"], /--progress/],
	[["urls.txt", "-m", "asink"], /--method.*async, threads, processes, mix, cluster, auto/],
	[["urls.txt", "-m", "cluster"], /--method cluster needs --redis/],
	[["urls.txt", "--redis", "http://127.0.0.1:1"], /--redis: it should look like redis:/],
	[["urls.txt", "-H", "nonsense"], /--header: "nonsense"/],
	[["urls.txt", "--ca-certificate", "missing.pem"], /--ca-certificate: "missing.pem"/],
	[["urls.txt", "--ca-certificate", "urls.txt"], /--ca-certificate: "urls.txt" holds no certificate/],
	[
		["urls.txt", "--proxy", "ftp://me:s3cret@127.0.0.1:1"],
		/--proxy: "127.0.0.1:1" is no proxy of a kind that is known/,
	],
	[["urls.txt", "--proxy", "http://p:99999"], /--proxy: "http:\/\/p:99999" is no URL of a proxy/],
	[["urls.txt", "--load-cookies", "missing"], /--load-cookies: "missing" cannot be read: no such file\n/],
	[["urls.txt", "--load-cookies", "urls.txt"], /--load-cookies: "urls.txt" holds no cookies in Netscape's format/],
	[["urls.txt", "--save-cookies", "folder"], /--save-cookies: "folder" is a directory/],
	[["urls.txt", "--save-cookies", "nowhere/c.txt"], /--save-cookies: there is no folder for "nowhere\/c.txt"/],
	[["urls.txt", "--netrc-file", "missing"], /--netrc-file: "missing" cannot be read/],
	[["urls.txt", "--netrc-file", "urls.txt"], /--netrc-file: "urls.txt" has no word such as machine/],
	[["urls.txt", "--netrc-file", "folder"], /--netrc-file: "folder" cannot be read: it is a directory\n/],
	[["urls.txt", "--dashboard=99999"], /--dashboard: "99999" is not a port, from 0 to 65535/],
	[["urls.txt", "--dashboard", "8080"], /the list 8080: no such file \(did you mean --dashboard=8080\?\)/],
	[["urls.txt", "--dashboard="], /--dashboard: "" is not a port/],
	[["urls.txt", "--format", "xlsx"], /--format: "xlsx" is not one of text, /],
	[["list.csv"], /list\.csv: no such file/],
	[["missing.txt"], /missing\.txt/],
	[["urls.txt", "missing.txt"], /missing\.txt/],
	[["folder"], /folder/],
	[["-", "-"], /standard input/],
	[["gett", "urls.txt"], /gett.*command get/],
	[["bench"], /give a LIST, or --scenario/],
	[["bench", "urls.txt", "--methods", "async,threds"], /--methods: threds is not one of async, threads/],
	[["bench", "--scenario", "small"], /--scenario: small is not one of small-files/],
	[["bench", "urls.txt", "--runs", "0"], /--runs: "0"/],
	[["bench", "urls.txt", "--peers", "netcat"], /--peers: netcat/],
	[["bench", "urls.txt", "-o", "folder"], /folder is already there/],
	[["bench", "urls.txt", "-o", "urls.txt"], /urls\.txt is already there/],
	[["bench", "urls.txt", "-o", "urls.txt/report"], /report cannot be created: .*urls\.txt/],
	[["bench", "missing.txt"], /missing\.txt/],
	[["bench", "urls.txt", "-o", "report"], /server of urls\.txt fails/],
	[["origin", "--port", "70000"], /--port: "70000"/],
	[["origin", "--size", "large"], /--size: "large"/],
	[["origin", "--latency", "50"], /--latency: "50".*50ms/],
	[["origin", "--error-rate", "2"], /--error-rate: "2"/],
	[["origin", "--list", "no/such/folder/list.txt"], /list/],
	[["origin", "extra"], /too many arguments/],
	[["demo", "--bogus"], /--bogus/],
	[["completion"], /SHELL/],
	[["completion", "csh"], /"csh" is not one of bash, zsh, fish/],
];
for (const [args, named] of wrong) {
	test(`refused in one line: downspout ${args.join(" ")}`, async (context) => {
		const folder = await freshFolder(context);
		await mkdir(join(folder, "folder"));
		await writeFile(join(folder, "urls.txt"), "http://127.0.0.1:1/never-asked\n");
		const before = await readdir(folder);
		const { code, stdout, stderr } = await downspout(args, { cwd: folder });
		assert.equal(code, 2, stderr);
		assert.equal(stdout, "");
		assert.match(stderr, /^downspout: [^\n]+\n$/);
		assert.match(stderr, named);
		assert.deepEqual(await readdir(folder), before);
	});
}
