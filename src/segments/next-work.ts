/** What a free connection does next: a piece that nobody has, a share of the slowest one, or the same once more. Pure. */
import { addSpan, gapsOf, type Span } from "../core/spans.ts";

/** Bytes that a connection is to bring, `at` being the next of them. */
export type Stretch = {
	readonly at: number;
	readonly end: number;
	/** Bytes a millisecond; undefined while that is not known. */
	readonly perMs: number | undefined;
	/** Whether two connections bring it, this being one of them. */
	readonly isDouble: boolean;
};

export type Work<T> =
	| ({ readonly kind: "piece" } & Span)
	/** Takes the bytes from `start` on away from another one. */
	| ({ readonly kind: "share"; readonly of: T } & Span)
	| ({ readonly kind: "double"; readonly of: T } & Span);

export type WorkFacts<T> = {
	/** Missing bytes that nobody brings. */
	readonly free: readonly Span[];
	readonly stretches: readonly T[];
	/** Bytes that may still be asked for twice. */
	readonly spareBytes: number;
	/** From a request to its first byte, on a connection that is yet to be made. */
	readonly beginMs: number;
};

const leastBytes = 128 * 1024;
const mostLeastBytes = 8 * 1024 ** 2;
/** A piece must be worth its request: it takes so long, and so many times as long as the first byte does. */
const leastMs = 50;
const leastBegins = 2;
/** What takes less than this is not worth being asked for twice. */
const leastDoubleMs = 500;

/** Missing bytes that nobody brings. */
export function freeSpans(here: readonly Span[], stretches: readonly Stretch[], sizeBytes: number): Span[] {
	const spans = [...here];
	for (const { at, end } of stretches) addSpan(spans, { start: at, end });
	return gapsOf(spans, sizeBytes);
}

export function nextWork<T extends Stretch>({
	free,
	stretches,
	spareBytes,
	beginMs,
}: WorkFacts<T>): Work<T> | undefined {
	const [first] = free;
	if (first) return { kind: "piece", ...first };
	const usual = usualSpeed(stretches);
	const slowest = longest(
		stretches.filter(({ isDouble }) => !isDouble),
		usual,
	);
	if (!slowest) return undefined;
	const left = slowest.end - slowest.at;
	const least = clamp(usual * Math.max(leastMs, leastBegins * beginMs));
	if (left >= 2 * least) {
		const own = slowest.perMs ?? usual;
		const share = Math.round(left * (own + usual > 0 ? usual / (own + usual) : 0.5));
		const start = slowest.end - Math.max(least, Math.min(left - least, share));
		return { kind: "share", of: slowest, start, end: slowest.end };
	}
	const ownMs = timeLeft(slowest, usual);
	const otherMs = beginMs * leastBegins + left / Math.max(usual, 1e-9);
	if (left === 0 || left > spareBytes || ownMs < leastDoubleMs || ownMs < 2 * otherMs) return undefined;
	return { kind: "double", of: slowest, start: slowest.at, end: slowest.end };
}

/** Whether a connection is so much slower than the others that a new one would do better. */
export function isLame<T extends Stretch>(one: T, stretches: readonly T[]): boolean {
	const others = stretches.filter((other) => other !== one && other.perMs !== undefined);
	if (others.length === 0 || one.perMs === undefined) return false;
	const mean = others.reduce((sum, { perMs }) => sum + (perMs ?? 0), 0) / others.length;
	return one.perMs < 0.3 * mean;
}

function longest<T extends Stretch>(stretches: readonly T[], usual: number): T | undefined {
	return stretches.reduce<T | undefined>(
		(one, other) => (one && timeLeft(one, usual) >= timeLeft(other, usual) ? one : other),
		undefined,
	);
}

function timeLeft({ at, end, perMs }: Stretch, usual: number): number {
	return (end - at) / Math.max(perMs ?? usual, 1e-9);
}

function usualSpeed(stretches: readonly Stretch[]): number {
	const known = stretches.flatMap(({ perMs }) => (perMs === undefined ? [] : [perMs]));
	return known.length === 0 ? 0 : known.reduce((sum, perMs) => sum + perMs, 0) / known.length;
}

function clamp(bytes: number): number {
	return Math.round(Math.max(leastBytes, Math.min(mostLeastBytes, bytes)));
}
