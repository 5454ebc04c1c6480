/** Workers that the system does not let start: fewer of them with a warning, or none and the end of the run. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startOrigin } from "../../src/origin/origin.ts";
import { freshFolder } from "../cli/fresh-folder.ts";
import { type Ended, waitForEnd } from "../cli/run-downspout.ts";
import { projectRoot } from "../project/source-files.ts";
import { skipUnless } from "../skip-unless.ts";
import "../without-proxies.ts";

const skip = skipUnless(
	process.platform === "linux" && process.getuid?.() === 0,
	"root on Linux, to run as a new user",
);
const files = 20;

/** The limit of threads binds users other than root only: a new one for each run, which may read and write as root may. */
const asUser = ["--clear-groups", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
/** Node loads these in a thread of its own, which comes and goes. */
const env = { ...process.env, NODE_EXTRA_CA_CERTS: "", NODE_NO_WARNINGS: "1" };

let user = 100_000 + process.pid;

type Run = { readonly cwd: string; readonly args: readonly string[]; readonly limit?: number };

function start({ cwd, args, limit }: Run) {
	user += 1;
	const capped = limit === undefined ? [] : ["prlimit", `--nproc=${limit}:${limit}`];
	const command = [...capped, process.execPath, join(projectRoot, "src/cli/main.ts"), ...args];
	return spawn("setpriv", [`--reuid=${user}`, `--regid=${user}`, ...asUser, ...command], { cwd, env, stdio: "pipe" });
}

/** How many threads a run has without any worker: seen while it waits for its list. */
async function threadsOfItsOwn(cwd: string): Promise<number> {
	const run = start({ cwd, args: ["-", "-d", "alone", "-m", "async", "--progress", "json"] });
	const ended = waitForEnd(run);
	await new Promise((resolve) => run.stderr.once("data", resolve));
	const threads = readdirSync(`/proc/${run.pid}/task`).length;
	run.stdin.end();
	await ended;
	return threads;
}

type Case = { readonly method: string; readonly spare: number; readonly code: 0 | 3; readonly told: RegExp };

const cases: readonly Case[] = [
	{ method: "threads", spare: 2, code: 0, told: /2 of 4 threads workers could not be started .*: going on with 2/ },
	{ method: "threads", spare: 0, code: 3, told: /no threads worker could be started/ },
	{ method: "processes", spare: 0, code: 3, told: /no processes worker could be started/ },
	{ method: "mix", spare: 0, code: 0, told: /no threads worker could be started[\s\S]*no processes worker could be/ },
];

async function runCase(context: TestContext, { method, spare }: Case): Promise<Ended> {
	const cwd = await freshFolder(context);
	await using _origin = await startOrigin({ files, list: join(cwd, "urls.txt") });
	const limit = (await threadsOfItsOwn(cwd)) + spare;
	const run = start({ cwd, limit, args: ["urls.txt", "-m", method, "-w", "4", "--json", "--progress", "plain"] });
	run.stdin.end();
	const ended = await waitForEnd(run);
	assert.deepEqual(JSON.parse(ended.stdout), JSON.parse(readFileSync(join(cwd, "logs/latest/summary.json"), "utf8")));
	return ended;
}

for (const one of cases) {
	test(`${one.method} with room for ${one.spare} threads: exit ${one.code}`, { skip }, async (context) => {
		const { code, stdout, stderr } = await runCase(context, one);
		assert.equal(code, one.code, stderr);
		assert.match(stderr, one.told);
		assert.equal(JSON.parse(stdout).saved, code === 0 ? files : 0);
	});
}
