/** What a response head means: the file, the rest of it, another place to ask, or a failure. */
import type { Coding } from "../codings/decoder.ts";
import { addressOf } from "../core/address.ts";
import { type EntryRange, rangeLength } from "../core/entry-range.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { unsatisfiedLength, viewPart } from "../core/part-view.ts";
import { publicUrl } from "../core/public-url.ts";
import { continues, parseContentRange, piecesEnd, type RangeHead } from "../core/ranges.ts";
import { isTransientStatus } from "../core/retry.ts";
import type { Login } from "../http/authenticator.ts";
import { storeCookies } from "../http/cookies.ts";
import type { OriginPool } from "../http/origin-pool.ts";
import { asksForTunnel, proxiedAnswer } from "../http/proxied.ts";
import { isRedirect, redirectTarget } from "../http/redirect.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { discard, type PartSource, restart } from "../store/part.ts";
import { smallBytes } from "../store/space.ts";
import { askedBy } from "./asked-by.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import { cutOut, endsBefore } from "./cut.ts";
import { codingsOf, decodeInto } from "./decode.ts";
import { readDescription } from "./description.ts";
import { drain } from "./drain.ts";
import { endDry, refusesHead } from "./dry.ts";
import { expectFromHead } from "./expect.ts";
import { endsAtExisting, tooLarge } from "./outcome-of-head.ts";
import { rangeAnswer } from "./range-answer.ts";
import { endUnchanged } from "./refresh.ts";
import { remarkOn } from "./remarks.ts";
import { considerSegments, unsure } from "./segmenting.ts";
import { targetOf } from "./target.ts";
import { createTypeCheck } from "./type-check.ts";

export type Answer = {
	readonly head: ResponseHead;
	/** Sends another request: to where a redirect leads, or without a range. */
	readonly sendAgain: (attempt: Attempt) => void;
};

/** @throws {NodeJS.ErrnoException} a part could not be begun again. */
export function onAnswer(attempt: Attempt, answer: Answer): void {
	const { head } = answer;
	const { status } = head;
	if (attempt.exchange?.pool.form && asksForTunnel(head))
		return askThroughTunnel(attempt, attempt.exchange.pool, answer);
	if (attempt.login && logsIn(attempt, attempt.login, answer)) return;
	if (status === 200 || status === 203 || status === 206) return onFile(attempt, answer);
	const location = isRedirect(status) ? head.field("location") : undefined;
	if (location) return drain(attempt, head, () => follow(attempt, location, answer));
	if (attempt.method === "HEAD" && refusesHead(status)) return askWithGet(attempt, answer);
	const { hasRange } = attempt;
	if (status === 304 && attempt.task.refresh && !hasRange) return drain(attempt, head, () => endUnchanged(attempt));
	const isRetried = attempt.context.retryStatuses?.has(status) ?? false;
	const follows = hasRange ? rangeAnswer(status, attempt.task.rangeFailures ?? 0, isRetried) : "fail";
	if (follows === "ask-for-all") return askForAll(attempt, answer);
	const asked = askedBy(status, head);
	attempt.contentType = head.contentType;
	drain(attempt, head, () => {
		if (follows === "fail-and-forget") discard(attempt.part);
		attempt.rangeFailed = hasRange && follows !== "fail";
		failAttempt(attempt, refusal(attempt, head, isRetried), asked);
	});
}

function askThroughTunnel(attempt: Attempt, pool: OriginPool, { head, sendAgain }: Answer): void {
	pool.tunnel();
	drain(attempt, head, () => sendAgain(attempt));
}

/** Whether a refusal is a question that can be answered: then the same request goes again. */
function logsIn(attempt: Attempt, login: Login, { head, sendAgain }: Answer): boolean {
	const { authenticator } = attempt.context;
	if (head.status !== 401) {
		authenticator.onSuccess(login);
		return false;
	}
	if (!authenticator.onRefusal(login, head.fields("www-authenticate"))) return false;
	drain(attempt, head, () => sendAgain(attempt));
	return true;
}

