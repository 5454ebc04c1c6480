/** Kills runs with SIGKILL at random moments, starts them again at once, and looks at the directory each time. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Method } from "../../src/core/outcome.ts";
import { type Origin, startOrigin } from "../../src/origin/origin.ts";
import { downspout, startDownspout } from "../cli/run-downspout.ts";
import { type Batch, createBatch } from "./batch.ts";
import { descendantsOf, outwait } from "./process-tree.ts";

const seed = 7;
/** A run that nothing disturbs takes about a second. */
const bandwidthBytesPerSecond = 20_000_000;
/** Kills in a row, before a run is let to its end. */
const mostKills = 4;
/** A run makes up to so many requests, and then lives no longer than this: so a slow machine's are killed in the midst of it too. */
const mostRequests = 150;
const longestLifeMs = 600;
/** They end when they have started: half a second of processor time, of which a busy machine gives them little. */
const orphanPatienceMs = 20_000;

export type KillRounds = { readonly method: Method; readonly rounds: number };

/** What the rounds met: shows that the kills hit what they were meant for. */
export type KillReport = { kills: number; readonly filesAtKill: number[]; continued: number };

type Round = {
	readonly args: readonly string[];
	readonly dir: string;
	readonly folder: string;
	readonly origin: Origin;
	readonly batch: Batch;
	readonly report: KillReport;
};

/** Fails as soon as a file is torn, lost or doubled, or a process outlives its coordinator. */
export async function killRounds(context: TestContext, { method, rounds }: KillRounds): Promise<KillReport> {
	await using origin = await startOrigin({ seed, files: 0, bandwidthBytesPerSecond });
	const batch = createBatch(seed);
	const report: KillReport = { kills: 0, filesAtKill: [], continued: 0 };
	for (let round = 1; round <= rounds; round++) {
		const folder = await mkdtemp(join(tmpdir(), "downspout-kill-"));
		context.after(() => rm(folder, { recursive: true, force: true }));
		const dir = join(folder, "files");
		const args = ["list", "-d", dir, "-m", method, "-c", "24", "--per-host", "24", "-w", "2", "--json", "-q"];
		await writeFile(join(folder, "list"), batch.paths.map((path) => `${origin.url}${path}\n`).join(""));
		await playRound({ args, dir, folder, origin, batch, report });
		await rm(folder, { recursive: true, force: true });
	}
	report.continued = origin.counts().ranged;
	return report;
}

async function playRound(round: Round): Promise<void> {
	const looks: Promise<void>[] = [];
	const orphans: Promise<readonly number[]>[] = [];
	const kills = 1 + Math.floor(Math.random() * mostKills);
	for (let kill = 0; kill < kills; kill++) {
		const { gone, children } = await startAndKill(round);
		orphans.push(outwait(children, orphanPatienceMs));
		const look = lookAt(round);
		look.catch(() => {});
		looks.push(look);
		// Half of the next runs start while workers of this one still end, and its files are looked at.
		if (Math.random() < 0.5) await Promise.all([gone, look]);
	}
	await finish(round);
	await Promise.all(looks);
	assert.deepEqual((await Promise.all(orphans)).flat(), [], "processes outlived their coordinator");
}

async function startAndKill({
	args,
	folder,
	origin,
}: Round): Promise<{ gone: Promise<void>; children: readonly number[] }> {
	const run = startDownspout(args, { cwd: folder });
	run.stdout?.resume();
	run.stderr?.resume();
	const gone = once(run, "exit").then(() => {});
	const isOver = (): boolean => run.exitCode !== null || run.signalCode !== null;
	const before = origin.requests();
	// Some are killed while they start; the others when they have begun to download.
	const wanted = 1 + Math.floor(Math.random() * mostRequests);
	while (Math.random() > 0.002 && origin.requests() < before + wanted && !isOver()) await sleep(5);
	await sleep(Math.random() * longestLifeMs);
	const children = run.pid === undefined ? [] : descendantsOf(run.pid);
	run.kill("SIGKILL");
	return { gone, children };
}

async function lookAt({ batch, dir, report }: Round): Promise<void> {
	report.kills++;
	report.filesAtKill.push(await batch.check(dir));
}

/** What was killed goes on to its end: nothing is missing, nothing is left over, and nothing is asked for again. */
async function finish({ args, folder, dir, batch, origin }: Round): Promise<void> {
	const total = batch.paths.length;
	const { code, stdout, stderr } = await downspout(args, { cwd: folder });
	assert.equal(code, 0, stderr);
	const summary = JSON.parse(stdout);
	assert.deepEqual([summary.total, summary.saved + summary.skipped], [total, total]);
	assert.equal(await batch.check(dir), total);
	const before = origin.requests();
	const again = await downspout(args, { cwd: folder });
	assert.equal(JSON.parse(again.stdout).skipped, total, again.stderr);
	assert.equal(origin.requests(), before);
	const left = await Promise.all(["parts", "owners"].map((name) => readdir(join(dir, ".downspout", name))));
	assert.deepEqual(left.flat(), []);
}
