/** The one owner of "is this failure tried again, where, and when": a pure function of what happened and a random number. */
import type { Failure } from "./failure.ts";
import { parseHttpDate } from "./http-date.ts";

export type RetryPolicy = {
	/** Further attempts after the first. */
	readonly retries: number;
	readonly retryBaseMs: number;
	/** Longest wait; also caps Retry-After. */
	readonly retryMaxWaitMs: number;
};

/** What has been tried of one entry. */
export type Attempts = {
	/** Attempts that ended, the one that just failed included. */
	readonly made: number;
	/** For each mirror: attempts that it had, and whether it failed in a way that no further attempt mends. */
	readonly mirrors: readonly { readonly tried: number; readonly out: boolean }[];
	/** The mirror that just failed. */
	readonly current: number;
};

export type RetryDecision =
	| { readonly again: false }
	| { readonly again: true; readonly mirror: number; readonly waitMs: number };

/**
 * Decides what follows a failed attempt.
 *
 * A mirror that was never asked comes next at once and costs no retry; after that the mirrors that may still work take
 * turns, with exponential back-off and full jitter, until the retries are spent.
 * @param random - From 0 (included) to 1 (excluded).
 */
export function decideRetry(
	policy: RetryPolicy,
	attempts: Attempts,
	last: { readonly failure: Failure; readonly retryAfterMs?: number; readonly random: number },
): RetryDecision {
	const { mirrors, current, made } = attempts;
	const untried = nextMirror(mirrors, current, ({ tried, out }) => tried === 0 && !out);
	if (untried !== undefined) return { again: true, mirror: untried, waitMs: 0 };
	const mirror = nextMirror(mirrors, current, (candidate) => !candidate.out);
	// Those that were given up without having been asked took no attempt.
	const extra = made - mirrors.filter(({ tried, out }) => tried > 0 || !out).length;
	if (mirror === undefined || extra >= policy.retries) return { again: false };
	const backoffMs = backoff(policy, extra, last.random);
	const askedMs = mirror === current ? Math.min(last.retryAfterMs ?? 0, policy.retryMaxWaitMs) : 0;
	return { again: true, mirror, waitMs: Math.max(backoffMs, askedMs) };
}

/** Exponential back-off with full jitter: from 0 to `base * 2^n`, and at most the longest wait. */
export function backoff(policy: RetryPolicy, n: number, random: number): number {
	return Math.round(random * Math.min(policy.retryMaxWaitMs, policy.retryBaseMs * 2 ** n));
}

function nextMirror(
	mirrors: Attempts["mirrors"],
	current: number,
	fits: (mirror: Attempts["mirrors"][number]) => boolean,
): number | undefined {
	for (let step = 1; step <= mirrors.length; step++) {
		const index = (current + step) % mirrors.length;
		const mirror = mirrors[index];
		if (mirror && fits(mirror)) return index;
	}
	return undefined;
}

/**
 * Reads a Retry-After field (RFC 9110, 10.2.3): seconds or a date.
 * @returns Milliseconds to wait, at least 0; undefined where the field says nothing usable.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
	if (value === undefined) return undefined;
	const text = value.trim();
	if (/^\d+$/.test(text)) return Number(text) * 1000;
	const seconds = parseHttpDate(text);
	return seconds === undefined ? undefined : Math.max(0, seconds * 1000 - nowMs);
}

const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

/** Whether a request that was answered with this status may succeed when it is made again. */
export function isTransientStatus(status: number): boolean {
	return retryableStatuses.has(status);
}
