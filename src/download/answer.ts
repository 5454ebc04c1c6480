/** What a response head means: the file, the rest of it, another place to ask, or a failure. */
import { addressOf } from "../core/address.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { publicUrl } from "../core/public-url.ts";
import { continues, parseContentRange } from "../core/ranges.ts";
import { parseRateLimit } from "../core/rate-limit.ts";
import { isTransientStatus, parseRetryAfter } from "../core/retry.ts";
import type { Login } from "../http/authenticator.ts";
import { storeCookies } from "../http/cookies.ts";
import { proxiedAnswer } from "../http/proxied.ts";
import { isRedirect, redirectTarget } from "../http/redirect.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { discard, type PartSource, restart } from "../store/part.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import { drain } from "./drain.ts";
import { endsAtExisting, tooLarge } from "./outcome-of-head.ts";
import { rangeAnswer } from "./range-answer.ts";
import { targetOf } from "./target.ts";

export type Answer = {
	readonly head: ResponseHead;
	/** Sends another request: to where a redirect leads, or without a range. */
	readonly sendAgain: (attempt: Attempt) => void;
};

/** @throws {NodeJS.ErrnoException} a part could not be begun again. */
export function onAnswer(attempt: Attempt, answer: Answer): void {
	const { head } = answer;
	const { status } = head;
	if (attempt.login && logsIn(attempt, attempt.login, answer)) return;
	if (status === 200 || status === 203 || status === 206) return onFile(attempt, answer);
	const location = isRedirect(status) ? head.field("location") : undefined;
	if (location) return drain(attempt, head, () => follow(attempt, location, answer));
	const hasRange = attempt.from > 0;
	const follows = hasRange ? rangeAnswer(status, attempt.task.rangeFailures ?? 0) : "fail";
	if (follows === "ask-for-all") return askForAll(attempt, answer);
	const retryAfterMs = waitOf(status, head);
	drain(attempt, head, () => {
		if (follows === "fail-and-forget") discard(attempt.part);
		attempt.rangeFailed = hasRange && follows !== "fail";
		failAttempt(attempt, statusFailure(status, attempt, head), retryAfterMs);
	});
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
	const { from, part } = attempt;
	const range = parseContentRange(contentRange);
	const isWhole = range?.start === 0 && range.end + 1 === range.total;
	const source = sourceOf(attempt, head, status === 206 ? range?.total : head.contentLength);
	if (status !== 206 && (contentRange === undefined || isWhole)) {
		restart(part, source);
		if (from > 0) attempt.verifier?.restart();
		return accept(attempt, answer, source.totalBytes);
	}
	const host = attempt.address.host;
	if (from === 0) {
		const failure = status === 206 ? statusFailure(206, attempt, head) : slice(host);
		return drain(attempt, head, () => failAttempt(attempt, failure));
	}
	const found = { ...source, totalBytes: range?.total, contentRange };
	if (part.source && continues(part.source, from, found)) {
		const totalBytes = part.source.totalBytes ?? range?.total;
		part.source = { ...source, ...part.source, ...(totalBytes === undefined ? {} : { totalBytes }) };
		return accept(attempt, answer, totalBytes);
	}
	if (status === 206 || range?.start === from) return askForAll(attempt, answer);
	drain(attempt, head, () => failAttempt(attempt, slice(host)));
}

/** The server does not go on where the part ends: begin again, within the same attempt. */
function askForAll(attempt: Attempt, { head, sendAgain }: Answer): void {
	discard(attempt.part);
	attempt.verifier?.restart();
	drain(attempt, head, () => sendAgain(attempt));
}

/** This answer brings the file: is it wanted, and what will it be called? */
function accept(attempt: Attempt, { head }: Answer, totalBytes: number | undefined): void {
	const { naming, options } = attempt.context;
	const { maxSizeBytes } = options;
	if (maxSizeBytes !== undefined && totalBytes !== undefined && totalBytes > maxSizeBytes) {
		return failAttempt(attempt, tooLarge(maxSizeBytes, totalBytes));
	}
	attempt.target = targetOf(attempt, naming, head);
	if (endsAtExisting(attempt, attempt.target, head)) return;
	attempt.contentType = head.contentType;
	attempt.phase = "body";
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

function sourceOf({ task }: Attempt, head: ResponseHead, totalBytes: number | undefined): PartSource {
	const { etag, lastModified, date } = head;
	return { url: publicUrl(task.url), etag, lastModified, date, totalBytes };
}

/** How long the server asks to wait; where a 429 or 503 has no Retry-After, the fields of rate limits take its place. */
function waitOf(status: number, head: ResponseHead): number | undefined {
	const retryAfterMs = parseRetryAfter(head.field("retry-after"), Date.now());
	if (retryAfterMs !== undefined || (status !== 429 && status !== 503)) return retryAfterMs;
	const rateLimit = head.field("ratelimit");
	const rateLimitReset = head.field("ratelimit-reset");
	const xRateLimitReset = head.field("x-ratelimit-reset");
	return parseRateLimit({ rateLimit, rateLimitReset, xRateLimitReset }, Date.now());
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
