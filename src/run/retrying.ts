/** What follows a failed attempt: another one, at once or later, or the end; and for a host that answers nobody, for all. */
import { answered, mayAsk, unanswered } from "../control/breaker.ts";
import { failureKind, saysTooMuch } from "../control/failure-kind.ts";
import { forbiddenLookMs, leastForbiddenInFlight } from "../control/forbidden.ts";
import { mostForgiven } from "../control/host-level.ts";
import type { Sink } from "../core/event.ts";
import { type Failure, transient } from "../core/failure.ts";
import type { RunOptions } from "../core/options.ts";
import { publicUrl } from "../core/public-url.ts";
import { backoff, decideRetry } from "../core/retry.ts";
import type { FailedResult, WorkerLabel } from "../core/task.ts";
import type { BackOff } from "./back-off.ts";
import type { HostBook, HostRecord } from "./host-book.ts";
import type { HostQueue } from "./host-queue-types.ts";
import type { Pending, Verdict } from "./pending.ts";
import { hasTime, timeLeftOf } from "./time-left.ts";
import { addToldMirrors, endOf, hearOfMirrors } from "./told-mirrors.ts";

export type Retrying = {
	/** Puts an entry into the queue, unless its host is given up. */
	enqueue(pending: Pending, isFirst: boolean): void;
	/** Decides what follows; the slot is given back. */
	decide(pending: Pending, result: FailedResult): void;
	/** Tries again after a wait that holds no slot. */
	wait(pending: Pending, retry: Retry): void;
	/** The run stops, and the entry waits: for another attempt, or only for what is made of an answer that was its last. */
	stop(pending: Pending): void;
	/** The host has answered somebody. */
	hear(record: HostRecord): void;
	/** Says which hosts were given up. */
	warn(): void;
};

export type Retry = Verdict & { readonly waitMs: number };

export type RetryingContext = {
	readonly options: RunOptions;
	readonly queue: HostQueue<Pending>;
	readonly book: HostBook;
	readonly backOff: BackOff;
	readonly sink: Sink;
	/** Of entries that no worker had. */
	readonly nobody: WorkerLabel;
	readonly isStopped: () => boolean;
	/** Whether no attempt at its host that began earlier is still out. */
	readonly isOldest: (pending: Pending) => boolean;
	readonly fail: (pending: Pending, failure: Failure, worker: WorkerLabel) => void;
	readonly cancel: (pending: Pending, worker: WorkerLabel) => void;
	readonly pump: () => void;
};

export const outOfTime: Failure = transient("timeout", "the time of the entry is up (--timeout)");
/** Refusals that are asked for again at once; further ones wait, as those of an entry that failed. */
const forgivenAtOnce = 2;
/** How long an entry that was refused for the last time waits for others to be served. */
const doubtMs = 500;
/** Warnings of hosts that were given up, one each; the others are counted in one. */
const mostWarnings = 20;

