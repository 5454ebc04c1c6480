/** Runs downspout with some options, and `curl -Z` on the same list, in turn; and how they compare as a table. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatNumber } from "../src/bench/format.ts";
import { runCommand } from "../src/bench/measure/run-command.ts";
import { builtProgram } from "./program.ts";

export type Contest = {
	readonly folder: string;
	readonly list: string;
	readonly rounds: number;
	readonly concurrency: number;
	/** Options of curl beside those for parallel downloads. */
	readonly curl: readonly string[];
	/** By their names in the table: options of downspout. */
	readonly downspout: Readonly<Record<string, readonly string[]>>;
};

type Run = { readonly seconds: number; readonly cpuSeconds: number };

/** @returns Lines of Markdown. @throws {Error} a run failed, or brought too few files. */
export async function compareWithCurl(contest: Contest): Promise<string> {
	const urls = (await readFile(contest.list, "utf8")).trimEnd().split("\n");
	const files = join(contest.folder, "files");
	const config = join(contest.folder, "curl.conf");
	await writeFile(config, urls.map((url) => `url = "${url}"\nremote-name\n`).join(""));
	const parallel = ["-q", "-s", "--parallel", "--parallel-max", String(contest.concurrency), "--config", config];
	const [node, ...program] = builtProgram();
	const logs = join(contest.folder, "logs");
	const get = [...program, "get", contest.list, "-d", files, "--log-dir", logs, "--quiet"];
	const level = ["--concurrency", String(contest.concurrency)];
	const contenders: readonly (readonly [name: string, file: string, args: readonly string[]])[] = [
		["curl", "curl", [...parallel, "--output-dir", files, "--create-dirs", ...contest.curl]],
		...Object.entries(contest.downspout).map(
			([name, options]) => [name, node, [...get, ...level, ...options]] as const,
		),
	];
	const runs = new Map<string, Run[]>(contenders.map(([name]) => [name, []]));
	for (let round = 0; round < contest.rounds; round++) {
		for (const [name, file, args] of contenders) {
			await rm(files, { recursive: true, force: true });
			const command = { file, args, cwd: contest.folder };
			const { seconds, exitCode, stderr, figures } = await runCommand(command, new AbortController().signal);
			const found = (await readdir(files)).filter((one) => !one.startsWith(".")).length;
			if (exitCode !== 0 || found !== urls.length) {
				throw new Error(`${name} ended with exit code ${exitCode} and ${found} files: ${stderr}`);
			}
			runs.get(name)?.push({ seconds, cpuSeconds: figures.cpuSeconds ?? Number.NaN });
		}
	}
	return tableOf(runs, urls.length);
}

function tableOf(runs: ReadonlyMap<string, readonly Run[]>, files: number): string {
	const secondsOf = (name: string): number => median((runs.get(name) ?? []).map(({ seconds }) => seconds));
	const lines = [...runs].map(([name, all]) => {
		const seconds = secondsOf(name);
		const cpu = median(all.map(({ cpuSeconds }) => cpuSeconds));
		const ratio = formatNumber(secondsOf("curl") / seconds);
		return `| ${name} | ${formatNumber(seconds)} | ${formatNumber(files / seconds)} | ${formatNumber(cpu)} | ${ratio} |\n`;
	});
	return `| | seconds | files/s | processor seconds | files/s beside curl |\n| --- | ---: | ---: | ---: | ---: |\n${lines.join("")}`;
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
