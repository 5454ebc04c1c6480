/** One large file from a server that limits each connection, beside aria2c with 16 of them, in turn. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatNumber } from "../src/bench/format.ts";
import { runCommand } from "../src/bench/measure/run-command.ts";
import { startOriginProcess } from "../src/bench/workload/origin-process.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";

const { values } = parseArgs({
	options: {
		runs: { type: "string", default: "7" },
		mebibytes: { type: "string", default: "256" },
		/** Bytes a second of one connection. */
		each: { type: "string", default: "10000000" },
		latency: { type: "string", default: "0" },
	},
});

await using folder = await freshFolder("segments");
const list = join(folder.path, "urls.txt");
const size = { kind: "fixed", sizeBytes: Number(values.mebibytes) * 2 ** 20 } as const;
await using _origin = await startOriginProcess(
	{
		files: 1,
		size,
		list,
		bandwidthPerConnectionBytesPerSecond: Number(values.each),
		latencyMs: Number(values.latency),
	},
	new AbortController().signal,
);
const dir = join(folder.path, "files");

const programs: readonly (readonly [name: string, get: () => Promise<number>])[] = [
	["downspout", () => downspout()],
	["downspout --segments 16", () => downspout("--segments", "16")],
	["aria2c -x16 -s16 -k1M", aria2c],
];
const seconds = new Map<string, number[]>();
for (let run = 0; run <= Number(values.runs); run++) {
	for (const [name, get] of programs) {
		await rm(dir, { recursive: true, force: true });
		const took = await get();
		// The first round warms up.
		if (run > 0) seconds.set(name, [...(seconds.get(name) ?? []), took]);
	}
}
const medians = programs.map(([name]) => [name, median(seconds.get(name) ?? [])] as const);
const peer = medians.at(-1)?.[1] ?? Number.NaN;
process.stdout.write("| | seconds | beside aria2c |\n| --- | ---: | ---: |\n");
for (const [name, took] of medians)
	process.stdout.write(`| \`${name}\` | ${formatNumber(took)} | ${formatNumber(peer / took)} |\n`);

async function downspout(...options: readonly string[]): Promise<number> {
	const logs = join(folder.path, "logs");
	return (await measuredGet([list, "--dir", dir, "--log-dir", logs, ...options], folder.path)).seconds;
}

async function aria2c(): Promise<number> {
	const args = ["--no-conf", "-q", "-x16", "-s16", "-k1M", "--file-allocation=none", "-d", dir, "-i", list];
	const end = await runCommand({ file: "aria2c", args, cwd: folder.path }, new AbortController().signal);
	if (end.exitCode !== 0) throw new Error(`aria2c ended with exit code ${end.exitCode}: ${end.stderr}`);
	return end.seconds;
}

function median(found: readonly number[]): number {
	return found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? Number.NaN;
}
