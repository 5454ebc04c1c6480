/** One attempt at one entry: requests, redirects and resumption, until the file is handed to the publisher or the attempt failed. */
import { addressOf, pathnameOf } from "../core/address.ts";
import { type Failure, transient } from "../core/failure.ts";
import { publicUrl } from "../core/public-url.ts";
import { ifRangeValue } from "../core/ranges.ts";
import type { Task, TaskProgress } from "../core/task.ts";
import { readToldMirrors } from "../core/told-mirrors.ts";
import { Exchange, type ExchangeListener } from "../http/exchange.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import { claimPart, discard, dropLastByte, firstMissing, newPart, type PartSource, release } from "../store/part.ts";
import { onAnswer } from "./answer.ts";
import { type Attempt, type AttemptContext, endAttempt, failAttempt } from "./attempt-state.ts";
import { endCutOff } from "./cut-off.ts";
import { drainData, endDrain } from "./drain.ts";
import { expect } from "./expect.ts";
import { endBody, keepBytes } from "./keep-body.ts";
import { keepCookies } from "./keep-cookies.ts";
import { isProvable } from "./mirror-pieces.ts";
import { endsAtExisting } from "./outcome-of-head.ts";
import { headOf } from "./request-of.ts";
import { leadOf, overlapOf } from "./segmenting.ts";
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
		method: context.isDry && !task.isDescription ? "HEAD" : "GET",
		address: listed,
		redirects: 0,
		from: 0,
		hasRange: false,
		// Named now, so that V8 makes room for them: what comes later it keeps in an array of its own.
		httpStatus: undefined,
		rangeFailed: false,
		contentType: undefined,
		etag: undefined,
		target: undefined,
		exchange: undefined,
		verifier: undefined,
		segments: undefined,
		wantsWhole: false,
		cutAt: undefined,
		isMending: false,
		askedTo: undefined,
		filter: undefined,
		typeCheck: undefined,
		remarks: undefined,
		told: undefined,
		cookies: context.cookies,
		login: undefined,
		deadline: undefined,
		speed: undefined,
		drain: undefined,
	};
	const { part } = attempt;
	if (part.scattered?.needsProof && !isProvable(task)) discard(part);
	if (part.source && part.source.url !== publicUrl(task.url)) takeFromOther(attempt, part.source);
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

/** What came from another mirror is of use only where each piece of it can be proven by its digest. */
function takeFromOther(attempt: Attempt, { totalBytes }: PartSource): void {
	const { part, task } = attempt;
	if (!task.pieces || !part.scattered) return discard(part);
	part.source = { url: publicUrl(task.url), totalBytes };
	attempt.isMending = true;
}

/** Sends the request for what is still missing of the file. */
export function send(attempt: Attempt): void {
	const { context, part, address, isMending } = attempt;
	const ifRange = part.bytes > 0 && part.source ? ifRangeValue(part.source) : undefined;
	if (ifRange === undefined && !isMending && (part.bytes > 0 || part.file)) {
		// Left by a run that was killed: nothing proves which version they are of.
		discard(part);
		attempt.verifier?.restart();
	}
	// A complete part is asked for its last byte: that proves its version and brings the head.
	if (part.bytes > 0 && part.bytes === part.source?.totalBytes) dropLastByte(part);
	attempt.phase = "idle";
	attempt.speed = undefined;
	const missing = firstMissing(part);
	attempt.hasRange = part.bytes > 0 && (ifRange !== undefined || isMending);
	attempt.from = attempt.hasRange ? missing.start - leadOf(attempt, missing.start) : 0;
	attempt.askedTo = attempt.hasRange && missing.end !== undefined ? missing.end + overlapOf(attempt) : undefined;
	const pool = context.agent.poolOf(address.origin);
	const { method } = attempt;
	const request = { method, head: headOf(attempt, pool, ifRange) };
	const exchange = new Exchange(pool, request, { subject: attempt, listener });
	attempt.exchange = exchange;
	pool.send(exchange);
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
	if (attempt.context.cookies) keepCookies(attempt, head);
	if (head.link !== undefined && !attempt.task.isDescription) {
		const { link, reprDigest } = head;
		attempt.told =
			readToldMirrors({ link, reprDigest, digest: head.field("digest") }, attempt.address.href) ?? attempt.told;
	}
	onAnswer(attempt, { head, sendAgain: send });
}

function onData(attempt: Attempt, bytes: Buffer, start: number, end: number): void {
	if (attempt.phase === "drain") return drainData(attempt, end - start);
	if (attempt.phase !== "body") return;
	const chunk = bytes.subarray(start, end);
	if (attempt.segments?.isScattered) attempt.segments.bringFirst(chunk);
	else if (attempt.filter) attempt.filter.write(chunk);
	else keepBytes(attempt, chunk);
}

function onEnd(attempt: Attempt): void {
	if (attempt.phase === "drain") return endDrain(attempt);
	if (attempt.phase !== "body") return;
	if (attempt.segments?.isScattered) attempt.segments.endFirst();
	else if (attempt.filter) attempt.filter.end();
	else endBody(attempt);
}

/** Some servers answer HEAD with nothing. */
function onFailure(attempt: Attempt, failure: Failure): void {
	if (attempt.phase === "drain") return endDrain(attempt);
	if (attempt.segments?.isScattered) return attempt.segments.failFirst(failure);
	if (attempt.exchange?.mayBeWhole && attempt.phase === "body") return endCutOff(attempt, failure);
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
	attempt.segments?.stop();
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
