/** A worker's downloads: everything that its attempts share, and the watch that ends the silent ones. */
import { type Bag, createBag } from "../core/bag.ts";
import type { SetCookie } from "../core/cookie-file.ts";
import { type Failure, transient } from "../core/failure.ts";
import type { DownloadOptions } from "../core/options.ts";
import type { RateDemand, RateShare } from "../core/rate-shares.ts";
import {
	type AttemptEnd,
	type AttemptResult,
	cancelledResult,
	type SlotGrant,
	type Task,
	type TaskProgress,
	type WorkerLabel,
} from "../core/task.ts";
import { openFileLimit } from "../files/open-file-limit.ts";
import { type AgentOptions, createAgent, mostReadBytes } from "../http/agent.ts";
import { createAuthenticator } from "../http/authenticator.ts";
import { createCookies } from "../http/cookies.ts";
import type { Exchange } from "../http/exchange.ts";
import { createPlainRequests } from "../http/request-head.ts";
import { requestHeaders } from "../http/request-headers.ts";
import { classifyFileError } from "../store/classify-file-error.ts";
import type { BucketPublisher } from "../store/s3-publish.ts";
import { createSpace, smallBytes } from "../store/space.ts";
import { attemptProgress, cancelAttempt, send, startAttempt } from "./attempt.ts";
import { type Attempt, type AttemptContext, failAttempt } from "./attempt-state.ts";
import { loadDecoding } from "./decode.ts";
import { openDestination } from "./destination.ts";
import { drainTurn } from "./drain.ts";
import { loadExtensions } from "./media-types.ts";
import { splitsFrom } from "./segmenting.ts";
import { endIfTooSlow } from "./slow-body.ts";

/** How often running transfers tell what has arrived, in milliseconds. */
const progressMs = 250;
/** Connections that may stand idle, as lists go from host to host and back: within these, a quarter of the files that are to be had. */
const leastIdleConnections = 8;
const mostIdleConnections = 256;
/** Files that a process needs beside its downloads. */
const ownFiles = 60;

export type DownloaderOptions = {
	readonly options: DownloadOptions;
	/** Most attempts that are made at once. */
	readonly concurrency: number;
	readonly worker: WorkerLabel;
	/** Names the worker in the directory: unique among all runs. */
	readonly ownerId: string;
	/** Process id of the coordinator. */
	readonly coordinatorPid: number;
	/** Ends what is in flight, and keeps its bytes. */
	readonly signal: AbortSignal;
	readonly onProgress: (progress: readonly TaskProgress[]) => void;
	/** Cookies that servers have set, where the run keeps them. */
	readonly onSetCookie?: ((cookies: readonly SetCookie[]) => void) | undefined;
	/** Told what this worker could use of the run's bytes a second, where those are limited. */
	readonly onDemand?: ((demand: RateDemand) => void) | undefined;
	/** Share of them that it has until it is told another; all unless told. */
	readonly firstShare?: number | undefined;
};

export type Downloader = AsyncDisposable & {
	/** Makes one attempt, and tells its end just once, which may be before this returns. */
	download(task: Task, listener: DownloadListener): void;
	/** Keeps cookies that servers have set in the run. */
	keepCookies(cookies: readonly SetCookie[]): void;
	/** Lets downloads use slots beyond their own; what is not here is passed over. */
	grant(grants: readonly SlotGrant[]): void;
	/** What it may use of the run's bytes a second, from now on. */
	shareRate(share: RateShare): void;
};

export type DownloadListener = {
	/** All bytes are here and the connection is free; the file still needs its name. */
	readonly onReceived?: () => void;
	/** A failing URL is a result, never an exception. */
	readonly onResult: (result: AttemptResult) => void;
};

