/** What a run keeps of each host: counts for the summary, what was learned of its level, and whether it is given up. */
import { type Breaker, createBreaker } from "../control/breaker.ts";
import type { HostLevel } from "../control/host-level.ts";
import { memoryOf } from "../control/level-memory.ts";
import type { LevelMemory } from "../core/level-memory.ts";
import type { HostCounts } from "../core/outcome.ts";

export type HostRecord = {
	/** Host and port. */
	readonly host: string;
	saved: number;
	failed: number;
	bytes: number;
	retries: number;
	/** Attempts that the host refused. */
	refused: number;
	/** Whether it was told that the host asks for a longer pause than it gets. */
	isPauseTold: boolean;
	/** What was learned, while nothing is asked of it. */
	level: HostLevel | undefined;
	readonly breaker: Breaker;
};

export type HostBook = {
	of(host: string): HostRecord;
	/** Those with the most failures, then the most files. */
	summary(levelOf: (host: string) => number | undefined): HostCounts[];
	records(): Iterable<HostRecord>;
	/** What was learned of the levels of those that were asked for most. */
	levels(): readonly (readonly [host: string, memory: LevelMemory])[];
};

/** A list may name millions of hosts: of those beyond, the ones with the fewest failures and files are forgotten. */
const mostHosts = 16_384;
const keptHosts = 8192;
const shownHosts = 20;
/** Whose levels the next run is told. */
const mostRemembered = 1000;

export function createHostBook(): HostBook {
	const records = new Map<string, HostRecord>();
	let last: HostRecord | undefined;
	const open = (host: string): HostRecord => {
		if (records.size >= mostHosts) forgetSmallest(records);
		const record = {
			host,
			saved: 0,
			failed: 0,
			bytes: 0,
			retries: 0,
			refused: 0,
			isPauseTold: false,
			level: undefined,
			breaker: createBreaker(),
		};
		records.set(host, record);
		return record;
	};
	return {
		of(host) {
			if (last?.host === host) return last;
			last = records.get(host) ?? open(host);
			return last;
		},
		summary: (levelOf) =>
			[...records.values()]
				.filter(({ saved, failed, retries, refused }) => saved + failed + retries + refused > 0)
				.sort(byWeight)
				.slice(0, shownHosts)
				.map(({ host, saved, failed, bytes, retries, refused, level }) => {
					const now = levelOf(host) ?? level?.seeker.base ?? 0;
					return { host, saved, failed, bytes, retries, refused, level: now };
				}),
		records: () => records.values(),
		levels: () =>
			[...records.values()]
				.filter(({ saved }) => saved > 0)
				.sort((a, b) => b.saved - a.saved)
				.slice(0, mostRemembered)
				.flatMap(({ host, level }) => {
					const memory = level && memoryOf(level);
					return memory ? [[host, memory] as const] : [];
				}),
	};
}

function byWeight(a: HostRecord, b: HostRecord): number {
	return b.failed - a.failed || b.saved - a.saved;
}

function forgetSmallest(records: Map<string, HostRecord>): void {
	const sorted = [...records.values()].sort(byWeight);
	for (const { host } of sorted.slice(keptHosts)) records.delete(host);
}
