/** A run that is suspended for longer than its time-outs: when it goes on, no server is blamed for that time. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freshFolder } from "../cli/fresh-folder.ts";
import { startDownspout, waitForEnd } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { descendantsOf } from "./process-tree.ts";

const methods = ["async", "threads", "processes", "mix"] as const;
/** Heads that are waited for, small bodies of which a part is here, and large ones. */
const paths = ["/head-1", "/head-2", "/small-1", "/small-2", "/large-1", "/large-2"] as const;
const idleSeconds = 3;
const suspendedMs = 4500;

test("a suspended run blames nobody", { skip: skipUnlessLinux }, async (context) => {
	await Promise.all(methods.map((method) => suspend(context, method)));
});

async function suspend(context: TestContext, method: string): Promise<void> {
	const server = new EventEmitter();
	const asked: [path: string, response: ServerResponse][] = [];
	const { url, requests } = await serve(context, (request, response) => {
		const path = request.url ?? "";
		if (path.startsWith("/small")) response.writeHead(200, { "Content-Length": 8 }).write("half");
		if (path.startsWith("/large")) response.writeHead(200, { "Content-Length": 400_000 }).write(Buffer.alloc(200_000));
		if (asked.push([path, response]) === paths.length) server.emit("asked");
	});
	const args = ["-d", "got", "-m", method, "-w", "2", "--idle-timeout", String(idleSeconds), "--json", "-q"];
	const run = startDownspout([...paths.map((path) => url + path), ...args], { cwd: await freshFolder(context) });
	const pid = run.pid ?? assert.fail();
	context.after(() => void run.kill("SIGKILL"));
	const ended = waitForEnd(run);
	await Promise.race([once(server, "asked"), ended.then(({ stderr }) => assert.fail(stderr))]);
	// SIGSTOP does what SIGTSTP does, and works where the tests have no terminal.
	const processes = [pid, ...descendantsOf(pid)];
	for (const one of processes) process.kill(one, "SIGSTOP");
	await sleep(suspendedMs);
	for (const one of processes) process.kill(one, "SIGCONT");
	for (const [path, response] of asked) response.end(path.startsWith("/large") ? Buffer.alloc(200_000) : "half");
	const { code, stdout, stderr } = await ended;
	assert.equal(code, 0, `${method}: ${stderr}`);
	const { saved, retries } = JSON.parse(stdout);
	assert.deepEqual([saved, retries, requests.length], [paths.length, 0, paths.length], method);
}
