/** One connection at work on a large file: which bytes it brings, how fast, and whether they fit those of the others. */
import { covers, type Span } from "../core/spans.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Part } from "../store/part.ts";
import { agreesAt, hasBytesAt, writeAt } from "../store/scatter.ts";
import type { AnswerDigest } from "./answer-digest.ts";
import { isLame } from "./next-work.ts";
import type { Tail } from "./overlaps.ts";
import { createPulse, feel, type Pulse } from "./pulse.ts";

/** A connection is judged by its speed after so long; with less time left it is let to its end. */
const lameMs = 2000;
const leastLameLeftMs = 1000;
/** Who has brought nothing for so long is as good as stopped. */
const longestBeginMs = 3000;
/** Who brings nothing for so long, and for so many gaps between bytes, is silent. */
const leastSilenceMs = 100;
const silentGaps = 2;
/** A speed is the mean over so long, and over so many gaps. */
const leastMeanMs = 300;
const meanGaps = 3;

/** Changed in place. */
export type Carrier = {
	/** Present as soon as it has been asked. */
	exchange: Exchange | undefined;
	/** Which of the servers is asked. */
	readonly place: number;
	/** Whether its answer is the one that the attempt began with. */
	readonly isFirst: boolean;
	/** The next byte that is wanted of it, and the first that is not. */
	at: number;
	end: number;
	/** Bytes before the first that is wanted that are compared with what is here, and have not come yet. */
	leadBytes: number;
	/** The first byte that its answer does not bring. */
	askedTo: number;
	/** Bytes behind its end that are compared with what another answer brought, and those that were. */
	readonly overlapBytes: number;
	compared: number;
	/** What it brought behind its end that could not be compared, as nobody had brought that. */
	tail: Tail | undefined;
	/** Whether somebody else brings the same bytes. */
	isDouble: boolean;
	isOver: boolean;
	/** When it was begun, and when its first byte came. */
	readonly begunMs: number;
	firstMs: number | undefined;
	perMs: number | undefined;
	/** Of its answer, where the server has told it. */
	digest: AnswerDigest | undefined;
	/** Bytes that are not in its speed yet, and since when they came. */
	fresh: number;
	lookedMs: number;
	readonly pulse: Pulse;
};

export type CarrierOptions = {
	readonly place: number;
	readonly askedTo: number;
	readonly leadBytes?: number;
	readonly overlapBytes: number;
	readonly isFirst?: boolean;
	readonly isDouble?: boolean;
	readonly nowMs: number;
	/** What is usual between bytes and the next ones. */
	readonly gapMs: number;
};

export function createCarrier(
	{ start, end }: Span,
	{ place, askedTo, leadBytes = 0, overlapBytes, isFirst = false, isDouble = false, nowMs, gapMs }: CarrierOptions,
): Carrier {
	return {
		exchange: undefined,
		place,
		isFirst,
		at: start,
		end,
		leadBytes,
		askedTo,
		overlapBytes,
		compared: 0,
		tail: undefined,
		isDouble,
		isOver: false,
		begunMs: nowMs,
		firstMs: undefined,
		perMs: undefined,
		digest: undefined,
		fresh: 0,
		lookedMs: nowMs,
		pulse: createPulse(gapMs),
	};
}

/** `more`: it goes on; `done`: it has brought all; `differs`: what it brings is not what another answer brought for the same place. */
export type Brought = "more" | "done" | "differs" | "too-much";

/** The next byte of its answer. */
export function nextByte({ at, compared, leadBytes }: Carrier): number {
	return at + compared - leadBytes;
}

/** Keeps what came. @throws {NodeJS.ErrnoException} such as ENOSPC. @throws {PartLostError} */
export function bring(carrier: Carrier, part: Part, chunk: Buffer): Brought {
	carrier.fresh += chunk.length;
	if (nextByte(carrier) + chunk.length > carrier.askedTo) return "too-much";
	carrier.digest?.update(chunk);
	const lead = chunk.subarray(0, carrier.leadBytes);
	if (!agreesAt(part, lead, carrier.at - carrier.leadBytes)) return "differs";
	carrier.leadBytes -= lead.length;
	const rest = chunk.subarray(lead.length);
	const wanted = rest.subarray(0, Math.max(0, carrier.end - carrier.at));
	// Another one may have brought it meanwhile.
	if (carrier.isDouble && !agreesAt(part, wanted, carrier.at)) return "differs";
	if (wanted.length > 0) {
		writeAt(part, wanted, carrier.at);
		carrier.at += wanted.length;
	}
	if (carrier.at < carrier.end || carrier.leadBytes > 0) return "more";
	return compare(carrier, part, rest.subarray(wanted.length));
}

