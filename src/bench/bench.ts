/** The benchmark: several methods over the same work, each run a real process, ranked by files saved per second. */
import { mkdir, rmdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { UsageError } from "../core/usage-error.ts";
import { type Contender, methodContender } from "./contender.ts";
import { describeMachine } from "./machine.ts";
import { measureWorkload } from "./measure-workload.ts";
import type { BenchOptions } from "./options.ts";
import { type FoundPeers, findPeers } from "./peers.ts";
import { rankingText } from "./report/ranking-text.ts";
import type { BenchResults, BenchRun, RankedMethod, WorkloadResult } from "./results.ts";
import { openStorage, type Storage } from "./storage.ts";
import { openOwnList } from "./workload/open-own-list.ts";
import { openScenario } from "./workload/open-scenario.ts";
import { probe } from "./workload/probe.ts";
import type { Workload } from "./workload/workload.ts";

/** What the benchmark needs from where it is started. */
export type BenchSurroundings = {
	/** What starts downspout: usually Node's path and that of `bin/downspout.js`. */
	readonly program: readonly [file: string, ...args: string[]];
	/** Version of downspout. */
	readonly version: string;
	/** What the report says that it measured, where the list's own name tells a reader nothing. */
	readonly title?: string;
	/** Names this benchmark: its report goes to `bench/RUN` where no folder was given. */
	readonly run: string;
	/** Ends the benchmark early: what was finished is still reported. */
	readonly signal: AbortSignal;
	/** Receives a line about each run before it starts, without a line end. */
	tell(line: string): void;
};

export type BenchEnd = {
	readonly results: BenchResults;
	/** Folder of the report. */
	readonly out: string;
	/** The ranking as text, with a line end. */
	readonly text: string;
	/** 0, or 1 where a method has no run that counts; not to be used after an abort. */
	readonly exitCode: 0 | 1;
};

/**
 * Measures, ranks, and writes results.json, report.md and report.html.
 * @throws {UsageError} the report's folder exists, or the list's server fails. @throws {ListError} the list cannot be read.
 * @throws {Error} the lab origin cannot start, or a folder cannot be written.
 */
export async function runBench(options: BenchOptions, around: BenchSurroundings): Promise<BenchEnd> {
	// Absolute: the programs that are measured run in folders of their own.
	const out = resolve(options.out ?? `bench/${around.run}`);
	const topmost = await createFolder(out);
	try {
		await using storage = await openStorage(out, "scenarios" in options.workload);
		const results = await measureAll(options, around, storage);
		// The charting library is large: it is loaded only now, and never beside a run.
		const { writeReport } = await import("./report/write-report.ts");
		await writeReport(out, results);
		// Another program that fails is a result; a method that does is a failure of the benchmark.
		const unmeasured = results.ranking.some((entry) => entry.kind === "method" && entry.runs === 0);
		return { results, out, text: rankingText(results), exitCode: unmeasured ? 1 : 0 };
	} catch (error) {
		await removeEmptyFolders(out, topmost);
		throw error;
	}
}

async function measureAll(options: BenchOptions, around: BenchSurroundings, storage: Storage): Promise<BenchResults> {
	const started = new Date().toISOString();
	const peers = await findPeers(options.peers, around.signal);
	for (const name of peers.missing) around.tell(`${name} is not installed: measuring without it`);
	const measured: Measured[] = [];
	for await (const workload of measureWorkloads({ options, around, storage, peers })) measured.push(workload);
	const { title } = around;
	return {
		...(title !== undefined && { title }),
		list: shownWorkload(options),
		concurrency: options.concurrency,
		workers: options.workers ?? availableParallelism(),
		rounds: options.runs,
		warmup: options.warmup,
		started,
		downspout: around.version,
		complete: !around.signal.aborted,
		machine: describeMachine(storage.shown),
		versions: { downspout: around.version, node: process.version, ...peers.versions },
		missingPeers: peers.missing,
		workloads: measured.map(({ result }) => result),
		ranking: measured.flatMap(({ ranking }) => ranking),
		runs: measured.flatMap(({ runs }) => runs),
	};
}

type Measured = {
	readonly result: WorkloadResult;
	readonly ranking: readonly RankedMethod[];
	readonly runs: readonly BenchRun[];
};

async function* measureWorkloads(given: {
	readonly options: BenchOptions;
	readonly around: BenchSurroundings;
	readonly storage: Storage;
	readonly peers: FoundPeers;
}): AsyncGenerator<Measured> {
	const { options, around, storage, peers } = given;
	const levels = options.levels === undefined ? [undefined] : [...options.levels, "auto" as const];
	const methods = options.methods.flatMap((method) =>
		levels.map((level) => methodContender(method, { program: around.program, workers: options.workers, level })),
	);
	const contenders: readonly Contender[] = [...methods, ...peers.contenders];
	for (const open of workloadsOf(options, storage, around)) {
		if (around.signal.aborted) return;
		await using workload = await openUnlessAborted(open, around.signal);
		if (workload === null) return;
		yield await measureWorkload({ workload, contenders, options, storage }, around);
	}
}

/** Null where the benchmark was ended meanwhile: what was measured before is still to be reported. */
async function openUnlessAborted(
	open: (signal: AbortSignal) => Promise<Workload>,
	signal: AbortSignal,
): Promise<Workload | null> {
	try {
		return await open(signal);
	} catch (error) {
		if (signal.aborted) return null;
		throw error;
	}
}

function workloadsOf(
	options: BenchOptions,
	storage: Storage,
	around: BenchSurroundings,
): ((signal: AbortSignal) => Promise<Workload>)[] {
	const { workload } = options;
	if ("scenarios" in workload) {
		return workload.scenarios.map((name) => (signal) => openScenario(name, storage.lists, signal));
	}
	return [
		async (signal) => {
			const opened = await openOwnList(workload.list, storage.lists, signal);
			await probe(opened.listName, opened.probes, { program: around.program, folder: storage.lists, signal });
			return around.title === undefined ? opened : { ...opened, description: around.title };
		},
	];
}

function shownWorkload({ workload }: BenchOptions): string {
	return "list" in workload ? workload.list : workload.scenarios.map((name) => `scenario ${name}`).join(", ");
}

/** Gives the topmost folder that had to be made. @throws {UsageError} it is there already, or cannot be made. */
async function createFolder(out: string): Promise<string> {
	try {
		const topmost = await mkdir(dirname(out), { recursive: true });
		await mkdir(out);
		return topmost ?? out;
	} catch (cause) {
		// A file where a folder above it should be is told with the same code.
		const exists =
			cause instanceof Error && "code" in cause && cause.code === "EEXIST" && "path" in cause && cause.path === out;
		const reason = exists ? "is already there: name a folder that is not" : `cannot be created: ${String(cause)}`;
		throw new UsageError(`the report's folder ${out} ${reason}`, { cause });
	}
}

/** Leaves nothing behind where nothing was measured; a folder that holds a report stays. */
async function removeEmptyFolders(out: string, topmost: string): Promise<void> {
	await rmdir(out).catch(() => undefined);
	if (out !== topmost) await removeEmptyFolders(dirname(out), topmost);
}
