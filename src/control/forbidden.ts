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
/** Fewer 403s than these are about their entries, where nothing has come of asking less. */
const leastDoubted = 8;
/** A host that has answered so many with 403 in so long a time, and nobody otherwise, forbids all. */
export const mostForbidden = 20;
export const noneServedMs = 1000;

export type ForbiddenStanding = {
	/** Since the entry met its 403. */
	readonly waitedMs: number;
	/** Whether the host has served anybody. */
	readonly hasServed: boolean;
	/** What is still asked of the host: more than is in flight, that alone, or nothing. */
	readonly asked: "more" | "last" | "nothing";
};

/** What becomes of an entry that waits to hear what its 403 was about. One that is asked for again is taken off the samples. */
export function afterForbidden(
	host: { readonly forbidden: ForbiddenState; readonly entries: number; samples: number },
	{ waitedMs, hasServed, asked }: ForbiddenStanding,
): "ask" | "wait" | "fail" {
	const { forbidden } = host;
	if (forbidden === "load") return "ask";
	if (forbidden === "entry") return "fail";
	if (host.samples > 0) {
		host.samples--;
		return "ask";
	}
	// All of a list may have been refused before the first file came.
	const isOpen = forbidden === "open" || (asked !== "more" && host.entries >= leastDoubted);
	// Nothing more will be found out but by asking again: one after another, as each of them is something that is asked.
	if (isOpen && asked === "nothing") return hasServed ? "ask" : "fail";
	return waitedMs < (isOpen ? openMs : unknownMs) ? "wait" : "fail";
}
