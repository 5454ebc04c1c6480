/** How long an answer asks to wait. */
import { parseRateLimit } from "../core/rate-limit.ts";
import { parseRetryAfter } from "../core/retry.ts";
import type { ResponseHead } from "../http/response-head.ts";

/** Where a 429 or 503 has no Retry-After, the fields of rate limits take its place. @returns Milliseconds. */
export function waitOf(status: number, head: ResponseHead): number | undefined {
	const retryAfterMs = parseRetryAfter(head.field("retry-after"), Date.now());
	if (retryAfterMs !== undefined || (status !== 429 && status !== 503)) return retryAfterMs;
	const rateLimit = head.field("ratelimit");
	const rateLimitReset = head.field("ratelimit-reset");
	const xRateLimitReset = head.field("x-ratelimit-reset");
	return parseRateLimit({ rateLimit, rateLimitReset, xRateLimitReset }, Date.now());
}
