/** The command with `--dashboard` and `--report`: what it prints, when it ends, and with which code. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { before, type TestContext, test } from "node:test";
import type { State } from "../../src/dashboard/model.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout, startDownspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { buildPage } from "./build-page.ts";

before(buildPage);

/** A list of files, some of which are missing, some of which never end. */
async function listOf(context: TestContext, files: { readonly [path: string]: "whole" | "missing" | "endless" }) {
	const folder = await freshFolder(context);
	const { url } = await serve(context, (request, response) => {
		const kind = files[request.url ?? ""];
		response.writeHead(kind === "missing" ? 404 : 200);
		response.write("x");
		if (kind !== "endless") response.end();
	});
	const list = Object.keys(files).map((path) => `${url}${path}\n`);
	await writeFile(join(folder, "urls.txt"), list.join(""));
	return { folder, url };
}

type Watched = {
	readonly run: ChildProcess;
	readonly address: URL;
	readonly printed: Promise<string>;
	stderr(): string;
};

/** Starts it, and waits until it has printed the address. */
async function watch(context: TestContext, cwd: string, args: readonly string[]): Promise<Watched> {
	const run = startDownspout(["urls.txt", "-d", "got", ...args], { cwd });
	context.after(() => run.kill("SIGKILL"));
	assert(run.stdout && run.stderr);
	const printed = text(run.stdout);
	let complained = "";
	run.stderr.setEncoding("utf8").on("data", (chunk: string) => {
		complained += chunk;
	});
	for (;;) {
		const address = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]+/.exec(complained)?.[0];
		if (address !== undefined) return { run, address: new URL(address), printed, stderr: () => complained };
		await once(run.stderr, "data");
	}
}

async function state(address: URL): Promise<State> {
	const response = await fetch(new URL("/state", address), {
		headers: { authorization: `Bearer ${address.hash.slice(1)}` },
	});
	return JSON.parse(await response.text());
}

/** Connects as a page does, and has heard the first message. */
async function openEvents(address: URL): Promise<IncomingMessage> {
	const [response] = await once(get(new URL(`/events?token=${address.hash.slice(1)}`, address)), "response");
	response.on("error", () => {});
	await once(response, "data");
	return response;
}

test("without a page the process ends with the run", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole" });
	const { code, stderr } = await downspout(["urls.txt", "--dashboard", "-q"], { cwd: folder });
	assert.equal(code, 0);
	assert.match(stderr, /^dashboard http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}\n$/);
});

test("the option takes no operand for its port, and a line of JSON is one", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole" });
	const args = ["--dashboard", "urls.txt", "-d", "got", "--progress", "json"];
	const { code, stderr } = await downspout(args, { cwd: folder });
	assert.equal(code, 0, stderr);
	const [first] = stderr.split("\n");
	assert.deepEqual(Object.keys(JSON.parse(first ?? "")), ["event", "url"]);
});

test("while a page is connected it stays; the summary is there by then, and Ctrl+C ends it with the run's own code", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole", "/slow": "endless", "/none": "missing" });
	const { run, address, printed, stderr } = await watch(context, folder, [
		"--dashboard",
		"--json",
		"--idle-timeout",
		"1",
		"--retries",
		"0",
	]);
	const events = await openEvents(address);
	events.resume();
	assert(run.stdout);
	await once(run.stdout, "data");
	const shown = await state(address);
	assert.equal(shown.now.phase, "ended");
	run.kill("SIGINT");
	const [code] = await once(run, "exit");
	assert.equal(code, 1);
	const summary = JSON.parse(await printed);
	assert.deepEqual([summary.saved, summary.failed], [1, 2]);
	assert.deepEqual({ ...shown, ...summary }, shown);
	assert.match(stderr(), /the dashboard stays for a minute/);
});

