/** An entry between the list and its end: what has been tried, and what it still needs. */
import type { Checksum } from "../core/checksum.ts";
import type { Entry } from "../core/entry.ts";
import type { Failure } from "../core/failure.ts";
import type { Saved } from "../core/saved.ts";
import type { AttemptResult, FailedResult, Task, WorkerLabel } from "../core/task.ts";
import type { ToldMirrors } from "../core/told-mirrors.ts";
import type { Vigil } from "./unanswered.ts";

export type Mirror = {
	/** Normalized, credentials included, without fragment. */
	readonly url: string;
	/** Host and port: what the governor counts by. */
	readonly host: string;
	/** Attempts that it had. */
	tried: number;
	/** Whether it failed in a way that no further attempt mends. */
	out: boolean;
	/** Present where a server told of it: what it says that the file is. */
	readonly checksums?: readonly Checksum[];
	/** Present where it brings a Metalink, and not the file: why that is asked for, which is how the entry fails without it. */
	readonly description?: { readonly isOwn: boolean; readonly failure: Failure };
};

/** How an entry ends unless it turns out that it was not to blame. */
export type Verdict = { readonly failure: Failure; readonly worker: WorkerLabel };

export type Pending = {
	readonly id: number;
	readonly entry: Entry;
	readonly key: string;
	mirrors: readonly [Mirror, ...Mirror[]];
	/** Further ones, that a server told of. */
	told?: ToldMirrors | undefined;
	readonly out?: string | undefined;
	readonly folder?: string | undefined;
	readonly checksums?: readonly Checksum[] | undefined;
	/** What few entries have, as their tasks have it. */
	readonly demands?: Pick<Task, "range" | "expectTypes" | "sizeBytes" | "pieces" | "refresh"> | undefined;
	/** Entries of usual size that it takes the memory of, beyond one. */
	readonly weight: number;
	/** What the journal says that an earlier run saved, where only its worker can see whether it is still there. */
	readonly saved?: Saved | undefined;
	/** The mirror that is asked now. */
	mirror: Mirror;
	/** Attempts that count against the retries. */
	made: number;
	/** Attempts in all, those that lost their worker included. */
	attempts: number;
	/** Workers that died under it. */
	deaths: number;
	/** Attempts in a row that failed with a status of 5xx to a range. */
	rangeFailures: number;
	/** Whether bytes of it may lie in the directory. */
	kept: boolean;
	/** Whether its bytes are here and only the name is missing: it then has no slot any more. */
	isReceived: boolean;
	/** Whether an attempt at it has a slot, or waits for its name. */
	isRunning: boolean;
	/** Whether it has ended: in the counts once, whatever goes wrong afterwards. */
	isOver: boolean;
	/** Which request of its host this is. */
	turn: number;
	/** Refusals that did not count, and what the host had served at the last of them. */
	forgiven: number;
	servedThen: number;
	/** Whether it met a 403. */
	wasForbidden: boolean;
	/** Present while an attempt is under way whose host has answered nobody. */
	vigil: Vigil | undefined;
	/** Its place among those in flight. */
	place: number;
	/** Bytes that progress told of this attempt, and those of them that were counted. */
	seenBytes: number;
	countedBytes: number;
	/** When its first attempt began, in milliseconds of `performance.now()`. */
	startedMs: number | undefined;
	httpStatus: number | undefined;
	/** Its last attempt, if that failed. */
	failed: FailedResult | undefined;
	/** While it waits for the judgement of what was its last answer. */
	verdict: Verdict | undefined;
};

/** What later attempts, and the entry's record, need of one. */
export function keepFacts(pending: Pending, result: AttemptResult): void {
	pending.kept = result.kept;
	pending.rangeFailures = result.rangeFailed ? pending.rangeFailures + 1 : 0;
	if (result.httpStatus !== undefined) pending.httpStatus = result.httpStatus;
	pending.failed = result.kind === "failed" ? result : undefined;
}

/** The mirrors that may bring pieces beside the one that is asked now: of those that the list names. */
export function otherMirrors({ mirror, mirrors }: Pick<Pending, "mirror" | "mirrors">): readonly Mirror[] {
	if (mirrors.length === 1 || mirror.checksums) return [];
	return mirrors.filter((one) => one !== mirror && !one.out && !one.checksums);
}

/** The next attempt at the entry. */
export function taskOf(pending: Pending, timeLeftMs: number | undefined): Task {
	const task: Task = {
		id: pending.id,
		key: pending.key,
		url: pending.mirror.url,
		namedBy: pending.mirrors[0].url,
		attempt: pending.attempts,
		resume: pending.kept,
		rangeFailures: pending.rangeFailures,
		out: pending.out,
		folder: pending.folder,
		checksums: pending.checksums,
		saved: pending.saved,
		headers: pending.entry.headers,
		timeLeftMs,
		alone: pending.deaths > 0,
	};
	const { checksums, description } = pending.mirror;
	if (description)
		return { ...task, resume: false, checksums: undefined, saved: undefined, isTold: true, isDescription: true };
	if (checksums) {
		const all = [...(pending.checksums ?? []), ...checksums];
		return { ...task, ...pending.demands, checksums: all, isTold: true };
	}
	const others = otherMirrors(pending);
	if (others.length > 0) return { ...task, ...pending.demands, mirrors: others.map(({ url }) => url) };
	return pending.demands ? { ...task, ...pending.demands } : task;
}
