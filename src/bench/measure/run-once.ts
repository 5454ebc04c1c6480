/** One measured run: fresh folders, the command, then a look at every file. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import type { BenchRun } from "../results.ts";
import type { Workload } from "../workload/workload.ts";
import { type Inspection, inspectFiles } from "./inspect-files.ts";
import { type Records, readRecords } from "./read-records.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";
import { timelineOf } from "./timeline.ts";
import { touchMemory } from "./touch-memory.ts";

export type RunRequest = {
	readonly contender: Contender;
	readonly workload: Workload;
	readonly concurrency: number;
	/** The round, counted from 1. */
	readonly run: number;
	readonly warmup: boolean;
	/** A folder for this run alone; created. */
	readonly folder: string;
	/** Whether the files stay until the end of the benchmark: file systems get slower while much is being deleted. */
	readonly keepFiles: boolean;
};

/** Makes the run and judges it. @throws the abort reason, or what the file system says of the folder. */
export async function runOnce(request: RunRequest, signal: AbortSignal): Promise<BenchRun> {
	const { contender, workload, concurrency, folder } = request;
	const [dir, logDir] = [join(folder, "files"), join(folder, "logs")];
	await mkdir(dir, { recursive: true });
	await mkdir(logDir);
	const { list, urlList } = workload;
	const command = contender.command({ list, urlList, dir, logDir, concurrency });
	await touchMemory();
	const env = { ...command.env, ...workload.env };
	const end = await runCommand({ ...command, env }, signal, workload.server);
	signal.throwIfAborted();
	const records = contender.kind === "method" ? await readRecords(logDir) : undefined;
	const files = await inspectFiles(dir, workload.expectation, signal);
	if (!request.keepFiles) await rm(folder, { recursive: true, force: true });
	return describeRun(request, { end, records, files });
}

type Seen = { readonly end: CommandEnd; readonly records: Records | undefined; readonly files: Inspection };

function describeRun({ contender, workload, run, warmup }: RunRequest, { end, records, files }: Seen): BenchRun {
	const { seconds, exitCode } = end;
	const problem = findProblem(contender, { end, records, files });
	const failed = records?.failed ?? Math.max(0, workload.entries - files.good);
	const perSecond = (amount: number): number => (problem === undefined && seconds > 0 ? amount / seconds : 0);
	return {
		workload: workload.name,
		method: contender.name,
		kind: contender.kind,
		run,
		warmup,
		...(problem === undefined ? {} : { problem }),
		seconds,
		saved: files.good,
		failed,
		bytes: files.bytes,
		filesPerSecond: perSecond(files.good),
		bytesPerSecond: perSecond(files.bytes),
		...(files.changed === 0 ? {} : { changed: files.changed }),
		exitCode,
		...(records === undefined ? {} : { own: records.own }),
		...timelineOf(files.finishedAtMs, end.startedAtMs, seconds),
		...end.figures,
	};
}

/** Why a run is no measurement; undefined where it is one. */
function findProblem(contender: Contender, { end, records, files }: Seen): string | undefined {
	const [damaged] = files.wrong;
	const damage = `${files.wrong.length} of its files are wrong, ${damaged} for one`;
	if (!contender.ended(end.exitCode)) return describeEnd(end);
	if (contender.kind === "peer") {
		if (files.good === 0 && end.exitCode !== 0) return `saved nothing: ${describeEnd(end)}`;
		// Other programs leave what they failed to finish under its final name, and say so by their exit code.
		return damaged !== undefined && end.exitCode === 0 ? `reported success, and ${damage}` : undefined;
	}
	if (records === undefined) return "left no summary";
	if (damaged !== undefined) return damage;
	if (records.saved !== files.good) return `reported ${records.saved} files as saved, and ${files.good} are there`;
	if (records.bytes !== files.bytes) return `reported ${records.bytes} bytes as saved, and ${files.bytes} are there`;
	return undefined;
}

function describeEnd({ exitCode, stderr }: CommandEnd): string {
	const lastLine = stderr.split("\n").at(-1) ?? "";
	const how = exitCode === null ? "did not run to its end" : `ended with exit code ${exitCode}`;
	return lastLine === "" ? how : `${how}: ${lastLine}`;
}
