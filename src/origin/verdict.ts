/** What befalls one request: drawn from the seed, the path and which request for that path it is. */
import { draw, happens } from "./draw.ts";
import type { OriginOptions } from "./options.ts";

/** How a body ends in its middle: reset, closed in order, or never. */
export type Fault = "reset" | "cut" | "stall";

export type Verdict = {
	readonly kind: "serve" | "missing" | "error" | Fault | "refused";
	/** Wait before the response head. */
	readonly delayMs: number;
	/** Status of the answer, where it is an error. */
	readonly errorStatus: number;
	/** Whether the file is one of the slow ones. */
	readonly slow: boolean;
};

/** Judges the `nth` request, counted from 1, for this path. */
export function judge(options: OriginOptions, path: string, nth: number): Verdict {
	const { seed } = options;
	const name = `${nth}:${path}`;
	const slow = happens(options.slowRate, seed, `slow:${path}`);
	const delayMs = delayOf(options, name);
	const end = (kind: Verdict["kind"], errorStatus = 0): Verdict => ({ kind, delayMs, errorStatus, slow });
	if (happens(options.missingRate, seed, `missing:${path}`)) return end("missing");
	if (nth === 1 && happens(options.failFirstRate, seed, `fail-first:${path}`)) {
		return end("error", options.failFirstStatus);
	}
	if (happens(options.errorRate, seed, `error:${name}`)) return end("error", errorStatusOf(seed, name));
	return end(faultOf(options, name) ?? "serve");
}

function faultOf({ seed, resetRate, cutRate, stallRate }: OriginOptions, name: string): Fault | undefined {
	if (happens(resetRate, seed, `reset:${name}`)) return "reset";
	if (happens(cutRate, seed, `cut:${name}`)) return "cut";
	return happens(stallRate, seed, `stall:${name}`) ? "stall" : undefined;
}

function delayOf({ latencyMs, jitterMs, seed }: OriginOptions, name: string): number {
	if (jitterMs === 0) return latencyMs;
	return Math.max(0, latencyMs + jitterMs * (2 * draw(seed, `jitter:${name}`) - 1));
}

/** Mostly 503, so that what is rare is met too. */
function errorStatusOf(seed: number, name: string): number {
	const share = draw(seed, `status:${name}`);
	if (share < 0.7) return 503;
	return share < 0.8 ? 500 : share < 0.9 ? 502 : 429;
}
