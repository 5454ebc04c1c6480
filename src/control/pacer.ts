/** Requests a second: when the next one may leave. Time is passed in. */

export type Pacer = {
	/** Requests a second; may be changed at any time. */
	perSecond: number;
	/** When the next one may leave, in milliseconds of the caller's clock. */
	nextMs: number;
	/** How much of the time in which none left may be made up for by a burst, in milliseconds. */
	catchUpMs: number;
};

/** What a pause of the event loop, or of the list, may be made up for: well below the second that bursts are held to. */
export const mostCatchUpMs: number = 250;

export function createPacer(perSecond: number, nowMs: number): Pacer {
	return { perSecond, nextMs: nowMs, catchUpMs: mostCatchUpMs };
}

/** Takes the place of a number of requests. One that has already been made counts like one that is about to. */
export function takeTurn(pacer: Pacer, nowMs: number, requests = 1): void {
	pacer.nextMs = Math.max(pacer.nextMs, nowMs - pacer.catchUpMs) + (requests * 1000) / pacer.perSecond;
}

/** Milliseconds until the next request may leave; 0 or less where it may now. */
export function waitOf(pacer: Pacer, nowMs: number): number {
	return pacer.nextMs - nowMs;
}
