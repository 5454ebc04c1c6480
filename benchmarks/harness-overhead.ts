/** What measuring costs what is measured: the same run with and without the harness, taken in turn. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatNumber, formatShare } from "../src/bench/format.ts";
import { touchMemory } from "../src/bench/measure/touch-memory.ts";
import { medianInterval } from "../src/bench/statistics/interval.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";
import { startNginx } from "./nginx.ts";
import { builtProgram } from "./program.ts";

const { values } = parseArgs({
	options: {
		rounds: { type: "string", default: "15" },
		files: { type: "string", default: "20000" },
		method: { type: "string", default: "processes" },
	},
});

await using folder = await freshFolder("overhead");
await using nginx = await startNginx(folder.path, { files: Number(values.files), sizeBytes: 10 * 1024 });

function argsOf(run: string): string[] {
	const dirs = ["--dir", join(folder.path, run, "files"), "--log-dir", join(folder.path, run, "logs")];
	return [nginx.list, ...dirs, "--method", values.method];
}

/**
 * A group of its own, as the harness gives it: Linux shares the processors out by sessions first, so that a run in this
 * one would compete with the server as one of its kind, and the other as a stranger.
 */
async function bareSeconds(run: string): Promise<number> {
	const [file, ...before] = builtProgram();
	const started = performance.now();
	const child = spawn(file, [...before, "get", ...argsOf(run), "--progress", "none"], {
		cwd: folder.path,
		detached: true,
		stdio: "ignore",
	});
	await once(child, "exit");
	return (performance.now() - started) / 1000;
}

async function measuredSeconds(run: string): Promise<number> {
	return (await measuredGet(argsOf(run), folder.path)).seconds;
}

/** As `bench` does: memory that was used before for every run, and nothing left of the last one. */
async function alike(run: string, seconds: (run: string) => Promise<number>): Promise<number> {
	await touchMemory();
	try {
		return await seconds(run);
	} finally {
		await rm(join(folder.path, run), { recursive: true });
	}
}

const bare: number[] = [];
const measured: number[] = [];
for (let round = -1; round < Number(values.rounds); round++) {
	const takeBare = async (): Promise<void> => void bare.push(await alike("bare", bareSeconds));
	const takeMeasured = async (): Promise<void> => void measured.push(await alike("measured", measuredSeconds));
	const order = round % 2 === 0 ? [takeBare, takeMeasured] : [takeMeasured, takeBare];
	for (const take of order) await take();
}
// The first round warms up.
bare.shift();
measured.shift();

const ratio = medianInterval(measured.map((seconds, round) => seconds / (bare[round] ?? Number.NaN)));
process.stdout.write(`| ${values.method}, ${values.files} files | median of ${values.rounds} |
| --- | ---: |
| by itself | ${formatNumber(medianInterval(bare).median)} s |
| measured | ${formatNumber(medianInterval(measured).median)} s |
| the harness adds | ${formatShare(ratio.median - 1)} (95 % interval ${formatShare(ratio.low - 1)} to ${formatShare(ratio.high - 1)}) |
`);
