/** SIGHUP where it was ignored at the start, by nohup or by a shell: the run goes on, whatever its workers are. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { freshFolder } from "../cli/fresh-folder.ts";
import { cleanEnv } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { descendantsOf } from "./process-tree.ts";

const linux = { skip: skipUnlessLinux };
const files = 6;

/** What a user types, with the command as its arguments. */
const launchers = {
	nohup: ["bash", "-c", 'nohup "$@"; exit $?', "bash"],
	"a shell that ignores it": ["sh", "-c", "trap '' HUP; \"$@\"; exit $?", "sh"],
	// The terminal is that of `script`, and its shell sets no name in the environment.
	"nohup on a terminal": ["script", "-qec", "nohup $COMMAND", "/dev/null"],
} as const;
const started = [
	["nohup", "async"],
	["nohup", "threads"],
	["nohup", "processes"],
	["nohup", "mix"],
	["a shell that ignores it", "processes"],
	["nohup on a terminal", "async"],
] as const;

for (const [launcher, method] of started) {
	test(`SIGHUP does not touch a run with ${method} under ${launcher}`, linux, async (context) => {
		const { code, saved } = await hangUp(context, launchers[launcher], method);
		assert.deepEqual([code, saved], [0, files]);
	});
}

test("without either of them SIGHUP stops it", linux, async (context) => {
	assert.deepEqual(await hangUp(context, ["sh", "-c", 'exec "$@"', "sh"], "async"), { code: 129, saved: 0 });
});

/** Sends the signal to every process of the run once all its requests are there, and lets the server answer then. */
async function hangUp(
	context: TestContext,
	launcher: readonly string[],
	method: string,
): Promise<{ readonly code: number | null; readonly saved: number }> {
	const cwd = await freshFolder(context);
	const waiting: (() => void)[] = [];
	const server = new EventEmitter();
	const { url } = await serve(context, (_, response) => {
		waiting.push(() => response.end("here"));
		if (waiting.length === files) server.emit("asked");
	});
	const asked = once(server, "asked");
	const urls = Array.from({ length: files }, (_, n) => `${url}/${n}`);
	const command = [process.execPath, `${projectRoot}src/cli/main.ts`, ...urls, "-m", method, "-w", "2"];
	const [program = "", ...args] = launcher[0] === "script" ? launcher : [...launcher, ...command];
	const child = spawn(program, args, {
		cwd,
		env: { ...cleanEnv, COMMAND: command.join(" ") },
		stdio: "ignore",
		detached: true,
	});
	context.after(() => child.kill("SIGKILL"));
	await Promise.race([asked, once(child, "exit").then(() => assert.fail("it ended too early"))]);
	for (const pid of [child.pid ?? 0, ...descendantsOf(child.pid ?? 0)].filter(isOurs)) process.kill(pid, "SIGHUP");
	const exited = once(child, "exit");
	// A run that stops gets its answers too, and must not take them.
	setTimeout(() => {
		for (const answer of waiting) answer();
	}, 300);
	await exited;
	const { saved } = JSON.parse(await readFile(join(cwd, "logs/latest/summary.json"), "utf8"));
	return { code: child.exitCode, saved };
}

/** The shells and programs around the run are not asked. */
function isOurs(pid: number): boolean {
	const [program = "", script = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
	return program === process.execPath && script.startsWith(projectRoot);
}
