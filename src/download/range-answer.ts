/** What follows a status that refuses a range: pure. */

/**
 * `ask-for-all` begins again within the same attempt; `fail` is a failure like any other; `fail-and-remember` is one that
 * may lie in the range; `fail-and-forget` is the second of these in a row: the next attempt asks for the whole.
 */
export type RangeAnswer = "ask-for-all" | "fail" | "fail-and-remember" | "fail-and-forget";

/** Statuses below 500 that say nothing about the range. */
const unrelated: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * @param before - How many attempts in a row failed with a status of 5xx to a range.
 * @param isRetried - Whether the user wants a status tried again that else ends the entry: it says nothing about the range.
 */
export function rangeAnswer(status: number, before: number, isRetried = false): RangeAnswer {
	if (unrelated.has(status) || (isRetried && status < 500)) return "fail";
	if (status === 304 || status === 501 || (status >= 400 && status < 500)) return "ask-for-all";
	if (status < 500) return "fail";
	return before > 0 ? "fail-and-forget" : "fail-and-remember";
}
