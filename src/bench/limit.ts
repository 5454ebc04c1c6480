/** What limited a method: a decision from its figures alone, with the figures that it rests on. */
import { formatNumber, formatSeconds, formatShare } from "./format.ts";
import type { BenchRun } from "./results.ts";
import { medianOf } from "./statistics/interval.ts";

export type LimitKind = "start-up" | "one thread" | "processors" | "server" | "waiting" | "unknown";

export type Limit = {
	readonly kind: LimitKind;
	/** One sentence, which names the figures. */
	readonly sentence: string;
};

/** Medians over the runs of one method that count. */
export type LimitFigures = {
	readonly seconds: number;
	readonly filesPerSecond: number;
	readonly firstFileSeconds: number | undefined;
	readonly coresBusy: number | undefined;
	readonly busiestThread: number | undefined;
	readonly busiestThreadQueued: number | undefined;
	readonly machineBusy: number | undefined;
	readonly serverCores: number | undefined;
	readonly serverBusiestThread: number | undefined;
	readonly meanFileMs: number | undefined;
	/** What a quick file took: the 5th percentile. */
	readonly quickFileMs: number | undefined;
};

/** From here on a thread or a machine counts as full: what is left is measuring error and gaps between callbacks. */
const full = 0.85;
/** Of what all threads computed, the least part of one that did nearly all: the end of a short run is never in its own figure. */
const nearlyAll = 0.75;
/** Where client and server use less than this much of the machine, neither holds the other up. */
const idle = 0.6;
/** Of what the machine computed, the least part that the run and its server must have. */
const ownShare = 0.7;

/** Medians of what decides, over runs of one method that count. */
export function limitFigures(runs: readonly BenchRun[]): LimitFigures {
	const middle = (pick: (run: BenchRun) => number | null | undefined): number | undefined =>
		medianOf(runs.flatMap((run) => pick(run) ?? []));
	return {
		seconds: middle((run) => run.seconds) ?? 0,
		filesPerSecond: middle((run) => run.filesPerSecond) ?? 0,
		firstFileSeconds: middle((run) => run.firstFileSeconds),
		coresBusy: middle((run) => (run.cpuSeconds === null ? null : run.cpuSeconds / run.seconds)),
		busiestThread: middle((run) => run.busiestThread),
		busiestThreadQueued: middle((run) => run.busiestThreadQueued),
		machineBusy: middle((run) => run.machineBusy),
		serverCores: middle((run) => run.serverCores),
		serverBusiestThread: middle((run) => run.serverBusiestThread),
		meanFileMs: middle((run) => run.own?.fileMs?.mean),
		quickFileMs: middle((run) => run.own?.fileMs?.p5),
	};
}

/** Processors that neither the run nor our own server kept busy; undefined where that cannot be told. */
export function otherCores(figures: LimitFigures, cores: number): number | undefined {
	const { machineBusy, coresBusy, serverCores } = figures;
	if (machineBusy === undefined || coresBusy === undefined || serverCores === undefined) return undefined;
	return Math.max(0, machineBusy * cores - coresBusy - serverCores);
}

/** Decides, the clearest evidence first. */
export function findLimit(figures: LimitFigures, concurrency: number, cores: number): Limit {
	return (
		startUpLimit(figures) ??
		threadLimit(figures) ??
		processorLimit(figures, cores) ??
		serverLimit(figures) ??
		waitingLimit(figures, concurrency, cores)
	);
}

/** Until the first file stood, less what a quick file takes: a slow server is no slow start. */
function startUpLimit({ firstFileSeconds, quickFileMs, seconds }: LimitFigures): Limit | undefined {
	if (firstFileSeconds === undefined || quickFileMs === undefined) return undefined;
	const startUpSeconds = firstFileSeconds - quickFileMs / 1000;
	if (startUpSeconds < seconds / 2) return undefined;
	const share = formatShare(startUpSeconds / seconds);
	return {
		kind: "start-up",
		sentence: `starting up: it took ${formatSeconds(startUpSeconds)} until downloads went on, ${share} of the whole run; more work is needed to measure the rest.`,
	};
}

