/** What the head of a refusal asks for: how long to wait, and how often to ask. */
import { parseRateLimit, parseRatePolicy } from "../core/rate-limit.ts";
import { parseRetryAfter } from "../core/retry.ts";
import type { Asked } from "../core/task.ts";
import type { ResponseHead } from "../http/response-head.ts";

export function askedBy(status: number, head: ResponseHead): Asked {
	const retryAfterMs = parseRetryAfter(head.field("retry-after"), Date.now());
	if (status !== 429 && status !== 503) return { retryAfterMs };
	const rateLimitPolicy = head.field("ratelimit-policy");
	const rateLimitLimit = head.field("ratelimit-limit");
	const allowedPerSecond = parseRatePolicy({ rateLimitPolicy, rateLimitLimit });
	return { retryAfterMs: retryAfterMs ?? rateLimitWait(head), allowedPerSecond };
}

/** Where a refusal has no Retry-After, the fields of rate limits take its place. */
function rateLimitWait(head: ResponseHead): number | undefined {
	const rateLimit = head.field("ratelimit");
	const rateLimitReset = head.field("ratelimit-reset");
	const xRateLimitReset = head.field("x-ratelimit-reset");
	return parseRateLimit({ rateLimit, rateLimitReset, xRateLimitReset }, Date.now());
}