/** @throws {NodeJS.ErrnoException} the directory's state cannot be written. */
export async function createDownloader(worker: DownloaderOptions): Promise<Downloader> {
	const { options, signal } = worker;
	const { owner, store, publisher, bucket } = await openDestination(worker);
	const throttling = await loadThrottle(worker);
	const agent = createAgent({
		...options,
		...throttling,
		connections: worker.concurrency,
		idleConnections: idleConnections(openFileLimit()),
		...(await loadRules(options)),
	});
	const anywhere = new URL("http://localhost");
	const active = createBag<Attempt>();
	const context: AttemptContext = {
		options,
		worker: worker.worker,
		owner,
		naming: {
			layout: options.layout,
			contentDisposition: options.contentDisposition,
			...(options.adjustExtension ? { extensionOf: await loadExtensions() } : {}),
		},
		agent,
		store,
		publisher,
		plainRequest: createPlainRequests(
			requestHeaders({ general: options.headers, listed: anywhere, url: anywhere }),
			options.proxies && ((origin) => agent.poolOf(origin).form),
		),
		authenticator: createAuthenticator(options.netrc ?? []),
		hasNetrc: options.netrc !== undefined,
		cookies: options.cookies && (await createCookies(options.cookies)),
		onSetCookie: worker.onSetCookie,
		isSpecial: options.compressed || options.dryRun,
		isDry: options.dryRun,
		decoding: options.compressed ? await loadDecoding() : undefined,
		retryStatuses: options.retryStatuses.length === 0 ? undefined : new Set(options.retryStatuses),
		splitsFrom: splitsFrom(options.segments),
		distrusted: new Map(),
		sendAgain: send,
		onSlots: (progress) => queueMicrotask(() => worker.onProgress([progress])),
		space: createSpace(options.dir, () => bytesToCome(active)),
	};
	const timers = [watchIdle(active, options), watchProgress(active, worker.onProgress)];
	const sweeper = setInterval(() => agent.sweep(), 1000).unref();

	let isStopped = signal.aborted;
	const cancelAll = (): void => {
		isStopped = true;
		for (const attempt of [...active]) cancelAttempt(attempt);
		publisher.flush();
	};
	const onAbort = (): void => {
		isStopped = true;
		// Later in this turn: that the run stops is told before what it cancels.
		queueMicrotask(cancelAll);
	};
	signal.addEventListener("abort", onAbort, { once: true });

	const begin = (task: Task, { onReceived, onResult }: DownloadListener): void => {
		if (isStopped) return onResult(cancelledResult(task, worker.worker));
		let attempt: Attempt | undefined;
		let isOver = false;
		const finish = (result: AttemptResult): void => {
			if (isOver) return;
			isOver = true;
			if (attempt) active.delete(attempt);
			onResult(result);
		};
		try {
			// The name in a bucket takes as long as the file: it is part of the download.
			attempt = startAttempt(task, context, { finish, onReceived: bucket ? undefined : onReceived });
			if (attempt.phase !== "over") active.add(attempt);
		} catch (error) {
			// Whatever it was, the task has its end, and its slot is free.
			finish({
				id: task.id,
				kind: "failed",
				failure: classifyFileError(error, "the entry"),
				kept: false,
				worker: worker.worker,
				intents: owner.segment(),
			});
		}
	};

	/** What the bucket still has is not asked for again, or as what may have changed. */
	const lookFirst = (from: BucketPublisher, task: Task, onResult: DownloadListener["onResult"]): void => {
		const { saved, refresh, ...plain } = task;
		const known = saved ?? refresh;
		if (!known) return begin(plain, { onResult });
		const end = (how: AttemptEnd): void =>
			onResult({ ...how, id: task.id, worker: worker.worker, kept: task.resume, intents: 0 });
		from.has(known.file, known.bytes).then((there) => {
			if (isStopped || there === false) return begin(plain, { onResult });
			// Not fetched for want of an answer: what has changed by now would be put beside what is there.
			if (there !== true) return end({ kind: "failed", failure: there });
			if (!saved) return begin({ ...plain, refresh }, { onResult });
			end({ kind: "skipped", ...saved });
		});
	};

	const downloader: Downloader = {
		download(task, listener) {
			if (bucket && (task.saved || task.refresh) && !isStopped) lookFirst(bucket, task, listener.onResult);
			else begin(task, listener);
		},
		keepCookies(cookies) {
			for (const { url, text } of cookies) context.cookies?.keep(new URL(url), [text]);
		},
		grant(grants) {
			for (const { id, extra } of grants) {
				for (const { task, segments } of active) if (task.id === id) segments?.grant(extra);
			}
		},
		shareRate: (share) => throttling.throttle?.share(share),
		async [Symbol.asyncDispose]() {
			signal.removeEventListener("abort", onAbort);
			cancelAll();
			for (const timer of [...timers, sweeper]) clearInterval(timer);
			bucket?.close();
			agent.destroy();
			owner.retire();
		},
	};
	return downloader;
}

