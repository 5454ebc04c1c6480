/** What measuring costs what is measured: the same run with and without the harness, taken in turn. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatNumber, formatShare } from "../src/bench/format.ts";
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
await using nginx = await startNginx(folder.path, Number(values.files), 10 * 1024);

function argsOf(run: string): string[] {
	const dirs = ["--dir", join(folder.path, run, "files"), "--log-dir", join(folder.path, run, "logs")];
	return [nginx.list, ...dirs, "--method", values.method];
}

async function bareSeconds(run: string): Promise<number> {
	const [file, ...before] = builtProgram();
	const started = performance.now();
	const child = spawn(file, [...before, "get", ...argsOf(run), "--progress", "none"], { stdio: "ignore" });
	await once(child, "exit");
	return (performance.now() - started) / 1000;
}

const bare: number[] = [];
const measured: number[] = [];
for (let round = -1; round < Number(values.rounds); round++) {
	const bareFirst = round % 2 === 0;
	const early = bareFirst ? await bareSeconds(`bare-${round}`) : undefined;
	const { seconds } = await measuredGet(argsOf(`measured-${round}`), folder.path);
	const late = early ?? (await bareSeconds(`bare-${round}`));
	// The first round warms up.
	if (round < 0) continue;
	bare.push(late);
	measured.push(seconds);
}

const ratio = medianInterval(measured.map((seconds, round) => seconds / (bare[round] ?? Number.NaN)));
process.stdout.write(`| ${values.method}, ${values.files} files | median of ${values.rounds} |
| --- | ---: |
| by itself | ${formatNumber(medianInterval(bare).median)} s |
| measured | ${formatNumber(medianInterval(measured).median)} s |
| the harness adds | ${formatShare(ratio.median - 1)} (95 % interval ${formatShare(ratio.low - 1)} to ${formatShare(ratio.high - 1)}) |
`);