/** A status of success: is it the file as a whole, just what is missing of it, or neither? */
function onFile(attempt: Attempt, answer: Answer): void {
	const { head } = answer;
	const { status, contentRange } = head;
	const { from, hasRange, part, task } = attempt;
	if (task.isDescription && status !== 206) return readDescription(attempt, head);
	if (task.range) return onPart(attempt, answer, task.range);
	const range = parseContentRange(contentRange);
	const isWhole = range?.start === 0 && range.end + 1 === range.total;
	const source = sourceOf(attempt, head, status === 206 ? range?.total : head.contentLength);
	if (status !== 206 && (contentRange === undefined || isWhole)) {
		restart(part, source);
		if (hasRange) attempt.verifier?.restart();
		return accept(attempt, answer, source.totalBytes);
	}
	if (!hasRange) return refuseSlice(attempt, head);
	const found = { ...source, totalBytes: range?.total, contentRange };
	if (part.source && goesOn(attempt, part.source, found)) {
		const totalBytes = part.source.totalBytes ?? range?.total;
		part.source = { ...source, ...part.source, ...(totalBytes === undefined ? {} : { totalBytes }) };
		return accept(attempt, answer, totalBytes);
	}
	if (status === 206 || range?.start === from) return askForAll(attempt, answer);
	refuseSlice(attempt, head);
}

/** Whether an answer brings what was asked for, of the same version. */
function goesOn({ from, part, askedTo }: Attempt, kept: PartSource, found: RangeHead): boolean {
	if (!part.scattered) return continues(kept, from, found);
	const end = askedTo ?? kept.totalBytes ?? 0;
	return piecesEnd(kept, { start: from, end }, found) !== undefined;
}

/** The same for an entry that wants a part of the resource alone. */
function onPart(attempt: Attempt, answer: Answer, wanted: EntryRange): void {
	const { head } = answer;
	const { from, part } = attempt;
	const view = viewPart(wanted, head);
	const source = sourceOf(attempt, head, rangeLength(wanted));
	switch (view.kind) {
		case "ends-before":
			return drain(attempt, head, () => failAttempt(attempt, endsBefore(wanted, view.wholeBytes)));
		case "whole":
			restart(part, source);
			if (from > 0) attempt.verifier?.restart();
			attempt.filter = cutOut(attempt, wanted, head.contentLength);
			return accept(attempt, answer, source.totalBytes);
		case "part": {
			if (from === 0 && view.start === 0) {
				restart(part, source);
				return accept(attempt, answer, source.totalBytes);
			}
			// The length of the whole is not known to be the same: something else must tell that the version is.
			const isNamed = head.etag !== undefined || head.lastModified !== undefined;
			const goesOn =
				isNamed && part.source && continues(part.source, from, { ...source, contentRange: view.contentRange });
			if (goesOn) return accept(attempt, answer, source.totalBytes);
		}
	}
	if (from > 0) askForAll(attempt, answer);
	else refuseSlice(attempt, head);
}

function refuseSlice(attempt: Attempt, head: ResponseHead): void {
	const failure = head.status === 206 ? statusFailure(206, attempt, head) : slice(attempt.address.host);
	drain(attempt, head, () => failAttempt(attempt, failure));
}

/** The server does not go on where the part ends: begin again, within the same attempt. */
function askForAll(attempt: Attempt, { head, sendAgain }: Answer): void {
	attempt.segments?.stop();
	attempt.segments = undefined;
	discard(attempt.part);
	attempt.verifier?.restart();
	if (attempt.exchange?.isOver) return sendAgain(attempt);
	drain(attempt, head, () => sendAgain(attempt));
}

/** This answer brings the file: is it wanted, what will it be called, and what are its bytes? */
function accept(attempt: Attempt, answer: Answer, totalBytes: number | undefined): void {
	const { head } = answer;
	const { context, task } = attempt;
	const { naming, options } = context;
	const target = targetOf(attempt, naming, head);
	attempt.target = target;
	const codings = context.decoding && head.contentEncoding !== undefined && codingsOf(attempt, head, context.decoding);
	if (codings && "code" in codings) return drain(attempt, head, () => failAttempt(attempt, codings));
	// Whether those bytes are encoded, nothing tells.
	if (codings && attempt.hasRange) return askForAll(attempt, answer);
	const { maxSizeBytes } = options;
	if (maxSizeBytes !== undefined && totalBytes !== undefined && totalBytes > maxSizeBytes && !codings) {
		return failAttempt(attempt, tooLarge(maxSizeBytes, totalBytes));
	}
	if (endsAtExisting(attempt, target, head)) return;
	attempt.contentType = head.contentType;
	attempt.etag = head.etag;
	const wanted = task.expectTypes ?? options.expectTypes;
	if (wanted !== undefined && !expectType(attempt, head, wanted)) return;
	if (context.isDry) return endDry(attempt, codings ? undefined : totalBytes);
	if (totalBytes !== undefined && totalBytes > smallBytes && !fits(attempt, totalBytes)) return;
	const isTold = head.reprDigest !== undefined || head.contentDigest !== undefined;
	if (options.checksums !== undefined || isTold) expectFromHead(attempt, { target, head, isChanged: !!codings });
	if (codings) decode(attempt, codings, head);
	remarkOn(attempt, head, target);
	attempt.phase = "body";
	if (totalBytes !== undefined && (totalBytes - attempt.part.bytes >= context.splitsFrom || attempt.part.scattered)) {
		considerSegments(attempt, head, () => {
			attempt.exchange?.abort();
			askForAll(attempt, answer);
		});
	}
}