function idleConnections(limit: number | undefined): number {
	if (limit === undefined) return mostIdleConnections;
	return Math.max(leastIdleConnections, Math.min(mostIdleConnections, Math.floor((limit - ownFiles) / 4)));
}

/** The rules of connections: which proxy, which addresses. What reads addresses loads only where there are any. */
async function loadRules({
	proxies,
	denyPrivate,
}: DownloadOptions): Promise<Pick<AgentOptions, "proxyOf" | "isAllowed">> {
	return {
		...(proxies && { proxyOf: (await import("../core/choose-proxy.ts")).createProxyChoice(proxies) }),
		...(denyPrivate && { isAllowed: (await import("../core/public-address.ts")).isPublicAddress }),
	};
}

/** What holds answers to rates, loaded where there are any. */
async function loadThrottle({
	options: { limitRate, limitRatePerHost },
	onDemand = () => undefined,
	firstShare = 1,
}: DownloaderOptions): Promise<Pick<AgentOptions, "throttle" | "readBytes">> {
	if (limitRate === undefined && limitRatePerHost === undefined) return {};
	const { createThrottle, readBytesFor } = await import("../http/throttle.ts");
	const readBytes = readBytesFor({ all: limitRate, perHost: limitRatePerHost }, mostReadBytes);
	const limits = {
		all: limitRate && limitRate * firstShare,
		perHost: limitRatePerHost && limitRatePerHost * firstShare,
	};
	return { readBytes, throttle: createThrottle({ limits, readBytes, onDemand }) };
}

/** What the large files on their way still need. */
function bytesToCome(active: Bag<Attempt>): number {
	let sum = 0;
	for (const { phase, part } of active) {
		const totalBytes = phase === "body" ? (part.source?.totalBytes ?? 0) : 0;
		if (totalBytes > smallBytes) sum += totalBytes - part.bytes;
	}
	return sum;
}

/**
 * Ends exchanges that are silent for longer than the idle timeout. Turns are counted rather than time, so that an
 * event loop that was blocked, by a slow disk say, does not blame the servers.
 */
function watchIdle(
	active: Bag<Attempt>,
	{ idleTimeoutMs, connectTimeoutMs, minSpeed }: DownloadOptions,
): NodeJS.Timeout {
	const turnMs = Math.min(1000, Math.max(20, idleTimeoutMs / 8));
	const turns = Math.ceil(idleTimeoutMs / turnMs);
	/** A connection is given up by itself; this bounds the wait for one to become free as well. */
	const turnsToConnect = turns + Math.ceil(connectTimeoutMs / turnMs);
	const turn = (attempt: Attempt): void => {
		const { exchange, phase } = attempt;
		if (phase === "verify" || phase === "publish" || !exchange) return;
		if (phase === "drain") return drainTurn(attempt);
		// A rate holds it back: for that time the server is not to blame.
		if (exchange.isHeld) attempt.speed = undefined;
		else if (minSpeed && phase === "body" && endIfTooSlow(attempt, minSpeed)) return;
		if (attempt.segments?.isScattered) return attempt.segments.endSilent(silenceOf);
		const failure = silenceOf(exchange);
		if (failure) failAttempt(attempt, failure);
	};
	const silenceOf = (exchange: Exchange): Failure | undefined => {
		if (exchange.isHeld) exchange.idleTurns = 0;
		if (++exchange.idleTurns <= (exchange.connected ? turns : turnsToConnect)) return undefined;
		return transient("timeout", silence(exchange, exchange.pool.host, idleTimeoutMs));
	};
	return setInterval(() => {
		for (const attempt of [...active]) turn(attempt);
	}, turnMs).unref();
}

function silence({ connected, answered, isShutOut }: Exchange, host: string, idleTimeoutMs: number): string {
	if (!connected && isShutOut) return `${host} takes no requests over HTTP/2: it allows 0 streams at once`;
	if (!connected) return `no connection to ${host} became free`;
	const what = answered ? "nothing" : "no response head";
	return `${host} sent ${what} for ${idleTimeoutMs / 1000} s (--idle-timeout)`;
}

function watchProgress(active: Bag<Attempt>, report: DownloaderOptions["onProgress"]): NodeJS.Timeout {
	return setInterval(() => {
		const progress = [...active].map(attemptProgress).filter((one) => one !== undefined);
		if (progress.length > 0) report(progress);
	}, progressMs).unref();
}
