/** What a worker has to tell the coordinator of a run: gathered, sent in order, and again until it has arrived. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { SetCookie } from "../core/cookie-file.ts";
import type { AttemptResult, TaskProgress } from "../core/task.ts";
import type { WorkerMessage } from "./messages.ts";
import type { Seal } from "./seal.ts";
import { send } from "./stream.ts";

/** What ends within this time is told together, in milliseconds. */
const gatherMs = 3;
/** Most results of one message. */
const mostResults = 500;
const retryMs = 250;
/** A coordinator has read by then what has arrived, in milliseconds. */
const readMs = 10_000;

/** What each message tells of the worker itself. */
export type WorkerFacts = Pick<
	WorkerMessage,
	"protocol" | "worker" | "host" | "pid" | "capacity" | "inFlight" | "filesPerSecond" | "held" | "waits"
>;

type More = Pick<WorkerMessage, "state" | "note" | "refused" | "demand">;

export type Reporter = {
	result(hand: number, result: AttemptResult): void;
	back(hand: number, kept: boolean): void;
	lost(one: { readonly hand: number; readonly why: string; readonly owner: string }): void;
	progress(progress: readonly TaskProgress[]): void;
	cookies(cookies: readonly SetCookie[]): void;
	/** Tells the facts, and more where there is more; resolves when all that was told so far has arrived. */
	tell(more?: More): Promise<void>;
	/** What has not arrived will not. */
	close(): void;
};

export type ReporterOptions = {
	readonly redis: Redis;
	/** Of the stream. */
	readonly key: string;
	readonly seal: Seal;
	readonly facts: () => WorkerFacts;
	/** Called when a message has arrived. @param sentAtMs - When it was sent, in milliseconds of `performance.now()`. */
	readonly onArrival: (sentAtMs: number) => void;
};

type Ends = Pick<Gathered, "results" | "back" | "lost">;

type Gathered = {
	results: { readonly hand: number; readonly result: AttemptResult }[];
	back: { readonly hand: number; readonly kept: boolean }[];
	lost: { readonly hand: number; readonly why: string; readonly owner: string }[];
	progress: Map<number, TaskProgress>;
	cookies: SetCookie[];
	more: More;
};

export function createReporter({ redis, key, seal, facts, onArrival }: ReporterOptions): Reporter {
	let gathered = nothing();
	let timer: NodeJS.Timeout | undefined;
	let sending: Promise<void> = Promise.resolve();
	let isClosed = false;
	/** What a Redis that loses its data may take along: it had arrived, and perhaps nobody has read it. */
	let recent: { arrivedAtMs?: number; readonly told: Ends }[] = [];
	let isAgain = false;
	/** Redis was away. What was read already does no harm: only the first word counts. */
	const tellAgain = (): void => {
		isAgain = true;
		leaveSoon();
	};
	redis.on("ready", tellAgain);

	const leaveSoon = (): void => {
		timer ??= setTimeout(leave, gatherMs);
	};
	const leave = (): Promise<void> => {
		clearTimeout(timer);
		timer = undefined;
		// What was gathered while an earlier message was on its way goes with this one.
		sending = sending.then(deliver);
		return sending;
	};
	const deliver = async (): Promise<void> => {
		const nowMs = performance.now();
		// By its first arrival: where connections are lost all the time, it would be told without end.
		recent = recent.filter(({ arrivedAtMs }) => arrivedAtMs === undefined || nowMs - arrivedAtMs < readMs);
		const message = messageOf(isAgain ? withEnds(gathered, recent) : gathered, facts());
		isAgain = false;
		const one: (typeof recent)[number] = { told: gathered };
		if (gathered.results.length + gathered.back.length + gathered.lost.length > 0) recent.push(one);
		gathered = nothing();
		const text = seal.close(message);
		while (!isClosed) {
			const sentAtMs = performance.now();
			const arrived = await send(redis, key, text).catch(() => false);
			if (arrived) {
				one.arrivedAtMs = performance.now();
				return onArrival(sentAtMs);
			}
			// The run is over, or Redis has lost its data and the coordinator will make the stream again.
			await sleep(retryMs);
		}
	};
	return {
		result(hand, result) {
			gathered.results.push({ hand, result });
			if (gathered.results.length >= mostResults) void leave();
			else leaveSoon();
		},
		back(hand, kept) {
			gathered.back.push({ hand, kept });
			leaveSoon();
		},
		lost(one) {
			gathered.lost.push(one);
			leaveSoon();
		},
		progress(progress) {
			for (const one of progress) gathered.progress.set(one.id, { ...gathered.progress.get(one.id), ...one });
			leaveSoon();
		},
		cookies(cookies) {
			gathered.cookies.push(...cookies);
			leaveSoon();
		},
		tell(more = {}) {
			gathered.more = { ...gathered.more, ...more };
			return leave();
		},
		close() {
			isClosed = true;
			clearTimeout(timer);
			redis.off("ready", tellAgain);
		},
	};
}

function nothing(): Gathered {
	return { results: [], back: [], lost: [], progress: new Map(), cookies: [], more: {} };
}

function withEnds(gathered: Gathered, recent: readonly { readonly told: Ends }[]): Gathered {
	const all = [...recent.map(({ told }) => told), gathered];
	return {
		...gathered,
		results: all.flatMap(({ results }) => results),
		back: all.flatMap(({ back }) => back),
		lost: all.flatMap(({ lost }) => lost),
	};
}

function messageOf({ results, back, lost, progress, cookies, more }: Gathered, facts: WorkerFacts): WorkerMessage {
	return {
		...facts,
		...more,
		...(results.length > 0 && { results }),
		...(back.length > 0 && { back }),
		...(lost.length > 0 && { lost }),
		...(cookies.length > 0 && { cookies }),
		...(progress.size > 0 && { progress: [...progress.values()] }),
	};
}