/** A thread that computes, or is ready to and waits for a processor, nearly all of the time. */
function threadLimit(figures: LimitFigures): Limit | undefined {
	const { busiestThread: computing, busiestThreadQueued: queued = 0, machineBusy, coresBusy = 0 } = figures;
	if (computing === undefined) return undefined;
	const evidence = `its busiest thread was computing ${formatShare(computing)} of the time`;
	if (computing + queued < full) {
		if (coresBusy < full || computing < nearlyAll * coresBusy) return undefined;
		return {
			kind: "one thread",
			sentence: `one thread at its limit: the client kept ${formatNumber(coresBusy)} processors busy, and ${evidence} at least.`,
		};
	}
	if (queued < 0.1) {
		return {
			kind: "one thread",
			sentence: `one thread at its limit: ${evidence}.`,
		};
	}
	const machine = machineBusy === undefined ? "" : `; the machine's processors were ${formatShare(machineBusy)} busy`;
	return {
		kind: "processors",
		sentence: `the processors, shared with the server: ${evidence} and ready but without a processor for another ${formatShare(queued)}${machine}.`,
	};
}

/** Only where it is the run and its server that fill the machine, as far as that is known. */
function processorLimit({ machineBusy, coresBusy, serverCores }: LimitFigures, cores: number): Limit | undefined {
	if (machineBusy === undefined || machineBusy < full) return undefined;
	if (coresBusy === undefined) return { kind: "processors", sentence: processorSentence(machineBusy, cores) };
	if (serverCores === undefined) {
		return {
			kind: "processors",
			sentence: `${processorSentence(machineBusy, cores)} The client used ${formatNumber(coresBusy)} of them.`,
		};
	}
	if (coresBusy + serverCores < ownShare * machineBusy * cores) return undefined;
	return {
		kind: "processors",
		sentence: `${processorSentence(machineBusy, cores)} The client used ${formatNumber(coresBusy)} and the server ${formatNumber(serverCores)} of them.`,
	};
}

function processorSentence(machineBusy: number, cores: number): string {
	return `the processors: ${formatShare(machineBusy)} of the machine's ${cores} were busy.`;
}

function serverLimit({ serverBusiestThread }: LimitFigures): Limit | undefined {
	if (serverBusiestThread === undefined || serverBusiestThread < full) return undefined;
	return {
		kind: "server",
		sentence: `the server: its busiest thread was computing ${formatShare(serverBusiestThread)} of the time.`,
	};
}

/** Nobody computes all the time: by Little's law, files per second times the time of one is how many were in flight. */
function waitingLimit(figures: LimitFigures, concurrency: number, cores: number): Limit {
	const { meanFileMs, filesPerSecond, coresBusy, serverCores = 0, busiestThread = 0 } = figures;
	const busy = coresBusy === undefined ? "" : `; the client kept ${formatNumber(coresBusy)} processors busy`;
	if (meanFileMs === undefined) {
		if (coresBusy === undefined) return { kind: "unknown", sentence: "not known: no figures of the processes." };
		return { kind: "waiting", sentence: `waiting for the server, the network or the disk${busy}.` };
	}
	const inFlight = (filesPerSecond * meanFileMs) / 1000;
	const each = `a file took ${formatSeconds(meanFileMs / 1000)} in the mean and ${formatNumber(inFlight)} of ${concurrency} were in flight`;
	const ownBusy = ((coresBusy ?? 0) + serverCores) / cores;
	if (inFlight >= 0.7 * concurrency && ownBusy >= idle) {
		return {
			kind: "unknown",
			sentence: `no single thing that was measured: ${each}, but client and server kept ${formatShare(ownBusy)} of the machine's processors busy, and the busiest thread was computing ${formatShare(busiestThread)} of the time.`,
		};
	}
	if (inFlight >= 0.7 * concurrency) {
		return {
			kind: "waiting",
			sentence: `waiting for the server or the network (its latency, or its bandwidth per connection): ${each}${busy}. More at once would help, more threads would not.`,
		};
	}
	return {
		kind: "unknown",
		sentence: `no single thing that was measured: ${each}${busy}. Slow single files at the end, waits between attempts, or the start and the end of the process are what is left.`,
	};
}
