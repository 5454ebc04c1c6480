/** A 403 that appears only above a level says that too much was asked; any other one is about its entry. */

/**
 * What a host's 403s are about: not known; being found out, at a lower level; being asked too much; their entries.
 */
export type ForbiddenState = "unknown" | "open" | "load" | "entry";

/** So long an entry waits to hear whether others met the same, and whether a lower level ended that, in milliseconds. */
const unknownMs = 500;
const openMs = 10_000;
/** How often that is looked at. */
export const forbiddenLookMs = 250;

/** With fewer in flight no host is asked too much. */
export const leastForbiddenInFlight = 4;
/** A host that has answered so many with 403 in so long a time, and nobody otherwise, forbids all. */
export const mostForbidden = 20;
export const noneServedMs = 1000;

/** @param waitedMs - Since the entry met its 403. @param isAlone - Nothing else is asked of the host: nothing more will be found out. */
export function afterForbidden(state: ForbiddenState, waitedMs: number, isAlone: boolean): "ask" | "wait" | "fail" {
	if (state === "load") return "ask";
	if (state === "entry") return "fail";
	if (state === "open" && isAlone) return "ask";
	return waitedMs < (state === "open" ? openMs : unknownMs) ? "wait" : "fail";
}