export function createRetrying(context: RetryingContext): Retrying {
	const { options, queue, book, backOff, sink, fail } = context;

	function enqueue(pending: Pending, isFirst: boolean): void {
		const { host } = pending.mirror;
		const { breaker } = book.of(host);
		if (breaker.isOpen && !mayAsk(breaker)) return goElsewhere(pending, silentFailure(host));
		if (isFirst) queue.pushFirst(host, pending);
		else queue.push(host, pending);
	}

	function decide(pending: Pending, result: FailedResult): void {
		const { failure, worker } = endOf(pending, result);
		const { mirror, mirrors } = pending;
		const isForgiven = release(pending, result);
		if (isDoubtful(pending, failure, isForgiven)) return doubt(pending, { failure, worker }, performance.now());
		mirror.out ||= !failure.transient && !isForgiven;
		const retryAfterMs = Math.min(result.retryAfterMs ?? 0, options.retryMaxWaitMs);
		if (failure.transient && retryAfterMs > 0) pause(mirror.host, result.retryAfterMs ?? 0, failure);
		if (isForgiven && !context.isStopped() && !mirrors.some(isUntried))
			return forgive(pending, { failure, worker, waitMs: retryAfterMs });
		const { breaker } = book.of(mirror.host);
		if (breaker.isOpen) return goElsewhere(pending, failure, worker);
		const decision = decideRetry(
			options,
			{ made: pending.made, mirrors, current: mirrors.indexOf(mirror) },
			{ failure, retryAfterMs, random: Math.random() },
		);
		hearOfMirrors(pending, result.told);
		const isOver = !decision.again || isFinal(failure);
		const next = isOver && !isFinal(failure) && !context.isStopped() ? addToldMirrors(pending, failure) : undefined;
		if (next) {
			tell(pending, { waitMs: 0, failure, worker });
			pending.mirror = next;
			return enqueue(pending, false);
		}
		const isAboutLoad = saysTooMuch(result, queue.forbiddenState(mirror.host));
		if (!decision.again && isAboutLoad) return failUnlessOthersAreServed(pending, { failure, worker });
		if (isOver) return fail(pending, failure, worker);
		if (context.isStopped()) return context.cancel(pending, worker);
		// What is told of the retry names the mirror that failed, not the one that is next.
		wait(pending, { waitMs: decision.waitMs, failure, worker });
		pending.mirror = mirrors[decision.mirror] ?? mirror;
	}

	function pause(host: string, askedMs: number, { code }: Failure): void {
		const { retryMaxWaitMs } = options;
		const forMs = Math.min(askedMs, retryMaxWaitMs);
		queue.pause(host, forMs);
		sink.on({ type: "paused", host, untilMs: Date.now() + forMs, why: `${code}, with the time to wait` });
		const record = book.of(host);
		if (askedMs <= retryMaxWaitMs || record.isPauseTold) return;
		record.isPauseTold = true;
		const seconds = Math.round(askedMs / 1000);
		sink.on(note(`${host} asks for a pause of ${seconds} s and gets ${retryMaxWaitMs / 1000} s (--retry-max-wait)`));
	}

	/** Gives the slot back, and tells the host's controller why. @returns Whether the entry is not to blame. */
	function release(pending: Pending, result: FailedResult): boolean {
		const { host } = pending.mirror;
		const record = book.of(host);
		const { breaker } = record;
		if (result.httpStatus !== undefined || result.connected === true) hear(record);
		const kind = failureKind({ ...result, code: result.failure.code }, breaker.hasAnswered);
		if (pending.isReceived) return leaveEmpty(pending);
		switch (kind) {
			case "plain":
			case "maybe":
			case "forbidden":
				// Most of these are about their entries.
				if (kind !== "forbidden" || queue.forbiddenState(host) === "load") record.refused++;
				if (result.allowedPerSecond !== undefined) queue.allow(host, result.allowedPerSecond);
				return queue.refuse(host, pending, kind);
			case "slow":
				queue.timeOut(host, pending, result.failure.code === "timeout");
				return false;
			case "silent":
				// Look-ups of names that nobody knows may take long as well; who refuses does so at once.
				queue.fail(host, pending, result.failure.code !== "connect");
				if (options.circuitBreaker && unanswered(breaker, result.failure.code, () => context.isOldest(pending)))
					giveUp(host, result.failure);
				return false;
			case "answered":
				queue.succeed(host, pending);
				return false;
			case "other":
				queue.fail(host, pending);
				return false;
		}
	}

	/** Whether a 403 may be about how much is asked: then the entry waits until that is known, and asks for nothing meanwhile. */
	function isDoubtful({ mirror, mirrors, forgiven }: Pending, failure: Failure, isForgiven: boolean): boolean {
		if (failure.code !== "http_403" || failure.transient || isForgiven || forgiven > 0) return false;
		const state = queue.forbiddenState(mirror.host);
		const isLoaded = state === "open" || (queue.inFlightOf(mirror.host) ?? 0) + 1 >= leastForbiddenInFlight;
		const others = mirrors.some((one) => one !== mirror && isUntried(one));
		return isLoaded && !others && state !== "entry" && !context.isStopped();
	}

	function doubt(pending: Pending, end: Verdict, sinceMs: number): void {
		const { host } = pending.mirror;
		pending.verdict = end;
		backOff.wait(pending, forbiddenLookMs, () => {
			const isOver = context.isStopped() || timeLeftOf(options, pending) <= 0;
			const next = isOver ? "fail" : queue.afterForbidden(host, performance.now() - sinceMs);
			if (next === "wait") return doubt(pending, end, sinceMs);
			if (next === "fail") fail(pending, end.failure, end.worker);
			else {
				pending.made--;
				forgiveOnce(pending, end);
			}
			context.pump();
		});
	}

	function hear({ host, breaker }: HostRecord): void {
		if (breaker.hasAnswered) return;
		if (answered(breaker)) sink.on(note(`${host} answers after all`));
	}

	function leaveEmpty(pending: Pending): boolean {
		pending.isReceived = false;
		return false;
	}

	/** Refusals come back sooner than what is served: whether others are served shows a moment later. */
	function failUnlessOthersAreServed(pending: Pending, end: Verdict): void {
		const { failure, worker } = end;
		const record = book.of(pending.mirror.host);
		const { saved } = record;
		const hasOthers = queue.levelOf(record.host) !== undefined;
		const isSpent = pending.forgiven >= mostForgiven || timeLeftOf(options, pending) <= doubtMs;
		if (context.isStopped() || !hasOthers || isSpent) return fail(pending, failure, worker);
		pending.verdict = end;
		backOff.wait(pending, doubtMs, () => {
			if (record.saved === saved) fail(pending, failure, worker);
			else forgiveOnce(pending, end);
			context.pump();
		});
	}

	function forgiveOnce(pending: Pending, end: Verdict): void {
		pending.verdict = undefined;
		pending.forgiven++;
		tell(pending, { ...end, waitMs: 0 });
		enqueue(pending, true);
	}

	/** It does not count against the retries, and goes first in its host's queue. */
	function forgive(pending: Pending, retry: Retry): void {
		pending.made--;
		const again = pending.forgiven - forgivenAtOnce;
		const waitMs = again > 0 ? Math.max(retry.waitMs, backoff(options, again, Math.random())) : 0;
		// A pause that was asked for is the host's own, and may be longer than the entry has.
		if (waitMs > 0 || !hasTime(options, pending, retry.waitMs))
			return wait(pending, { ...retry, waitMs: Math.max(waitMs, retry.waitMs) });
		tell(pending, retry);
		enqueue(pending, true);
	}

	function wait(pending: Pending, retry: Retry): void {
		if (!hasTime(options, pending, retry.waitMs)) return fail(pending, outOfTime, retry.worker);
		tell(pending, retry);
		backOff.wait(pending, retry.waitMs, () => {
			enqueue(pending, true);
			context.pump();
		});
	}

	function tell(pending: Pending, retry: Retry): void {
		const { mirror, id, attempts } = pending;
		sink.on({ type: "retry", id, url: publicUrl(mirror.url), attempt: attempts, host: mirror.host, ...retry });
	}

	/** All that waits for the host ends now, or goes to another mirror. */
	function giveUp(host: string, failure: Failure): void {
		const { breaker } = book.of(host);
		sink.on(note(`${host} is given up: ${breaker.inARow} attempts in a row ended alike (${failure.message})`));
		for (const pending of [...queue.drain(host), ...backOff.drain(host)]) enqueue(pending, true);
	}

	function silentFailure(host: string): Failure {
		const { code } = book.of(host).breaker;
		return {
			code,
			message: `${host} has answered nobody and is given up (--no-circuit-breaker asks on)`,
			transient: true,
		};
	}

	function goElsewhere(pending: Pending, failure: Failure, worker: WorkerLabel = context.nobody): void {
		const { mirror, mirrors, made } = pending;
		mirror.out = true;
		const tried = { made, mirrors, current: mirrors.indexOf(mirror) };
		const decision = decideRetry(options, tried, { failure, random: Math.random() });
		const next = decision.again ? mirrors[decision.mirror] : undefined;
		if (!decision.again || !next) return fail(pending, failure, worker);
		if (context.isStopped()) return context.cancel(pending, worker);
		pending.mirror = next;
		if (decision.waitMs === 0) enqueue(pending, true);
		else wait(pending, { waitMs: decision.waitMs, failure, worker });
	}

	return {
		enqueue,
		decide,
		wait,
		stop(pending) {
			const { verdict } = pending;
			if (verdict) fail(pending, verdict.failure, verdict.worker);
			else context.cancel(pending, context.nobody);
		},
		hear,
		warn() {
			const silent = [...book.records()].filter(({ breaker }) => breaker.isOpen && breaker.passedOver > 0);
			const message = (host: string, code: string, count: number): string =>
				`${host} answered nobody (${code}) and was given up: entries that were not asked for: ${count}`;
			for (const { host, breaker } of silent.slice(0, mostWarnings)) {
				sink.on({ type: "warning", message: message(host, breaker.code, breaker.passedOver) });
			}
			const others = silent.slice(mostWarnings);
			if (others.length === 0) return;
			const count = others.reduce((sum, { breaker }) => sum + breaker.passedOver, 0);
			sink.on({ type: "warning", message: `${others.length} more hosts were given up, with ${count} entries` });
		},
	};
}

function note(message: string): { readonly type: "note"; readonly message: string } {
	return { type: "note", message };
}

function isUntried({ tried, out }: Pending["mirror"]): boolean {
	return tried === 0 && !out;
}

/** Failures that neither another attempt nor another mirror can mend. */
function isFinal({ code, endsRun = false }: Failure): boolean {
	return endsRun || code === "disk_full" || code === "exists" || code === "unsafe_path";
}