/** From here on the bytes are not those of which the head tells the length and the version. */
function decode(attempt: Attempt, codings: readonly Coding[], head: ResponseHead): void {
	const { decoding } = attempt.context;
	if (!decoding) return;
	const { url, lastModified } = sourceOf(attempt, head, undefined);
	restart(attempt.part, { url, lastModified });
	const closes = head.contentLength === undefined && head.transferEncoding === undefined;
	attempt.filter = decodeInto(attempt, codings, { decoding, closes });
}

/** @returns Whether the answer may bring what is wanted. */
function expectType(attempt: Attempt, head: ResponseHead, wanted: readonly string[]): boolean {
	const check = createTypeCheck({
		wanted,
		contentType: head.contentType,
		host: attempt.address.host,
		part: attempt.part,
		isHeadAlone: attempt.context.isDry,
		onWrong: (failure) => failAttempt(attempt, failure),
	});
	if (!("code" in check)) {
		attempt.typeCheck = check;
		return true;
	}
	drain(attempt, head, () => failAttempt(attempt, check));
	return false;
}

/** @returns Whether there is room for a large file. What does not fit is not begun: the disk is never filled by it. */
function fits(attempt: Attempt, totalBytes: number): boolean {
	const lacking = attempt.context.space.lacking(totalBytes - attempt.part.bytes);
	if (lacking === undefined) return true;
	failAttempt(attempt, permanent("disk_full", lacking));
	return false;
}

function askWithGet(attempt: Attempt, { head, sendAgain }: Answer): void {
	attempt.method = "GET";
	drain(attempt, head, () => sendAgain(attempt));
}

function follow(attempt: Attempt, location: string, { head, sendAgain }: Answer): void {
	const from = new URL(attempt.address.href);
	const next = redirectTarget(location, from);
	if ("code" in next) return failAttempt(attempt, next);
	attempt.redirects++;
	const { maxRedirects } = attempt.context.options;
	if (attempt.redirects > maxRedirects) {
		const last = publicUrl(next.href);
		return failAttempt(
			attempt,
			permanent("too_many_redirects", `more than ${maxRedirects} redirects, the last one to ${last} (--max-redirects)`),
		);
	}
	const setCookie = head.fields("set-cookie");
	attempt.address = addressOf(next.href);
	// Those of the run have them already.
	if (setCookie.length === 0 || attempt.context.cookies) return sendAgain(attempt);
	storeCookies(attempt.cookies, from, setCookie)
		.then((cookies) => {
			attempt.cookies = cookies;
			if (attempt.phase !== "over") sendAgain(attempt);
		})
		.catch((error: unknown) =>
			failAttempt(attempt, permanent("protocol", `the redirect cannot be followed: ${error}`)),
		);
}

function sourceOf({ task, context, address }: Attempt, head: ResponseHead, totalBytes: number | undefined): PartSource {
	const { etag, lastModified, date } = head;
	const source = { url: publicUrl(task.url), etag, lastModified, date, totalBytes };
	return context.distrusted.size > 0 && context.distrusted.get(address.host) ? unsure(source) : source;
}

/** Why an answer that brings no file is a failure. */
function refusal(attempt: Attempt, head: ResponseHead, isRetried: boolean): Failure {
	const { range } = attempt.task;
	if (head.status === 416 && range) return endsBefore(range, unsatisfiedLength(head.contentRange));
	const failure = statusFailure(head.status, attempt, head);
	return isRetried ? transient(failure.code, failure.message) : failure;
}

function statusFailure(status: number, { address, exchange }: Attempt, head: ResponseHead): Failure {
	const make = isTransientStatus(status) ? transient : permanent;
	const proxy = exchange?.pool.form && exchange.pool.proxy;
	if (!proxy) return make(`http_${status}`, `${address.host} answered ${status}`);
	return make(`http_${status}`, proxiedAnswer(proxy, address.host, head));
}

function slice(host: string): Failure {
	return permanent("protocol", `${host} answered with a part of the file that was not asked for (Content-Range)`);
}
