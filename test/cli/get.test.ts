/** `downspout get` from the outside: real servers, real processes, exit codes and what is printed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startOrigin } from "../../src/origin/origin.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { freshFolder } from "./fresh-folder.ts";
import { downspout, startDownspout, waitForEnd } from "./run-downspout.ts";

/** Serves on loopback for one test; gives the base URL. */
async function serve(context: TestContext, listener: RequestListener): Promise<string> {
	const server = createServer(listener).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	assert(address !== null && typeof address === "object");
	return `http://127.0.0.1:${address.port}`;
}

/** Answers with the path; `/missing` is 404, `/endless` never ends. */
const echo: RequestListener = (request, response) => {
	if (request.url === "/missing") response.statusCode = 404;
	if (request.url === "/endless") response.write("begins");
	else response.end(`this is ${request.url}\n`);
};

test("a list becomes files, a summary and records; exit 0", async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, echo);
	await writeFile(join(cwd, "urls.txt"), `${base}/a.txt\n${base}/b.txt\n${base}/a.txt\n`);
	const { code, stdout, stderr } = await downspout(["urls.txt", "-d", "got/here", "--progress", "none"], { cwd });
	assert.equal(code, 0, stderr);
	assert.equal(stderr, "");
	assert.match(stdout, /saved +2 files/);
	assert.deepEqual((await readdir(join(cwd, "got/here"))).sort(), [".downspout", "a.txt", "b.txt"]);
	assert.equal(await readFile(join(cwd, "got/here/a.txt"), "utf8"), "this is /a.txt\n");
	assert.deepEqual((await readdir(join(cwd, "logs/latest"))).sort(), [
		"failed.txt",
		"log.txt",
		"results.jsonl",
		"summary.json",
	]);
});

test("--json prints the object of summary.json; a failed entry is exit 1", async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, echo);
	await writeFile(join(cwd, "urls.txt"), `${base}/a.txt\n${base}/missing\nno url\n`);
	const { code, stdout } = await downspout(["get", "urls.txt", "--json", "-q"], { cwd });
	assert.equal(code, 1);
	const summary = JSON.parse(stdout);
	assert.deepEqual(summary, JSON.parse(await readFile(join(cwd, "logs/latest/summary.json"), "utf8")));
	assert.equal(summary.list, "urls.txt");
	assert.equal(summary.total, 3);
	assert.equal(summary.saved, 1);
	assert.deepEqual(summary.errors, { http_404: 1, invalid_url: 1 });
});

test("an empty list is exit 0", async (context) => {
	const cwd = await freshFolder(context);
	const { code, stdout } = await downspout(["-", "--json", "-q"], { cwd, input: "\n# nothing\n" });
	assert.equal(code, 0);
	assert.equal(JSON.parse(stdout).total, 0);
});

test("a URL is a list of itself, and its password is shown nowhere", async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, (request, response) => response.end(request.headers.authorization));
	const url = base.replace("//", "//me:s3cret@");
	const { code, stdout, stderr } = await downspout([`${url}/auth.txt`], { cwd });
	assert.equal(code, 0, stderr);
	assert.equal(await readFile(join(cwd, "downloads/auth.txt"), "utf8"), `Basic ${btoa("me:s3cret")}`);
	const records = await Promise.all(
		["log.txt", "results.jsonl", "summary.json"].map((name) => readFile(join(cwd, "logs/latest", name), "utf8")),
	);
	assert.doesNotMatch([stdout, stderr, ...records].join(""), /s3cret/);
});

test("several lists, standard input among them, each with its own line numbers", async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, echo);
	await writeFile(join(cwd, "get"), `${base}/from-file\n`);
	const { code } = await downspout(["./get", "-", `${base}/direct`, "-q"], { cwd, input: `# one\n${base}/piped\n` });
	assert.equal(code, 0);
	const results = (await readFile(join(cwd, "logs/latest/results.jsonl"), "utf8")).trim().split("\n");
	const listed = results.map((line) => JSON.parse(line)).map(({ list, line, file }) => `${list}:${line} ${file}`);
	assert.deepEqual(listed.sort(), ["-:2 piped", "./get:1 from-file", `${base}/direct:1 direct`].sort());
});

