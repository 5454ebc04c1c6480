/** Whether a request is let in: servers that allow so many at once, or so many a second. */
import type { OriginOptions } from "./options.ts";

export type Admission = {
	/** Takes a place, where there is one. */
	admit(): boolean;
	/** Gives the place back. */
	leave(): void;
};

/** Undefined where everybody is let in. */
export function createAdmission({ mostInFlight, requestsPerSecond }: OriginOptions): Admission | undefined {
	if (mostInFlight === undefined && requestsPerSecond === undefined) return undefined;
	const most = mostInFlight ?? Number.POSITIVE_INFINITY;
	const perMs = (requestsPerSecond ?? Number.POSITIVE_INFINITY) / 1000;
	/** A second's worth may be saved up. */
	let tokens = requestsPerSecond ?? Number.POSITIVE_INFINITY;
	let atMs = performance.now();
	let inFlight = 0;
	return {
		admit() {
			const nowMs = performance.now();
			if (requestsPerSecond !== undefined) tokens = Math.min(requestsPerSecond, tokens + (nowMs - atMs) * perMs);
			atMs = nowMs;
			if (inFlight >= most || tokens < 1) return false;
			tokens--;
			inFlight++;
			return true;
		},
		leave() {
			inFlight--;
		},
	};
}
