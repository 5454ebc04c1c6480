/** Kills a worker, the coordinator or Redis at random moments, again and again; `DOWNSPOUT_KILL_ROUNDS` says how often. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { skipUnlessLinux } from "../skip-unless.ts";
import { type FaultLab, patient, quick, type Run, startFaultLab } from "./fault-lab.ts";
import type { WorkerProcess } from "./worker-processes.ts";

const rounds = Number(process.env.DOWNSPOUT_KILL_ROUNDS ?? 1);
/** Kills in a row, before a run is let to its end. */
const mostKills = 3;
/** Longest time from a run's first requests to the kill. */
const longestLifeMs = 1200;

type Victim = "worker" | "coordinator" | "Redis, with its data" | "Redis, without its data";

async function playRound(context: TestContext, victim: Victim): Promise<void> {
	const lab = await startFaultLab(context);
	const workers = await lab.twoWorkers({ isKept: true });
	// Of those that lose Redis none may give it up.
	const env = victim.startsWith("Redis") ? patient : quick;
	let run = lab.start([], env);
	const kills = 1 + Math.floor(Math.random() * mostKills);
	for (let kill = 0; kill < kills; kill++) {
		const before = lab.origin.requests();
		const isOver = (): boolean => run.process.exitCode !== null;
		while (lab.origin.requests() === before && !isOver()) await sleep(5);
		await sleep(Math.random() * longestLifeMs);
		if (isOver()) break;
		if (victim === "coordinator") run = await killCoordinator(lab, run);
		else await killOther(lab, victim, workers);
	}
	await lab.expectAll(await run.ended);
	const asked = lab.origin.requests();
	const again = await lab.start().ended;
	assert.equal(JSON.parse(again.stdout).skipped, lab.batch.paths.length, again.stderr);
	assert.equal(lab.origin.requests(), asked);
}

async function killCoordinator(lab: FaultLab, run: Run): Promise<Run> {
	run.process.kill("SIGKILL");
	if (Math.random() < 0.5) await run.ended;
	return lab.start();
}

async function killOther(lab: FaultLab, victim: Victim, workers: readonly WorkerProcess[]): Promise<void> {
	if (victim === "worker") workers[Math.floor(Math.random() * workers.length)]?.kill("SIGKILL");
	else await lab.redis.restart(victim === "Redis, with its data");
}

for (const victim of ["worker", "coordinator", "Redis, with its data", "Redis, without its data"] as const) {
	test(`${rounds} rounds in which what is killed is the ${victim}`, { skip: skipUnlessLinux }, async (context) => {
		for (let round = 1; round <= rounds; round++) {
			await context.test(`round ${round}`, { timeout: 240_000 }, (inner) => playRound(inner, victim));
		}
	});
}
