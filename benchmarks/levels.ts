/** How levels settle: plots for docs/concurrency.md from the simulator, and with --lab from real runs against the lab origin. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatNumber } from "../src/bench/format.ts";
import { startOriginProcess } from "../src/bench/workload/origin-process.ts";
import type { OriginOptions } from "../src/origin/options.ts";
import { freshFolder } from "./fresh-folder.ts";
import { drawLevels, type LevelPoint } from "./level-chart.ts";
import { measuredGet } from "./measured-get.ts";
import { fixedLevels, type HeldScenario, heldScenarios } from "./simulator/scenarios.ts";
import { simulate } from "./simulator/simulate.ts";

const { values } = parseArgs({
	options: {
		out: { type: "string", default: "docs/concurrency" },
		lab: { type: "boolean", default: false },
	},
});

const seeds = [1, 2, 3];
const mostPoints = 300;
/** What is drawn: the name of the file, and the scenario. */
const drawn: readonly (readonly [string, keyof typeof heldScenarios])[] = [
	["far", "50 ms away, 3,000 files"],
	["overload", "slows down beyond 50"],
	["capacity", "20, then 200, then 20 at once"],
	["fragile", "refuses beyond 20, with Retry-After"],
	["rate-limited", "400 a second, 1 ms away"],
];

const lab: Readonly<Record<string, Partial<OriginOptions> & { readonly files: number }>> = {
	far: { files: 3000, size: { kind: "fixed", sizeBytes: 20_480 }, latencyMs: 50, bandwidthBytesPerSecond: 25_000_000 },
	fragile: { files: 3000, latencyMs: 50, mostInFlight: 20 },
	"rate-limited": { files: 4000, latencyMs: 5, requestsPerSecond: 400, retryAfterSeconds: 1 },
};

await mkdir(values.out, { recursive: true });
if (values.lab) await drawLab();
else await drawSimulated();

async function drawSimulated(): Promise<void> {
	for (const [file, name] of drawn) {
		const scenario = heldScenarios[name];
		if (!scenario) throw new RangeError(`no scenario ${name}`);
		const points = seeds.flatMap((seed) => pointsOf(simulate(scenario, "auto", seed).samples, `seed ${seed}`));
		await writeFile(join(values.out, `${file}.svg`), drawLevels(name, points));
	}
	process.stdout.write(
		"| scenario | best fixed level | seconds | found | refusals |\n| --- | ---: | ---: | ---: | ---: |\n",
	);
	for (const [name, scenario] of Object.entries(heldScenarios)) process.stdout.write(rowOf(name, scenario));
}

function rowOf(name: string, scenario: HeldScenario): string {
	const { of } = scenario.bound;
	const fixed =
		of === "fixed"
			? fixedLevels.map((level) => ({ level: String(level), ms: simulate(scenario, level, 1).ms }))
			: [{ level: "level" in of ? `${of.level}, nothing refused` : `${of.perSecond} a second`, ms: Number.NaN }];
	const best = fixed.reduce((one, other) => (other.ms < one.ms ? other : one));
	const found = simulate(scenario, "auto", 1);
	const seconds = Number.isNaN(best.ms) ? "" : formatNumber(best.ms / 1000);
	return `| ${name} | ${best.level} | ${seconds} | ${formatNumber(found.ms / 1000)} | ${found.refusals} |\n`;
}

type Sample = { readonly atMs: number; readonly level: number; readonly saved: number };

/** Samples as points, the speed as the mean of half a second. */
function pointsOf(samples: readonly Sample[], run: string): LevelPoint[] {
	const step = Math.max(1, Math.ceil(samples.length / mostPoints));
	const shown = samples.filter((_, index) => index % step === 0);
	const span = Math.max(1, Math.ceil(10 / step));
	return shown.map((sample, index) => {
		const before = shown[Math.max(0, index - span)] ?? sample;
		const ms = sample.atMs - before.atMs;
		return {
			run,
			second: sample.atMs / 1000,
			level: sample.level,
			filesPerSecond: ms > 0 ? ((sample.saved - before.saved) * 1000) / ms : 0,
		};
	});
}

async function drawLab(): Promise<void> {
	await using folder = await freshFolder("levels");
	process.stdout.write("| lab origin | seconds | files/s |\n| --- | ---: | ---: |\n");
	for (const [name, options] of Object.entries(lab)) {
		const list = join(folder.path, `${name}.txt`);
		await using _origin = await startOriginProcess({ ...options, list }, new AbortController().signal);
		const out = join(folder.path, name);
		const { seconds } = await measuredGet(
			[list, "--dir", join(out, "files"), "--log-dir", join(out, "logs")],
			folder.path,
		);
		const log = await readFile(join(out, "logs/latest/log.txt"), "utf8");
		process.stdout.write(`| ${name} | ${formatNumber(seconds)} | ${formatNumber(options.files / seconds)} |\n`);
		await writeFile(join(values.out, `lab-${name}.svg`), drawLevels(`lab origin: ${name}`, logPoints(log)));
	}
}

/** The log tells when each file was saved, and which levels were settled on. */
function logPoints(log: string): LevelPoint[] {
	const lines = log.split("\n").filter((line) => / saved | level /.test(line));
	const startMs = Date.parse(log.slice(0, log.indexOf(" ")));
	let level = 32;
	let saved = 0;
	const samples: Sample[] = [];
	for (const line of lines) {
		const atMs = Date.parse(line.slice(0, line.indexOf(" "))) - startMs;
		const moved = /\] level (\d+) to/.exec(line);
		if (moved) level = Number(moved[1]);
		else saved++;
		const last = samples.at(-1);
		if (!last || atMs - last.atMs >= 50 || moved) samples.push({ atMs, level, saved });
	}
	return pointsOf(samples, "run");
}
