/** When an attempt's file is fetched in segments, and what they may do within the attempt. */

import { parseDigestField } from "../core/digest-fields.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { ifRangeValue, parseContentRange, piecesEnd } from "../core/ranges.ts";
import { isTransientStatus } from "../core/retry.ts";
import type { Span } from "../core/spans.ts";
import { Exchange } from "../http/exchange.ts";
import { isRedirect } from "../http/redirect.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { otherBytes } from "../segments/overlaps.ts";
import { createSegments } from "../segments/segments.ts";
import type { PieceAnswer, PieceVerdict } from "../segments/segments-host.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import type { PartSource } from "../store/part.ts";
import { askedBy } from "./asked-by.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import { endBody } from "./keep-body.ts";
import { createMirrorPieces, isProvable, type MirrorPieces } from "./mirror-pieces.ts";
import { remarkOnPieces } from "./remarks.ts";
import { headWith } from "./request-of.ts";

/** A file with fewer bytes to come is done before a second connection would be of use. */
const leastFound = 4 * 1024 ** 2;
const bytesPerSegment = 1024 ** 2;

const overlapBytes = 1024;

/** Hosts whose pieces did not fit together, at most so many of them. */
const mostDistrusted = 1000;

/** From how many bytes on a file is fetched in segments. */
export function splitsFrom(segments: number | "auto"): number {
	if (segments === "auto") return leastFound;
	return segments === 1 ? Number.POSITIVE_INFINITY : segments * bytesPerSegment;
}

/** The body of a large file begins: is it one for segments? A part that lies in several places always is. */
export function considerSegments(attempt: Attempt, head: ResponseHead, askForAll: () => void): void {
	const { part, context, task, exchange, address } = attempt;
	const { source } = part;
	const totalBytes = source?.totalBytes;
	if (!source || totalBytes === undefined || !exchange) return;
	const ifRange = ifRangeValue(source);
	const isAllowed =
		ifRange !== undefined &&
		!attempt.wantsWhole &&
		!attempt.filter &&
		!task.range &&
		!context.distrusted.has(address.host) &&
		head.field("accept-ranges")?.toLowerCase() !== "none";
	if (!isAllowed && !part.scattered) return;
	const { segments } = context.options;
	const mirrors = mirrorsOf(attempt, isAllowed);
	attempt.segments = createSegments({
		part,
		store: context.store,
		totalBytes,
		main: exchange,
		firstStart: attempt.from,
		firstEnd: parseContentRange(head.contentRange)?.end ?? totalBytes - 1,
		overlapBytes: overlapOf(attempt),
		limit: isAllowed ? segments : 1,
		places: 1 + mirrors.length,
		needsProof: task.pieces !== undefined || (mirrors.length > 0 && isProvable(task)),
		ask: (span, place, answer) => mirrors[place - 1]?.ask(span, answer) ?? ask(attempt, { span, answer, ifRange }),
		judge: (span, place, answered) =>
			mirrors[place - 1]?.judge(span, answered) ?? judge(attempt, { span, head: answered, first: head }),
		onGrown: (prefixBytes) => attempt.verifier?.grow(prefixBytes),
		onLost() {
			attempt.verifier?.restart();
			attempt.verifier?.grow(0);
		},
		onComplete: () => endBody(attempt),
		onFailure: (failure, asked) => failAttempt(attempt, failure, asked),
		onLie(why, goesOn) {
			const isUnsure = why === otherBytes;
			// It may have been a mirror.
			if (mirrors.length === 0) distrust(attempt, why, isUnsure);
			if (goesOn && isUnsure) part.source = unsure(source);
			if (goesOn) return;
			attempt.wantsWhole = true;
			askForAll();
		},
		onError: (error) => failAttempt(attempt, classifyFileError(error, attempt.target?.name ?? "the file")),
		onSlots: (slots) => context.onSlots?.({ id: task.id, bytes: part.bytes, totalBytes, slots }),
	});
}

/** Those that may bring pieces as well. */
function mirrorsOf(attempt: Attempt, isAllowed: boolean): readonly MirrorPieces[] {
	const { task, isMending } = attempt;
	if (!isAllowed || !task.mirrors || isMending) return [];
	return task.mirrors.map((url) => createMirrorPieces(attempt, url));
}

/** Bytes behind a piece that are asked for with it, and compared with what is there from another answer. */
export function overlapOf({ isMending }: Attempt): number {
	return isMending ? 0 : overlapBytes;
}

/** Bytes before the first that is missing of a part in pieces that are asked for with it, and compared with what is here. */
export function leadOf(attempt: Attempt, firstMissing: number): number {
	const leadBytes = attempt.part.scattered ? overlapOf(attempt) : 0;
	return firstMissing >= leadBytes ? leadBytes : 0;
}

/** Without what would let a later answer continue it: nothing tells which bytes that would bring. */
export function unsure(source: PartSource): PartSource {
	return { ...source, etag: undefined, date: undefined };
}

function distrust(attempt: Attempt, why: string, isUnsure: boolean): void {
	const { context, address } = attempt;
	const { distrusted } = context;
	remarkOnPieces(attempt, why);
	const [oldest] = distrusted.keys();
	if (distrusted.size >= mostDistrusted && oldest !== undefined) distrusted.delete(oldest);
	distrusted.set(address.host, isUnsure || distrusted.get(address.host) === true);
}

type Question = { readonly span: Span; readonly answer: PieceAnswer; readonly ifRange: string | undefined };

function ask(attempt: Attempt, { span, answer, ifRange }: Question): Exchange {
	const pool = attempt.context.agent.poolOf(attempt.address.origin);
	const head = headWith(attempt, pool, { from: span.start, to: span.end - 1, ifRange });
	const exchange = new Exchange(pool, { method: "GET", head }, answer);
	pool.send(exchange);
	return exchange;
}

type PieceHead = { readonly span: Span; readonly head: ResponseHead; readonly first: ResponseHead };

function judge(attempt: Attempt, { span, head, first }: PieceHead): PieceVerdict {
	const { status } = head;
	const { part, login, context, address } = attempt;
	if (status === 206) {
		const end = part.source && piecesEnd(part.source, span, head);
		const isSame = head.contentEncoding === first.contentEncoding && !differ(head.reprDigest, first.reprDigest);
		if (end === undefined || !isSame) return { kind: "lie", why: "a part of another version, or another part" };
		return { kind: "fits", end, digests: parseDigestField(head.contentDigest) };
	}
	if (status === 401 && login && context.authenticator.onRefusal(login, head.fields("www-authenticate"))) {
		return { kind: "again" };
	}
	const message = `${address.host} answered ${status} to a piece`;
	if (isTransientStatus(status) || context.retryStatuses?.has(status)) {
		const isRefusal = status === 429 || status === 503;
		return { kind: "failed", failure: transient(`http_${status}`, message), isRefusal, asked: askedBy(status, head) };
	}
	if (status === 401 || status === 403 || status === 404 || status === 410 || isRedirect(status)) {
		return denial(attempt, permanent(`http_${status}`, message));
	}
	return { kind: "lie", why: message };
}

/** Where a redirect led there, its address may have run out: the next attempt begins at the listed one, with what is here. */
function denial({ redirects }: Attempt, failure: Failure): PieceVerdict {
	if (redirects === 0) return { kind: "denied", failure };
	return { kind: "failed", failure: transient(failure.code, failure.message), isRefusal: true };
}

function differ(one: string | undefined, other: string | undefined): boolean {
	return one !== undefined && other !== undefined && one !== other;
}
