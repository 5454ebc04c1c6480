/** Measuring real processes from the outside. Figures of processes exist on Linux only. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCommand } from "../../../src/bench/measure/run-command.ts";
import { skipUnlessLinux } from "../../skip-unless.ts";

async function runScript(script: string, signal: AbortSignal = new AbortController().signal) {
	return await runCommand({ file: process.execPath, args: ["-e", script], cwd: tmpdir() }, signal);
}

/** Computes for so many milliseconds of processor time, however busy the machine is. */
const compute = (ms: number): string => `while (process.cpuUsage().user < ${ms * 1000});`;

test("exit code, wall time and the end of standard error", async () => {
	const end = await runScript(`console.error("first"); console.error("last"); process.exitCode = 3;`);
	assert.equal(end.exitCode, 3);
	assert.ok(end.seconds > 0);
	assert.equal(end.stderr, "first\nlast");
});

test("processor time counts children, and children of children that ended", { skip: skipUnlessLinux }, async () => {
	const child = JSON.stringify(compute(300));
	const end = await runScript(
		`require("node:child_process").spawnSync(process.execPath, ["-e", ${child}]); ${compute(200)}`,
	);
	assert.equal(end.exitCode, 0);
	assert.ok((end.figures.cpuSeconds ?? 0) >= 0.48, `${end.figures.cpuSeconds} s`);
});

/** Has its own as long as the other one lives, however long that takes to start. */
function holdWhile(other: string): string {
	const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(other)}])`;
	return `const held = Buffer.alloc(150e6, 1); ${child}.on("exit", () => held.length);`;
}

test("memory is added up over the processes that are alive at once", { skip: skipUnlessLinux }, async () => {
	const hold = `const held = Buffer.alloc(150e6, 1); setTimeout(() => held.length, 600);`;
	const [alone, both] = [await runScript(hold), await runScript(holdWhile(hold))];
	assert.ok((alone.figures.peakRssBytes ?? 0) > 150e6);
	assert.ok((both.figures.peakRssBytes ?? 0) > (alone.figures.peakRssBytes ?? 0) + 100e6);
	assert.ok((alone.figures.peakPrivateBytes ?? 0) <= (alone.figures.peakRssBytes ?? 0));
	assert.equal(both.figures.processes, 2);
});

test("the busiest thread computes nearly all of the time that it has a processor", {
	skip: skipUnlessLinux,
}, async () => {
	const { figures } = await runScript(compute(1000));
	assert.ok((figures.busiestThread ?? 0) + (figures.busiestThreadQueued ?? 0) > 0.6);
	assert.ok((figures.timeslices ?? 0) > 0);
	assert.ok((figures.machineBusy ?? 0) > 0);
});

test("one thread at its limit is seen as that, however short its run", { skip: skipUnlessLinux }, async () => {
	// Ends just before threads are looked at again: a third of it was seen by then.
	const program = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";
	const command = { file: "sh", args: ["-c", program], cwd: tmpdir() };
	const { figures, seconds } = await runCommand(command, new AbortController().signal);
	const computed = (figures.busiestThread ?? 0) * seconds;
	assert.ok(computed > 0.9 * (figures.cpuSeconds ?? 0), `${computed} of ${figures.cpuSeconds} s`);
	assert.ok((figures.busiestThread ?? 0) <= 1);
});

test("an abort kills the whole group at once", async () => {
	const controller = new AbortController();
	const sleep = `setTimeout(() => undefined, 60_000)`;
	const running = runScript(
		`require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(sleep)}], { stdio: "inherit" }); ${sleep}`,
		controller.signal,
	);
	setTimeout(() => controller.abort(), 300);
	const end = await running;
	assert.equal(end.exitCode, null);
	assert.ok(end.seconds < 30);
});

test("a command that does not exist is an end, not an error", async () => {
	const end = await runCommand({ file: "/no/such/program", args: [], cwd: tmpdir() }, new AbortController().signal);
	assert.equal(end.exitCode, null);
	assert.match(end.stderr, /ENOENT/);
});

test("the folder of the run is its working directory", async () => {
	const cwd = await mkdtemp(join(tmpdir(), "bench-cwd-"));
	try {
		const args = ["-e", "process.exitCode = require('node:fs').readdirSync('.').length"];
		const end = await runCommand({ file: process.execPath, args, cwd }, new AbortController().signal);
		assert.equal(end.exitCode, 0);
	} finally {
		await rm(cwd, { recursive: true });
	}
});