/** Where one answer goes on into what another has brought, the two must say the same. */
function compare(carrier: Carrier, part: Part, surplus: Buffer): Brought {
	const until = Math.min(carrier.askedTo, carrier.end + carrier.overlapBytes);
	const start = carrier.end + carrier.compared;
	const bytes = surplus.subarray(0, until - start);
	const isThere = part.scattered && covers(part.scattered.here, { start, end: until });
	if (!isThere) {
		if (bytes.length > 0) carrier.tail = { start, bytes: Buffer.from(bytes) };
		return "done";
	}
	if (bytes.length > 0 && !hasBytesAt(part, bytes, start)) return "differs";
	carrier.compared += bytes.length;
	return start + bytes.length >= until ? "done" : "more";
}

/** One that is so much slower than the others, and has so long to go, that a new connection would do better; now and then one. */
export function findLame(carriers: readonly Carrier[], nowMs: number, replacedMs: number): Carrier | undefined {
	if (nowMs - replacedMs < lameMs) return undefined;
	// Where bytes of one come in bursts, the next ones of another may be as far away, and one burst tells no speed.
	const sureMs = silentGaps * Math.max(...carriers.map(({ pulse }) => pulse.gapMs));
	const isKnown = ({ begunMs, firstMs = begunMs }: Carrier, ms: number): boolean => nowMs - firstMs >= ms;
	const others = carriers.filter((one) => isKnown(one, sureMs));
	return others.find((one) => {
		const { at, end, perMs = 0 } = one;
		const isLong = end > at && end - at >= perMs * leastLameLeftMs;
		return isLong && isKnown(one, lameMs) && isLame(one, others);
	});
}

/** Those that bring the least; the first answer at last, as it goes on whatever is said of pieces. */
export function leastUseful(carriers: readonly Carrier[], count: number): readonly Carrier[] {
	if (count <= 0) return [];
	const order = (one: Carrier, other: Carrier): number =>
		Number(one.isFirst) - Number(other.isFirst) || (one.perMs ?? 0) - (other.perMs ?? 0);
	return [...carriers].sort(order).slice(0, count);
}

/** Whether its answer has been read to its end, so that its connection can be used again. */
export function isReadOut({ at, compared, tail, askedTo }: Carrier): boolean {
	return at + compared + (tail?.bytes.length ?? 0) >= askedTo;
}

/** Whether it was read to its end and is not what its digest says. To be asked once. */
export function isSpoilt(carrier: Carrier): boolean {
	return isReadOut(carrier) && carrier.digest?.holds() === false;
}

/**
 * Looks how fast it is: a mean over some bursts, where bytes come in bursts.
 * @param usualGapMs - What is usual between bytes of a connection and its next ones.
 */
export function measureSpeed(carrier: Carrier, nowMs: number, usualGapMs: number): void {
	const { pulse, fresh, firstMs, lookedMs } = carrier;
	if (firstMs === undefined) return beginSpeed(carrier, nowMs);
	feel(pulse, nowMs, fresh > 0);
	const gapMs = Math.max(pulse.gapMs, usualGapMs);
	if (fresh === 0 && pulse.silentMs <= Math.max(leastSilenceMs, silentGaps * gapMs)) return;
	const spanMs = nowMs - lookedMs;
	if (spanMs <= 0 || (carrier.perMs === undefined && spanMs < gapMs)) return;
	const meanMs = Math.min(Math.max(leastMeanMs, meanGaps * gapMs), nowMs - firstMs);
	const weight = Math.min(1, spanMs / meanMs);
	carrier.perMs = (carrier.perMs ?? 0) * (1 - weight) + (fresh / spanMs) * weight;
	carrier.fresh = 0;
	carrier.lookedMs = nowMs;
}

/** What comes first does not tell how fast it is: nobody knows since when the server had it. */
function beginSpeed(carrier: Carrier, nowMs: number): void {
	if (carrier.fresh === 0) {
		if (nowMs - carrier.begunMs > longestBeginMs) carrier.perMs = 0;
		return;
	}
	feel(carrier.pulse, nowMs, true);
	carrier.firstMs = nowMs;
	carrier.lookedMs = nowMs;
	carrier.fresh = 0;
	carrier.perMs = undefined;
}
