/** One attempt at one entry: requests, redirects and resumption, until the file is handed to the publisher or the attempt failed. */
import { addressOf, pathnameOf } from "../core/address.ts";
import { transient } from "../core/failure.ts";
import { publicUrl } from "../core/public-url.ts";
import { ifRangeValue } from "../core/ranges.ts";
import type { Task, TaskProgress } from "../core/task.ts";
import { classifyNetworkError } from "../http/classify-network-error.ts";
import { cookieHeader } from "../http/cookies.ts";
import { type ExchangeListener, openExchange } from "../http/exchange.ts";
import { requestHeaders } from "../http/request-headers.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import { append, claimPart, discard, dropLastByte, newPart, release } from "../store/part.ts";
import { createVerifier } from "../store/verify.ts";
import { onAnswer } from "./answer.ts";
import { type Attempt, type AttemptContext, endAttempt, failAttempt } from "./attempt-state.ts";
import { drainData, endDrain } from "./drain.ts";
import { endsAtExisting, tooLarge } from "./outcome-of-head.ts";
import { publishAttempt } from "./publish-attempt.ts";
import { isNameKnown, targetFile, targetOf } from "./target.ts";

/** Starts an attempt; `finish` is called just once. Nothing is thrown. */
export function startAttempt(
	task: Task,
	context: AttemptContext,
	hooks: Pick<Attempt, "finish" | "onReceived">,
): Attempt {
	const listed = addressOf(task.url);
	const attempt: Attempt = {
		task,
		context,
		listed,
		namedBy: task.namedBy === task.url ? listed : addressOf(task.namedBy),
		finish: hooks.finish,
		onReceived: hooks.onReceived,
		part: task.resume ? claimPart(context.store, task.key) : newPart(task.key),
		phase: "idle",
		address: listed,
		redirects: 0,
		from: 0,
		// Named now, so that V8 makes room for them: what comes later it keeps in an array of its own.
		httpStatus: undefined,
		target: undefined,
		exchange: undefined,
		verifier: undefined,
		cookies: undefined,
		deadline: undefined,
		speed: undefined,
		drain: undefined,
	};
	const { part } = attempt;
	if (part.source && part.source.url !== publicUrl(task.url)) discard(part);
	if (task.checksum) attempt.verifier = createVerifier(task.checksum, part.bytes > 0);
	if (task.timeLeftMs !== undefined) {
		attempt.deadline = setTimeout(() => runOutOfTime(attempt), task.timeLeftMs);
	}
	const { naming } = context;
	if (!isNameKnown(task, naming) || !endsAtExisting(attempt, targetOf(attempt, naming, {}))) {
		send(attempt);
	}
	return attempt;
}

/** Sends the request for what is still missing of the file. */
function send(attempt: Attempt): void {
	const { context, part, address } = attempt;
	const ifRange = part.bytes > 0 && part.source ? ifRangeValue(part.source) : undefined;
	if (ifRange === undefined && (part.bytes > 0 || part.file)) {
		// Left by a run that was killed: nothing proves which version they are of.
		discard(part);
		attempt.verifier?.restart();
	}
	// A complete part is asked for its last byte: that proves its version and brings the head.
	if (part.bytes > 0 && part.bytes === part.source?.totalBytes) dropLastByte(part);
	const range = part.bytes > 0 && ifRange !== undefined ? { from: part.bytes, ifRange } : undefined;
	attempt.phase = "idle";
	attempt.speed = undefined;
	attempt.from = range?.from ?? 0;
	attempt.exchange = openExchange(
		context.clients.of(address.origin),
		{ path: address.path, method: "GET", headers: headersOf(attempt, range) },
		{ subject: attempt, listener },
	);
}

const listener: ExchangeListener<Attempt> = { onHead, onData, onEnd, onError };

function headersOf(attempt: Attempt, range: { readonly from: number; readonly ifRange: string } | undefined): string[] {
	const { context, task, listed, address, cookies } = attempt;
	if (!task.headers && !range && !cookies && address === listed && !address.hasCredentials) return context.plainHeaders;
	const url = new URL(address.href);
	return requestHeaders({
		general: context.options.headers,
		own: task.headers ?? [],
		listed: new URL(listed.href),
		url,
		cookie: cookieHeader(cookies, url),
		...(range ? { range } : {}),
	});
}

function onHead(attempt: Attempt, status: number, head: ResponseHead): void {
	attempt.httpStatus = status;
	try {
		onAnswer(attempt, { status, head, sendAgain: send });
	} catch (error) {
		failAttempt(attempt, classifyFileError(error, fileOf(attempt)));
	}
}

function onData(attempt: Attempt, chunk: Buffer): void {
	if (attempt.phase === "drain") return drainData(attempt, chunk);
	if (attempt.phase !== "body") return;
	const { part, verifier, context } = attempt;
	try {
		append(context.store, part, chunk);
	} catch (error) {
		return failAttempt(attempt, classifyFileError(error, fileOf(attempt)));
	}
	verifier?.update(chunk);
	const { maxSizeBytes } = context.options;
	if (maxSizeBytes !== undefined && part.bytes > maxSizeBytes) failAttempt(attempt, tooLarge(maxSizeBytes));
}

function onEnd(attempt: Attempt): void {
	if (attempt.phase === "drain") return endDrain(attempt);
	if (attempt.phase !== "body") return;
	const { part } = attempt;
	const totalBytes = part.source?.totalBytes;
	if (totalBytes !== undefined && part.bytes !== totalBytes) {
		return failAttempt(attempt, transient("truncated", `the body ended after ${part.bytes} of ${totalBytes} bytes`));
	}
	publishAttempt(attempt);
}

function onError(attempt: Attempt, error: Error): void {
	if (attempt.phase === "drain") return endDrain(attempt);
	const { exchange, address, context } = attempt;
	const failure = classifyNetworkError(error, {
		host: address.host,
		connected: exchange?.connected ?? false,
		answered: exchange?.answered ?? false,
		connectTimeoutMs: context.options.connectTimeoutMs,
	});
	failAttempt(attempt, failure);
}

function runOutOfTime(attempt: Attempt): void {
	if (attempt.phase === "publish") return;
	failAttempt(attempt, transient("timeout", "the time of the entry is up (--timeout)"));
}

/** Ends the attempt at once and keeps its bytes for the next run. What is already complete gets its name. */
export function cancelAttempt(attempt: Attempt): void {
	if (attempt.phase === "publish" || attempt.phase === "over") return;
	attempt.exchange?.abort();
	endAttempt(attempt, { kind: "cancelled" }, release(attempt.context.store, attempt.part));
}

/** What has arrived; undefined before the body begins. */
export function attemptProgress(attempt: Attempt): TaskProgress | undefined {
	if (attempt.phase !== "body") return undefined;
	const { task, part } = attempt;
	const totalBytes = part.source?.totalBytes;
	return { id: task.id, bytes: part.bytes, ...(totalBytes === undefined ? {} : { totalBytes }) };
}

function fileOf({ target, namedBy }: Attempt): string {
	return target ? targetFile(target) : pathnameOf(namedBy);
}