test("after -- a list may be called like a command or an option", async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, echo);
	await writeFile(join(cwd, "demo"), `${base}/a\n`);
	await writeFile(join(cwd, "-d"), `${base}/b\n`);
	assert.equal((await downspout(["-q", "--", "demo", "-d"], { cwd })).code, 0);
	assert.deepEqual((await readdir(join(cwd, "downloads"))).sort(), [".downspout", "a", "b"]);
});

test("headers of the command line are sent", async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, (request, response) => response.end(JSON.stringify(request.headers)));
	const args = [`${base}/h.json`, "-q", "-H", "X-One: 1", "--header=X-Two: zwei, drei", "--referer", "http://from/"];
	assert.equal((await downspout(args, { cwd })).code, 0);
	const headers = JSON.parse(await readFile(join(cwd, "downloads/h.json"), "utf8"));
	assert.equal(headers["x-one"], "1");
	assert.equal(headers["x-two"], "zwei, drei");
	assert.equal(headers.referer, "http://from/");
	assert.match(headers["user-agent"], /^downspout\/\d/);
});

test("--ca-certificate trusts, and without it the entry fails as tls", async (context) => {
	const cwd = await freshFolder(context);
	await using origin = await startOrigin({
		tls: true,
		files: 1,
		certificateFile: join(cwd, "ca.pem"),
		list: join(cwd, "urls.txt"),
	});
	assert(origin.url.startsWith("https:"));
	const distrusted = await downspout(["urls.txt", "--json", "-q"], { cwd });
	assert.deepEqual([distrusted.code, JSON.parse(distrusted.stdout).errors], [1, { tls: 1 }]);
	assert.equal((await downspout(["urls.txt", "-q", "--ca-certificate", "ca.pem"], { cwd })).code, 0);
});

for (const { blocked, args } of [
	{ blocked: "downloads", args: ["-d", "blocked/downloads"] },
	{ blocked: "logs", args: ["--log-dir", "blocked/logs"] },
]) {
	test(`${blocked} that cannot be made: exit 3, one line, and still a summary`, async (context) => {
		const cwd = await freshFolder(context);
		await writeFile(join(cwd, "blocked"), "a file, no folder");
		await writeFile(join(cwd, "urls.txt"), "http://127.0.0.1:1/never-asked\n");
		const { code, stdout, stderr } = await downspout(["urls.txt", "--json", "-q", ...args], { cwd });
		assert.equal(code, 3, stderr);
		assert.match(stderr, /^downspout: [^\n]*blocked[^\n]*\n$/);
		assert.equal(JSON.parse(stdout).total, 0);
	});
}

for (const { signal, expected } of [
	{ signal: "SIGINT", expected: 130 },
	{ signal: "SIGTERM", expected: 143 },
] as const) {
	test(`${signal} stops the run, prints the summary and exits with ${expected}`, async (context) => {
		const cwd = await freshFolder(context);
		let hear = (): void => {};
		const asked = new Promise<void>((resolve) => {
			hear = resolve;
		});
		const base = await serve(context, (request, response) => {
			echo(request, response);
			hear();
		});
		const child = startDownspout(["-", "--json", "-q"], { cwd });
		const ended = waitForEnd(child);
		// The pipe stays open: a list that goes on for ever must not hold up the end either.
		child.stdin?.write(`${base}/endless\n`);
		await Promise.race([asked, ended]);
		child.kill(signal);
		const { code, stdout } = await ended;
		assert.equal(code, expected);
		assert.equal(JSON.parse(stdout).cancelled, 1);
	});
}

test("a reader that goes away does not stop the run", async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, echo);
	await writeFile(join(cwd, "urls.txt"), `${base}/a\n${base}/b\n${base}/missing\n`);
	const child = startDownspout(["urls.txt", "--progress", "json"], { cwd });
	child.stdout?.destroy();
	child.stderr?.destroy();
	await once(child, "exit");
	assert.equal(child.exitCode, 1);
	assert.deepEqual((await readdir(join(cwd, "downloads"))).sort(), [".downspout", "a", "b"]);
});

