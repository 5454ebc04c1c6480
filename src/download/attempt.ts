/** One attempt at one entry: requests, redirects and resumption, until the file is handed to the publisher or the attempt failed. */
import { addressOf, pathnameOf } from "../core/address.ts";
import { type Failure, transient } from "../core/failure.ts";
import { publicUrl } from "../core/public-url.ts";
import { ifRangeValue } from "../core/ranges.ts";
import { versionToAskWith } from "../core/saved.ts";
import type { Task, TaskProgress } from "../core/task.ts";
import { cookieHeader } from "../http/cookies.ts";
import { Exchange, type ExchangeListener } from "../http/exchange.ts";
import { requestHead } from "../http/request-head.ts";
import { type RequestRange, requestHeaders } from "../http/request-headers.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import { claimPart, discard, dropLastByte, newPart, release } from "../store/part.ts";
import { onAnswer } from "./answer.ts";
import { type Attempt, type AttemptContext, endAttempt, failAttempt } from "./attempt-state.ts";
import { isPacked } from "./decode.ts";
import { drainData, endDrain } from "./drain.ts";
import { expect } from "./expect.ts";
import { endBody, keepBytes } from "./keep-body.ts";
import { endsAtExisting } from "./outcome-of-head.ts";
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
		method: context.isDry ? "HEAD" : "GET",
		address: listed,
		redirects: 0,
		from: 0,
		// Named now, so that V8 makes room for them: what comes later it keeps in an array of its own.
		httpStatus: undefined,
		rangeFailed: false,
		contentType: undefined,
		etag: undefined,
		target: undefined,
		exchange: undefined,
		verifier: undefined,
		filter: undefined,
		typeCheck: undefined,
		remarks: undefined,
		cookies: undefined,
		deadline: undefined,
		drain: undefined,
	};
	const { part } = attempt;
	if (part.source && part.source.url !== publicUrl(task.url)) discard(part);
	expect(attempt);
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
	attempt.phase = "idle";
	attempt.from = ifRange === undefined ? 0 : part.bytes;
	const request = { method: attempt.method, head: headOf(attempt, attempt.from > 0 ? ifRange : undefined) };
	const exchange = new Exchange(context.agent.poolOf(address.origin), request, { subject: attempt, listener });
	attempt.exchange = exchange;
	exchange.pool.send(exchange);
}

function headOf(attempt: Attempt, ifRange: string | undefined): string {
	const { context, task, listed, address, cookies } = attempt;
	const isPlain = !task.headers && ifRange === undefined && !cookies && address === listed && !address.hasCredentials;
	if (isPlain && !context.isSpecial && !task.range && !task.refresh) return context.plainRequest(address);
	const url = new URL(address.href);
	const range = rangeOf(attempt, ifRange);
	const codings = context.decoding && !range && !isPacked(pathnameOf(address)) ? context.decoding.accepted : undefined;
	const unless = task.refresh && ifRange === undefined ? versionToAskWith(task.refresh) : undefined;
	const fields = requestHeaders({
		general: context.options.headers,
		own: task.headers ?? [],
		listed: new URL(listed.href),
		url,
		cookie: cookieHeader(cookies, url),
		...(range && { range }),
		...(codings !== undefined && { acceptEncoding: codings }),
		...(unless && { unless }),
	});
	return requestHead(attempt.method, address, fields);
}

/** Places within the resource: of all that follows the part, or of what the entry wants of it. */
function rangeOf({ task, from }: Attempt, ifRange: string | undefined): RequestRange | undefined {
	if (task.range) return { from: task.range.first + from, to: task.range.last, ifRange };
	return ifRange === undefined ? undefined : { from, ifRange };
}

/** Whatever goes wrong within ends this attempt, and neither the connection nor the run. */
const listener: ExchangeListener<Attempt> = {
	onHead: (attempt, head) => guard(attempt, () => onHead(attempt, head)),
	onData(attempt, bytes, start, end) {
		try {
			onData(attempt, bytes, start, end);
		} catch (error) {
			failAttempt(attempt, classifyFileError(error, fileOf(attempt)));
		}
	},
	onEnd: (attempt) => guard(attempt, () => onEnd(attempt)),
	onFailure(attempt, failure) {
		guard(attempt, () => onFailure(attempt, failure));
	},
};

function guard(attempt: Attempt, act: () => void): void {
	try {
		act();
	} catch (error) {
		failAttempt(attempt, classifyFileError(error, fileOf(attempt)));
	}
}

function onHead(attempt: Attempt, head: ResponseHead): void {
	attempt.httpStatus = head.status;
	onAnswer(attempt, { head, sendAgain: send });
}

function onData(attempt: Attempt, bytes: Buffer, start: number, end: number): void {
	if (attempt.phase === "drain") return drainData(attempt, end - start);
	if (attempt.phase !== "body") return;
	const chunk = bytes.subarray(start, end);
	if (attempt.filter) attempt.filter.write(chunk);
	else keepBytes(attempt, chunk);
}

function onEnd(attempt: Attempt): void {
	if (attempt.phase === "drain") return endDrain(attempt);
	if (attempt.phase !== "body") return;
	if (attempt.filter) attempt.filter.end();
	else endBody(attempt);
}

/** Some servers answer HEAD with nothing. */
function onFailure(attempt: Attempt, failure: Failure): void {
	if (attempt.phase === "drain") return endDrain(attempt);
	if (
		attempt.method === "HEAD" &&
		attempt.phase === "idle" &&
		(failure.code === "reset" || failure.code === "protocol")
	) {
		attempt.method = "GET";
		return send(attempt);
	}
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
