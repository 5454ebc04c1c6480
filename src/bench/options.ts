/** What a benchmark is asked for: the flags of `bench` as they are written, checked into plain values. */
import { integer, integerOrAuto, text } from "../core/option-kinds.ts";
import type { OptionSpec } from "../core/option-table.ts";
import { readOption } from "../core/read-option.ts";
import { UsageError } from "../core/usage-error.ts";
import { type PeerName, peerNames } from "./peers.ts";
import { type ScenarioName, scenarioNames } from "./scenarios.ts";

/** Methods that a benchmark can run by itself; `cluster` needs other machines. */
const benchMethods = ["async", "threads", "processes", "mix", "auto"] as const;
export type BenchMethod = (typeof benchMethods)[number];

export type BenchOptions = {
	readonly workload: { readonly list: string } | { readonly scenarios: readonly ScenarioName[] };
	readonly methods: readonly BenchMethod[];
	/** Measured rounds. */
	readonly runs: number;
	/** Rounds before them that do not count. */
	readonly warmup: number;
	/** Downloads in flight at once. */
	readonly concurrency: number;
	/** Fixed levels that the found one is compared with; absent, all run at `concurrency`. */
	readonly levels?: readonly number[];
	/** Threads or processes; absent, each method's own default. */
	readonly workers?: number;
	/** Folder of the report; absent, `bench/RUN`. */
	readonly out?: string;
	readonly peers: readonly PeerName[];
};

/** With levels: the method that a user gets unasked. */
const levelMethods = "auto";
const benchDefaults = { methods: "async,threads,processes,mix", runs: 5, warmup: 1, concurrency: 32 } as const;

const group = "Measuring:";

export type BenchTable = { readonly [K in "runs" | "warmup" | "workers"]: OptionSpec<number> } & {
	readonly [K in "scenario" | "methods" | "out" | "peers" | "levels"]: OptionSpec<string>;
} & { readonly concurrency: OptionSpec<number | "auto"> };

// biome-ignore format: one option a line reads as the table that it is
export const benchTable: BenchTable = {
	scenario: { name: "scenario", group, kind: text("NAMES"), help: `instead of LIST: all, or some of ${scenarioNames.join(", ")}` },
	methods: { name: "methods", group, kind: text("NAMES"), fallback: benchDefaults.methods, help: `which methods: some of ${benchMethods.join(", ")}` },
	peers: { name: "peers", group, kind: text("NAMES"), fallback: "none", help: `other programs, where they are installed: some of ${peerNames.join(", ")}` },
	runs: { name: "runs", group, kind: integer(1, 1000), fallback: String(benchDefaults.runs), help: "measured runs of each method" },
	warmup: { name: "warmup", group, kind: integer(0, 100), fallback: String(benchDefaults.warmup), help: "runs of each method before them that do not count" },
	concurrency: { name: "concurrency", short: "c", group, kind: integerOrAuto(1, 10_000), fallback: String(benchDefaults.concurrency), help: "downloads in flight at once, of each method and program" },
	levels: { name: "levels", group, kind: text("NS"), fallback: "none", help: "measure each method at these numbers of downloads at once, and at the level that it finds: 8,32,128" },
	workers: { name: "workers", short: "w", group, kind: integer(1, 1024), fallback: "cores", help: "threads or processes, for the methods that have them" },
	out: { name: "out", short: "o", group, kind: text("DIR"), fallback: "bench/RUN", help: "where the report goes; must not be there yet" },
};

/**
 * Checks the flags, given by their long names, and the LIST.
 * @throws {UsageError} one cannot be used; the message names it and the values that could.
 */
export function resolveBenchOptions(flags: Readonly<Record<string, unknown>>, list?: string): BenchOptions {
	const scenario = readOption(flags.scenario, benchTable.scenario);
	const levels = readLevels(readOption(flags.levels, benchTable.levels));
	const methods = readOption(flags.methods, benchTable.methods) ?? (levels ? levelMethods : benchDefaults.methods);
	const peers = readOption(flags.peers, benchTable.peers);
	const concurrency = readOption(flags.concurrency, benchTable.concurrency) ?? "auto";
	const workers = readOption(flags.workers, benchTable.workers);
	const out = readOption(flags.out, benchTable.out);
	return {
		workload: resolveWorkload(list, scenario),
		methods: readNames("--methods", methods, benchMethods),
		runs: readOption(flags.runs, benchTable.runs) ?? benchDefaults.runs,
		warmup: readOption(flags.warmup, benchTable.warmup) ?? benchDefaults.warmup,
		concurrency: concurrency === "auto" ? benchDefaults.concurrency : concurrency,
		...(levels === undefined ? {} : { levels }),
		...(workers === undefined ? {} : { workers }),
		...(out === undefined ? {} : { out }),
		peers: peers === undefined ? [] : readNames("--peers", peers, peerNames),
	};
}

function resolveWorkload(list: string | undefined, scenario: string | undefined): BenchOptions["workload"] {
	if (list !== undefined && scenario !== undefined) throw new UsageError("give a LIST or --scenario, not both");
	if (list !== undefined) return { list };
	if (scenario === undefined)
		throw new UsageError(`give a LIST, or --scenario with all or some of ${scenarioNames.join(", ")}`);
	const names = readNames("--scenario", scenario, [...scenarioNames, "all"]);
	return { scenarios: scenarioNames.filter((name) => names.includes("all") || names.includes(name)) };
}

function readLevels(given: string | undefined): number[] | undefined {
	if (given === undefined) return undefined;
	const level = integer(1, 10_000);
	const levels = given.split(",").map((word) => {
		const reading = level.read(word.trim());
		if ("expected" in reading) throw new UsageError(`--levels: ${word.trim()} is not ${reading.expected}`);
		return reading.value;
	});
	return [...new Set(levels)];
}

/** Names separated by commas, each once, in the order given. */
function readNames<T extends string>(flag: string, given: string, allowed: readonly T[]): T[] {
	const words = given
		.split(",")
		.map((word) => word.trim())
		.filter(Boolean);
	if (words.length === 0) throw new UsageError(`${flag} names nothing: it takes some of ${allowed.join(", ")}`);
	const names = words.map((word) => {
		const name = allowed.find((one) => one === word);
		if (name === undefined) throw new UsageError(`${flag}: ${word} is not one of ${allowed.join(", ")}`);
		return name;
	});
	return [...new Set(names)];
}
