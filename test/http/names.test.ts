/** Look-ups: dead names delay nobody, nothing waits for them at the end, and loopback is not asked for. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { parseHosts } from "../../src/http/hosts-file.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { serve } from "../download/serve.ts";
import { projectRoot } from "../project/source-files.ts";
import { runList } from "../run/run-list.ts";
import { cannotServeNames, serveNames } from "./name-server.ts";

/** Slow names take longer than any wait of a test. */
const slow = (name: string) =>
	name.startsWith("slow") ? { afterMs: 60_000 } : name.endsWith("here.test") ? { address: "127.0.0.1" } : {};

test("localhost and the names below it are loopback, whatever a name server says", async (context) => {
	const { port } = await serve(context, (_, response) => response.end("text"));
	const { summary } = await runList(context, `http://localhost:${port}/a\nhttp://deep.x.localhost:${port}/b`);
	assert.equal(summary.saved, 2);
});

test("the hosts file: comments, several names and addresses, any case", () => {
	const hosts = parseHosts("# none\n127.0.0.1\tlocalhost Box # mine\n::1 box\n\nnonsense name\n10.0.0.1");
	assert.deepEqual(
		[...hosts],
		[
			["localhost", ["127.0.0.1"]],
			["box", ["127.0.0.1", "::1"]],
		],
	);
});

type Running = {
	readonly ended: Promise<{ code: number | null; stdout: string }>;
	readonly folder: string;
	kill(): void;
};

async function start(context: TestContext, list: string, more: readonly string[]): Promise<Running> {
	const folder = await freshFolder(context);
	const { within } = await serveNames(context, slow);
	const [program, ...before] = within;
	const args = [
		...before,
		process.execPath,
		`${projectRoot}src/cli/main.ts`,
		"-",
		"-d",
		"files",
		"--json",
		"--retries",
		"0",
		...more,
	];
	const run = spawn(program, args, { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
	context.after(() => run.kill("SIGKILL"));
	const ended = Promise.all([once(run, "close"), text(run.stdout)]).then(([[code], stdout]) => ({ code, stdout }));
	run.stdin.end(list);
	return { ended, folder, kill: () => run.kill("SIGINT") };
}

for (const method of ["async", "threads"] as const) {
	test(`${method}: dead names delay no healthy host, and a stop waits for none of them`, {
		skip: cannotServeNames,
	}, async (context) => {
		const { port, requests } = await serve(context, (_, response) => response.end("text"));
		const dead = Array.from({ length: 30 }, (_, n) => `http://slow-${n}.test/x`);
		const healthy = Array.from({ length: 10 }, (_, n) => `http://www.here.test:${port}/${n}`);
		const { ended, folder, kill } = await start(context, [...dead, ...healthy].join("\n"), ["-m", method, "-w", "1"]);
		const files = join(folder, "files");
		while (requests.length < healthy.length) await wait(20);
		// Whoever asked for a file has it a moment later.
		while (!existsSync(files) || readdirSync(files).filter((name) => !name.startsWith(".")).length < healthy.length) {
			await wait(20);
		}
		const stoppedMs = performance.now();
		kill();
		const { code, stdout } = await ended;
		assert.equal(code, 130);
		// The names would have been answered after a minute.
		assert.ok(performance.now() - stoppedMs < 30_000);
		const { saved, failed, cancelled } = JSON.parse(stdout);
		assert.deepEqual({ saved, failed, cancelled }, { saved: 10, failed: 0, cancelled: 30 });
		assert.match(readFileSync(join(folder, "logs/latest/results.jsonl"), "utf8"), /"status":"saved"/);
	});
}

test("an unknown name is dns, at once, and known ones are asked for once", {
	skip: cannotServeNames,
}, async (context) => {
	const { port } = await serve(context, (_, response) => response.end("text"));
	const list = [`http://nobody.test/x`, ...Array.from({ length: 20 }, (_, n) => `http://www.here.test:${port}/${n}`)];
	const { ended } = await start(context, list.join("\n"), []);
	const { code, stdout } = await ended;
	const { saved, errors } = JSON.parse(stdout);
	assert.deepEqual({ code, saved, errors }, { code: 1, saved: 20, errors: { dns: 1 } });
});