test("the proxy of the environment is used, --proxy goes before it, and its password is nowhere", async (context) => {
	const cwd = await freshFolder(context);
	const env = { HTTP_PROXY: "http://me:s3cret@127.0.0.1:1" };
	const run = (...args: string[]) =>
		downspout(["http://host.test/f", "--retries", "0", "--progress", "plain", ...args], { cwd, env });
	const { code, stdout, stderr } = await run();
	assert.equal(code, 1);
	assert.match(stderr, /cannot connect to the proxy 127\.0\.0\.1:1/);
	assert.doesNotMatch(stdout + stderr, /s3cret/);
	assert.match((await run("--proxy", "127.0.0.1:2")).stderr, /cannot connect to the proxy 127\.0\.0\.1:2/);
	const broken = await downspout(["-"], { cwd, env: { https_proxy: "ftp://me:s3cret@p" } });
	assert.equal(broken.code, 2);
	assert.match(broken.stderr, /https_proxy: "p" is no proxy/);
	assert.doesNotMatch(broken.stderr, /s3cret/);
});

test("netrc: of NETRC, with a warning where others may read it, and without one where there is none", async (context) => {
	const cwd = await freshFolder(context);
	const asked: (string | undefined)[] = [];
	const base = await serve(context, (request, response) => {
		asked.push(request.headers.authorization);
		response.end("text");
	});
	const path = join(cwd, "netrc");
	await writeFile(path, "machine 127.0.0.1 login me password s3cret", { mode: 0o644 });
	const run = (name: string, env: NodeJS.ProcessEnv, ...args: string[]) =>
		downspout([`${base}/${name}`, "--progress", "plain", ...args], { cwd, env });
	const { code, stderr } = await run("a", { NETRC: path }, "--netrc");
	assert.equal(code, 0);
	assert.match(stderr, /netrc holds passwords, and others may read it/);
	await chmod(path, 0o600);
	const quiet = await run("b", {}, "--netrc-file", path);
	assert.doesNotMatch(quiet.stderr, /others may read/);
	const none = await run("c", { HOME: cwd, NETRC: "" }, "--netrc");
	assert.match(none.stderr, /--netrc: there is no .*\.netrc/);
	await run("d", { NETRC: path });
	const mine = `Basic ${btoa("me:s3cret")}`;
	assert.deepEqual(asked, [mine, mine, undefined, undefined]);
});

test("--referer goes with every request, and an entry's own before it", async (context) => {
	const cwd = await freshFolder(context);
	const asked: (string | undefined)[] = [];
	const base = await serve(context, (request, response) => {
		asked.push(request.headers.referer);
		if (request.url === "/a") response.writeHead(302, { location: "/c" }).end();
		else response.end("text");
	});
	const input = `${base}/a\n${base}/b\n  header=Referer: http://own.test/\n`;
	const { code } = await downspout(["-", "-c", "1", "--referer", "http://ref.test/x"], { cwd, input });
	assert.equal(code, 0);
	assert.deepEqual(asked, ["http://ref.test/x", "http://ref.test/x", "http://own.test/"]);
});

test("a named pipe is waited for, and Ctrl+C ends the wait", { skip: skipUnlessLinux }, async (context) => {
	const cwd = await freshFolder(context);
	const base = await serve(context, echo);
	execFileSync("mkfifo", [join(cwd, "pipe")]);
	const waiting = startDownspout(["pipe", "--json", "--progress", "json"], { cwd });
	const interrupted = waitForEnd(waiting);
	waiting.stderr?.once("data", () => waiting.kill("SIGINT"));
	const { code, stdout } = await interrupted;
	assert.deepEqual([code, JSON.parse(stdout).total], [130, 0]);

	const served = startDownspout(["pipe", "-q"], { cwd });
	const ended = waitForEnd(served);
	await writeFile(join(cwd, "pipe"), `${base}/a\n`);
	assert.equal((await ended).code, 0);
	assert.equal(await readFile(join(cwd, "downloads/a"), "utf8"), "this is /a\n");
});

test("a list whose first byte cannot be read is exit 2, before anything is made", {
	skip: skipUnlessLinux,
}, async (context) => {
	const cwd = await freshFolder(context);
	// It opens like any file, and its first byte cannot be read.
	const { code, stdout, stderr } = await downspout(["/proc/self/mem", "--json", "-q"], { cwd });
	assert.equal(code, 2);
	assert.match(stderr, /^downspout: [^\n]*\/proc\/self\/mem[^\n]*\n$/);
	assert.deepEqual([stdout, await readdir(cwd)], ["", []]);
});