test("it ends soon after the last page has gone", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole", "/slow": "endless" });
	const args = ["--dashboard", "--json", "--idle-timeout", "1", "--retries", "0"];
	const { run, address } = await watch(context, folder, args);
	const events = await openEvents(address);
	events.resume();
	assert(run.stdout);
	await once(run.stdout, "data");
	events.destroy();
	assert.deepEqual(await once(run, "exit"), [1, null]);
});

test("one Ctrl+C during the run ends run and page in time, the page told", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole", "/slow": "endless" });
	const beganMs = performance.now();
	const { run, address, printed } = await watch(context, folder, ["--dashboard", "--json", "--sink", "kept"]);
	// What the machine needs for a start tells how busy it is.
	const startMs = performance.now() - beganMs;
	const events = await openEvents(address);
	while ((await state(address)).saved < 1);
	// Not where the journal is.
	const { filesTo, tryAgain } = await state(address);
	assert.equal(filesTo, join(folder, "kept"));
	assert.match(tryAgain ?? "", /failed\.txt -d \S+\/got --sink kept$/);
	let told = "";
	events.setEncoding("utf8").on("data", (chunk: string) => {
		told += chunk;
	});
	const sentMs = performance.now();
	run.kill("SIGINT");
	assert.deepEqual(await once(run, "exit"), [130, null]);
	const stopMs = performance.now() - sentMs;
	assert(stopMs < 2000 + 4 * startMs, `${stopMs} ms, where a start takes ${startMs} ms`);
	assert.equal(JSON.parse(await printed).cancelled, 1);
	assert.match(told, /"phase":"ended"/);
});

test("a port that is taken is a warning; the run goes on with another", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole" });
	const other = createServer().listen(0, "127.0.0.1");
	context.after(() => other.close());
	await once(other, "listening");
	const address = other.address();
	assert(address !== null && typeof address === "object");
	const args = ["urls.txt", "-d", "got", `--dashboard=${address.port}`, "--progress", "plain"];
	const { code, stderr } = await downspout(args, { cwd: folder });
	assert.equal(code, 0);
	assert.match(stderr, new RegExp(`warning the dashboard has another port: .*EADDRINUSE.*:${address.port}`));
});

test("the page pauses the run and lets it go on; the log tells", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole", "/slow": "endless", "/b": "whole" });
	const args = ["--dashboard", "--json", "-c", "1", "--per-host", "1", "--idle-timeout", "2", "--retries", "0"];
	const { run, address } = await watch(context, folder, args);
	const authorization = `Bearer ${address.hash.slice(1)}`;
	const ask = async (type: string): Promise<number> => {
		const options = { method: "POST", headers: { authorization }, body: JSON.stringify({ type }) };
		return (await fetch(new URL("/control", address), options)).status;
	};
	while ((await state(address)).saved < 1);
	assert.equal(await ask("pause"), 204);
	while ((await state(address)).failed < 1);
	assert.equal((await state(address)).now.phase, "paused");
	assert.equal(await ask("resume"), 204);
	assert.deepEqual(await once(run, "exit"), [1, null]);
	const log = await readFile(join(folder, "logs", "latest", "log.txt"), "utf8");
	assert.match(log, /WARN \[\S+\] paused the run: by hand\n[\s\S]*INFO \[\S+\] resumed the run: by hand\n/);
});

test("--report leaves the page in the folder of the run, with what was shown, and needs no port", async (context) => {
	const { folder } = await listOf(context, { "/a": "whole", "/none": "missing" });
	const { code, stderr } = await downspout(["urls.txt", "--report", "-q"], { cwd: folder });
	assert.deepEqual([code, stderr], [1, ""]);
	const html = await readFile(join(folder, "logs", "latest", "report.html"), "utf8");
	const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
	const shown = JSON.parse(data ?? "");
	const summary = JSON.parse(await readFile(join(folder, "logs", "latest", "summary.json"), "utf8"));
	assert.deepEqual({ ...shown, ...summary }, shown);
	assert.equal(shown.failures[0].code, "http_404");
});
