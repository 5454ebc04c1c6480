/** Counts how entries end and adds a run up to its summary. */
import type { FailureCode } from "./failure.ts";
import type { HostCounts, Method, Model, Outcome, OutcomeStatus, Summary } from "./outcome.ts";

/** What was counted so far. */
export type Counts = {
	readonly saved: number;
	readonly skipped: number;
	readonly duplicates: number;
	readonly failed: number;
	readonly cancelled: number;
	/** Sum of the five counts. */
	readonly total: number;
	/** Bytes of the files saved. */
	readonly bytes: number;
	readonly retries: number;
	readonly errors: Readonly<Partial<Record<FailureCode, number>>>;
	/** Files saved by each model. */
	readonly savedBy: Readonly<Partial<Record<Model, number>>>;
};

export type Tally = {
	count(outcome: Outcome): void;
	/** Counts a further attempt at an entry. */
	retry(): void;
	/** A copy that later counting leaves as it is. */
	snapshot(): Counts;
};

/** An empty tally. */
export function createTally(): Tally {
	const byStatus: Record<OutcomeStatus, number> = { saved: 0, skipped: 0, duplicate: 0, failed: 0, cancelled: 0 };
	const errors: Partial<Record<FailureCode, number>> = {};
	const savedBy: Partial<Record<Model, number>> = {};
	let bytes = 0;
	let retries = 0;
	return {
		count(outcome) {
			byStatus[outcome.status] += 1;
			if (outcome.status === "saved") {
				bytes += outcome.bytes;
				savedBy[outcome.method] = (savedBy[outcome.method] ?? 0) + 1;
			}
			if (outcome.status === "failed" && outcome.error !== undefined) {
				errors[outcome.error.code] = (errors[outcome.error.code] ?? 0) + 1;
			}
		},
		retry() {
			retries += 1;
		},
		snapshot() {
			const { saved, skipped, duplicate: duplicates, failed, cancelled } = byStatus;
			const total = saved + skipped + duplicates + failed + cancelled;
			const counts = { saved, skipped, duplicates, failed, cancelled, total, bytes, retries };
			return { ...counts, errors: { ...errors }, savedBy: { ...savedBy } };
		},
	};
}

/** What a summary says beside its counts. */
export type RunFacts = {
	readonly run: string;
	readonly list: string;
	readonly dir: string;
	readonly method: Method;
	/** Wall time of the run. */
	readonly elapsedMs: number;
	readonly hosts?: readonly HostCounts[];
};

/** Adds a run up; its rates are 0 where no time has passed. */
export function summarize(counts: Counts, facts: RunFacts): Summary {
	const elapsedMs = Math.max(0, Math.round(facts.elapsedMs));
	const perSecond = (amount: number): number => (elapsedMs === 0 ? 0 : (amount * 1000) / elapsedMs);
	const summary: Summary = {
		run: facts.run,
		list: facts.list,
		dir: facts.dir,
		method: facts.method,
		total: counts.total,
		saved: counts.saved,
		skipped: counts.skipped,
		duplicates: counts.duplicates,
		failed: counts.failed,
		cancelled: counts.cancelled,
		bytes: counts.bytes,
		seconds: elapsedMs / 1000,
		filesPerSecond: Math.round(perSecond(counts.saved) * 100) / 100,
		bytesPerSecond: Math.round(perSecond(counts.bytes)),
		retries: counts.retries,
		errors: byCount(counts.errors),
		hosts: facts.hosts ?? [],
	};
	return Object.keys(counts.savedBy).length > 1 ? { ...summary, savedBy: counts.savedBy } : summary;
}

/** The most frequent code first. */
function byCount(errors: Counts["errors"]): Counts["errors"] {
	return Object.fromEntries(Object.entries(errors).sort(([, a = 0], [, b = 0]) => b - a));
}
