/** SIGINT, SIGTERM and SIGHUP to the real command, with each method: it ends in time, says what it did, and the next run goes on. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout, startDownspout } from "../cli/run-downspout.ts";
import { halfFileBytes, halfFileBytesOf, sendHalf } from "../runners/half-file.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { descendantsOf, outwait } from "./process-tree.ts";

/** Elsewhere the system does not show the children of a process. */
const linux = { skip: skipUnlessLinux };
const methods = ["async", "threads", "processes", "mix", "auto"] as const;
const signals = [
	{ signal: "SIGINT", expected: 130 },
	{ signal: "SIGTERM", expected: 143 },
	{ signal: "SIGHUP", expected: 129 },
] as const;
/**
 * The promise is two seconds: a run that has not stopped by itself until then, by its own clock, is ended without the
 * summary that each test reads. The rest is for a machine that is busy with other tests.
 */
const longestStopMs = 8000;
const large = Array.from({ length: 5 }, (_, n) => `/large-${n}`);

type Busy = {
	readonly run: ChildProcess;
	readonly ended: Promise<{ readonly code: number | null; readonly stdout: string }>;
	readonly args: readonly string[];
	readonly urls: readonly string[];
	readonly cwd: string;
	readonly requests: readonly IncomingMessage[];
	/** Lets the server answer what it has refused. */
	recover(): void;
};

for (const [index, method] of methods.entries()) {
	// Each method with one of them: what they do differs in the exit code alone.
	const { signal, expected } = signals[index % signals.length] ?? signals[0];
	test(`${method}: ${signal} ends the run in time, and the next one continues by Range`, linux, async (context) => {
		const { run, ended, args, urls, cwd, requests, recover } = await startBusy(context, method);
		const workers = descendantsOf(run.pid ?? 0);
		const sentMs = performance.now();
		run.kill(signal);
		const { code, stdout } = await ended;
		assert(performance.now() - sentMs < longestStopMs);
		assert.equal(code, expected);
		const { total, saved, cancelled } = JSON.parse(stdout);
		assert.deepEqual([total, saved, cancelled], [urls.length, 1, urls.length - 1]);
		assert.deepEqual(await outwait(workers, longestStopMs), []);
		assert.deepEqual((await readdir(join(cwd, "files"))).sort(), [".downspout", "small"]);

		recover();
		const asked = requests.length;
		const next = await downspout(args, { cwd, input: urls.join("\n") });
		assert.equal(next.code, 0, next.stderr);
		const ranges = requests.slice(asked).filter(({ headers }) => headers.range === `bytes=${halfFileBytes / 2}-`);
		assert.deepEqual(ranges.map(({ url }) => url).sort(), large);
		for (const path of large) {
			assert((await readFile(join(cwd, "files", path))).equals(halfFileBytesOf(path)), `${path} is torn`);
		}
	});
}

test("a worker that hangs does not hold up the end or the summary", linux, async (context) => {
	const { run, ended } = await startBusy(context, "processes");
	for (const pid of descendantsOf(run.pid ?? 0)) process.kill(pid, "SIGSTOP");
	run.kill("SIGTERM");
	const { code, stdout } = await ended;
	assert.equal(code, 143);
	assert.equal(JSON.parse(stdout).saved, 1);
});

test("a second signal ends the process at once", linux, async (context) => {
	const { run, ended } = await startBusy(context, "processes");
	const workers = descendantsOf(run.pid ?? 0);
	for (const pid of workers) process.kill(pid, "SIGSTOP");
	// More than two: equal signals that are pending become one.
	const again = setInterval(() => run.kill("SIGINT"), 20);
	context.after(() => clearInterval(again));
	const { code, stdout } = await ended;
	assert.deepEqual([code, stdout], [130, ""]);
	for (const pid of workers) process.kill(pid, "SIGCONT");
	assert.deepEqual(await outwait(workers, 5000), []);
});

/** Starts a run that would never end: bodies that hang, a back-off of an hour, and a list that stays open. */
async function startBusy(context: TestContext, method: string): Promise<Busy> {
	const cwd = await freshFolder(context);
	const requests: IncomingMessage[] = [];
	let isRefusing = true;
	const server = createServer((request, response) => {
		requests.push(request);
		if (request.url?.startsWith("/large")) return sendHalf(request, response);
		if (request.url === "/busy" && isRefusing) return void response.writeHead(503, { "Retry-After": "3600" }).end();
		response.end("small");
	});
	server.listen(0);
	await once(server, "listening");
	context.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	assert(address !== null && typeof address === "object");
	const urls = ["/small", ...large].map((path) => `http://127.0.0.1:${address.port}${path}`);
	urls.push(`http://localhost:${address.port}/busy`);
	const args = [
		"-",
		"-d",
		"files",
		"-m",
		method,
		"-w",
		"2",
		"--json",
		"--retry-max-wait",
		"3600",
		"--progress",
		"json",
	];
	const run = startDownspout(args, { cwd });
	context.after(() => void run.kill("SIGKILL"));
	const ended = once(run, "close").then(() => run.exitCode);
	run.stdin?.write(`${urls.join("\n")}\n`);
	const stdout = text(run.stdout ?? assert.fail());
	await reachesHalf(run);
	return {
		run,
		ended: Promise.all([ended, stdout]).then(([code, printed]) => ({ code, stdout: printed })),
		args,
		urls,
		cwd,
		requests,
		recover() {
			isRefusing = false;
		},
	};
}

/** Waits until all halves are here and the refused one waits for its next attempt; reads what the run tells to its end. */
function reachesHalf(run: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		let told = "";
		run.stderr?.setEncoding("utf8").on("data", (more: string) => {
			told += more;
			const bytes = Array.from(told.matchAll(/"bytes":(\d+)/g), ([, count]) => Number(count));
			const isHalf = Math.max(...bytes) >= (large.length * halfFileBytes) / 2;
			if (isHalf && told.includes('"event":"retry"')) resolve();
		});
		run.once("exit", () => reject(new Error(`it ended too early: ${told}`)));
	});
}
