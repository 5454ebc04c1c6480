/** What a response head means: the file, the rest of it, another place to ask, or a failure. */
import { addressOf } from "../core/address.ts";
import { type Failure, permanent, transient } from "../core/failure.ts";
import { publicUrl } from "../core/public-url.ts";
import { continues, parseContentRange } from "../core/ranges.ts";
import { parseRateLimit } from "../core/rate-limit.ts";
import { isTransientStatus, parseRetryAfter } from "../core/retry.ts";
import { storeCookies } from "../http/cookies.ts";
import { isRedirect, redirectTarget } from "../http/redirect.ts";
import { type FileFields, field, fields, fileFields, type ResponseHead } from "../http/response-head.ts";
import { discard, type PartSource, restart } from "../store/part.ts";
import { type Attempt, failAttempt } from "./attempt-state.ts";
import { drain } from "./drain.ts";
import { endsAtExisting, tooLarge } from "./outcome-of-head.ts";
import { targetOf } from "./target.ts";

export type Answer = {
	readonly status: number;
	readonly head: ResponseHead;
	/** Sends another request: to where a redirect leads, or without a range. */
	readonly sendAgain: (attempt: Attempt) => void;
};

/** @throws {NodeJS.ErrnoException} a part could not be begun again. */
export function onAnswer(attempt: Attempt, answer: Answer): void {
	const { status, head } = answer;
	const { from } = attempt;
	if (isRedirect(status)) return drain(attempt, () => follow(attempt, answer));
	const found = fileFields(head);
	const source = sourceOf(attempt, answer, found);
	if (from > 0 && status === 206) {
		if (!continuesPart(attempt, answer, source)) return askForAll(attempt, answer);
		const totalBytes = attempt.part.source?.totalBytes ?? source.totalBytes;
		attempt.part.source = { ...source, ...attempt.part.source, ...(totalBytes === undefined ? {} : { totalBytes }) };
		return accept(attempt, answer, found, totalBytes);
	}
	if (from > 0 && status === 416) return askForAll(attempt, answer);
	if (status !== 200 && status !== 203) {
		const retryAfterMs = waitOf(status, head);
		return drain(attempt, () => failAttempt(attempt, statusFailure(status, attempt.address.host), retryAfterMs));
	}
	restart(attempt.part, source);
	if (from > 0) attempt.verifier?.restart();
	accept(attempt, answer, found, source.totalBytes);
}

function continuesPart({ part, from }: Attempt, { head }: Answer, source: PartSource): boolean {
	const contentRange = field(head, "content-range");
	return (
		part.source !== undefined && continues(part.source, from, { ...source, ...(contentRange ? { contentRange } : {}) })
	);
}

/** The server does not go on where the part ends: begin again, within the same attempt. */
function askForAll(attempt: Attempt, { sendAgain }: Answer): void {
	attempt.exchange?.abort();
	discard(attempt.part);
	attempt.verifier?.restart();
	sendAgain(attempt);
}

/** This answer brings the file: is it wanted, and what will it be called? */
function accept(
	attempt: Attempt,
	{ head }: Answer,
	{ contentDisposition }: FileFields,
	totalBytes: number | undefined,
): void {
	const { naming, options } = attempt.context;
	const { maxSizeBytes } = options;
	if (maxSizeBytes !== undefined && totalBytes !== undefined && totalBytes > maxSizeBytes) {
		return failAttempt(attempt, tooLarge(maxSizeBytes, totalBytes));
	}
	const contentType = naming.extensionOf ? field(head, "content-type") : undefined;
	attempt.target = targetOf(attempt, naming, { contentDisposition, contentType });
	if (endsAtExisting(attempt, attempt.target)) return;
	attempt.phase = "body";
}

function follow(attempt: Attempt, { head, sendAgain }: Answer): void {
	const from = new URL(attempt.address.href);
	const next = redirectTarget(field(head, "location"), from);
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
	const setCookie = fields(head, "set-cookie");
	attempt.address = addressOf(next.href);
	if (setCookie.length === 0) return sendAgain(attempt);
	storeCookies(attempt.cookies, from, setCookie).then((cookies) => {
		attempt.cookies = cookies;
		if (attempt.phase !== "over") sendAgain(attempt);
	});
}

function sourceOf(
	{ task }: Attempt,
	{ status, head }: Answer,
	{ etag, lastModified, contentLength }: FileFields,
): PartSource {
	const totalBytes =
		status === 206 ? parseContentRange(field(head, "content-range"))?.total : parseLength(contentLength);
	return { url: publicUrl(task.url), etag, lastModified, totalBytes };
}

/** How long the server asks to wait; where a 429 or 503 has no Retry-After, the fields of rate limits take its place. */
function waitOf(status: number, head: ResponseHead): number | undefined {
	const retryAfterMs = parseRetryAfter(field(head, "retry-after"), Date.now());
	if (retryAfterMs !== undefined || (status !== 429 && status !== 503)) return retryAfterMs;
	const rateLimit = field(head, "ratelimit");
	const rateLimitReset = field(head, "ratelimit-reset");
	const xRateLimitReset = field(head, "x-ratelimit-reset");
	return parseRateLimit({ rateLimit, rateLimitReset, xRateLimitReset }, Date.now());
}

function parseLength(length: string | undefined): number | undefined {
	return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}

function statusFailure(status: number, host: string): Failure {
	const make = isTransientStatus(status) ? transient : permanent;
	return make(`http_${status}`, `${host} answered ${status}`);
}
