/** What an attempt knows while it runs, and what it may use. */
import type { Address } from "../core/address.ts";
import type { SetCookie } from "../core/cookie-file.ts";
import type { Failure } from "../core/failure.ts";
import type { SpeedWatch } from "../core/min-speed.ts";
import type { DownloadOptions } from "../core/options.ts";
import { publicUrl } from "../core/public-url.ts";
import type { Asked, AttemptEnd, AttemptResult, Remark, Task, TaskProgress, WorkerLabel } from "../core/task.ts";
import type { ToldMirrors } from "../core/told-mirrors.ts";
import type { Agent } from "../http/agent.ts";
import type { Authenticator, Login } from "../http/authenticator.ts";
import type { Cookies } from "../http/cookies.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Owner } from "../journal/owner.ts";
import type { Segments } from "../segments/segments-host.ts";
import { discard, type Part, type PartStore, release } from "../store/part.ts";
import type { Publisher } from "../store/publish.ts";
import type { Space } from "../store/space.ts";
import type { Verifier } from "../store/verify.ts";
import type { BodyFilter } from "./body-filter.ts";
import type { Decoding } from "./decode.ts";
import type { Naming, Target } from "./target.ts";
import type { TypeCheck } from "./type-check.ts";

/** What all attempts of a worker share. */
export type AttemptContext = {
	readonly options: DownloadOptions;
	readonly naming: Naming;
	readonly agent: Agent;
	readonly store: PartStore;
	readonly publisher: Publisher;
	/** Makes the heads of requests that have no fields of their own. */
	readonly plainRequest: (address: Address) => string;
	readonly authenticator: Authenticator;
	/** Whether the user's netrc is looked into for every request. */
	readonly hasNetrc: boolean;
	/** Of the whole run, where it keeps them. */
	readonly cookies: Cookies | undefined;
	/** Told of what servers set, where the run keeps it. */
	readonly onSetCookie: ((cookies: readonly SetCookie[]) => void) | undefined;
	readonly worker: WorkerLabel;
	readonly owner: Owner;
	/** Whether the options of the run let no request be a plain one. */
	readonly isSpecial: boolean;
	/** Whether the heads alone are asked for. */
	readonly isDry: boolean;
	/** What undoes content codings, where they are asked for. */
	readonly decoding: Decoding | undefined;
	/** Statuses that are tried again beside the usual ones. */
	readonly retryStatuses: ReadonlySet<number> | undefined;
	readonly space: Space;
	/** From how many bytes on a file is fetched in segments. */
	readonly splitsFrom: number;
	/** Hosts whose pieces did not fit together: they are asked for whole files. True where they had other bytes under one validator. */
	readonly distrusted: Map<string, boolean>;
	/** Sends the request for what is still missing of an attempt's file. */
	readonly sendAgain: (attempt: Attempt) => void;
	/** Told how many slots beyond its own a download wants. */
	readonly onSlots: ((progress: TaskProgress) => void) | undefined;
};

/**
 * What the bytes that arrive are for:
 * `idle` no answer yet; `body` they are the file; `drain` nobody wants them, but their connection; `verify` they are
 * complete and being checked; `publish` they are right and get their name.
 */
export type Phase = "idle" | "body" | "drain" | "verify" | "publish" | "over";

export type Attempt = {
	readonly task: Task;
	readonly context: AttemptContext;
	/** The URL of the task: credentials are for its origin. */
	readonly listed: Address;
	readonly namedBy: Address;
	readonly finish: (result: AttemptResult) => void;
	/** Called when all bytes are here and only the name is missing. */
	readonly onReceived?: (() => void) | undefined;
	part: Part;
	phase: Phase;
	method: "GET" | "HEAD";
	/** What is asked now. */
	address: Address;
	redirects: number;
	/** First byte that was asked for; 0 when the whole file was. */
	from: number;
	/** Whether a part of the file was asked for, of a version that is named. */
	hasRange: boolean;
	httpStatus: number | undefined;
	/** Whether it failed with a status of 5xx to a range. */
	rangeFailed: boolean;
	/** Media type as the server named it. */
	contentType: string | undefined;
	/** Entity tag of the answer that brings the file. */
	etag: string | undefined;
	target: Target | undefined;
	exchange: Exchange | undefined;
	verifier: Verifier | undefined;
	/** Present where the file may come over several connections. */
	segments: Segments | undefined;
	/** Whether single pieces are asked for that were wrong: their digests prove the others, whatever version they are of. */
	isMending: boolean;
	/** The first byte that was not asked for; undefined where all were from `from` on. */
	askedTo: number | undefined;
	/** Whether its pieces did not fit together: from then on it is asked for as a whole. */
	wantsWhole: boolean;
	/** After how many bytes it was cut off, where nothing but that told its end. */
	cutAt: number | undefined;
	/** What the bytes go through, where they are not the file as they come. */
	filter: BodyFilter | undefined;
	/** Present where only some types are wanted. */
	typeCheck: TypeCheck | undefined;
	remarks: readonly Remark[] | undefined;
	/** Mirrors that servers told of. */
	told: ToldMirrors | undefined;
	cookies: Cookies | undefined;
	/** Where the last request was logged in. */
	login: Login | undefined;
	deadline: NodeJS.Timeout | undefined;
	/** How fast the body comes, where that matters. */
	speed: SpeedWatch | undefined;
	/** In phase `drain`: what has come, how long it has taken, and what follows. */
	drain: { bytes: number; turns: number; readonly then: () => void } | undefined;
};

/** Ends the attempt; only the first call counts. */
export function endAttempt(attempt: Attempt, end: AttemptEnd, kept = false): void {
	if (attempt.phase === "over") return;
	attempt.phase = "over";
	clearTimeout(attempt.deadline);
	attempt.filter?.destroy();
	attempt.segments?.stop();
	const { httpStatus, task, context, rangeFailed, contentType, address, redirects } = attempt;
	const connected = attempt.exchange?.connected;
	const firstByteMs = attempt.exchange?.firstByteMs;
	const refused = attempt.exchange?.wasRefused;
	const { worker, owner } = context;
	const finalUrl = attempt.redirects > 0 && address.href !== task.url ? publicUrl(address.href) : undefined;
	const intents = owner.segment();
	// First what is spread: only so does V8 copy it as a whole.
	attempt.finish({
		...end,
		id: task.id,
		httpStatus,
		connected,
		redirects,
		firstByteMs,
		refused,
		worker,
		kept,
		rangeFailed,
		contentType,
		finalUrl,
		intents,
	});
}

/** Fails the attempt. The bytes stay for the next one where that can continue them. */
export function failAttempt(attempt: Attempt, failure: Failure, asked?: Asked): void {
	if (attempt.phase === "over") return;
	const { exchange, context } = attempt;
	attempt.segments?.stop();
	exchange?.abort();
	const { isMending } = attempt;
	const isUsable = failure.transient && (failure.code !== "checksum" || isMending);
	const kept = isUsable && release(context.store, attempt.part, isMending);
	if (!kept) discard(attempt.part);
	const { told } = attempt;
	endAttempt(attempt, { kind: "failed", failure, ...asked, ...(told && { told }) }, kept);
}
