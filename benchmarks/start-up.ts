/** Start-up: `downspout --version` against `node -e 0`, taken in turn. */
import { formatNumber } from "../src/bench/format.ts";
import { runCommand } from "../src/bench/measure/run-command.ts";
import { medianInterval } from "../src/bench/statistics/interval.ts";
import { binPath } from "./program.ts";

const rounds = 40;
const signal = new AbortController().signal;

async function timeMs(args: readonly string[]): Promise<number> {
	const { seconds } = await runCommand({ file: process.execPath, args, cwd: process.cwd() }, signal);
	return seconds * 1000;
}

const empty: number[] = [];
const version: number[] = [];
for (let round = 0; round < rounds; round++) {
	empty.push(await timeMs(["-e", "0"]));
	version.push(await timeMs([binPath, "--version"]));
}

const ratio = medianInterval(version.map((ms, round) => ms / (empty[round] ?? Number.NaN)));
process.stdout.write(`| command | median of ${rounds} |
| --- | ---: |
| node -e 0 | ${formatNumber(medianInterval(empty).median)} ms |
| downspout --version | ${formatNumber(medianInterval(version).median)} ms |
| ratio | ${formatNumber(ratio.median)} (95 % interval ${formatNumber(ratio.low)} to ${formatNumber(ratio.high)}) |
`);
