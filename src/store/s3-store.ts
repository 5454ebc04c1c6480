/** An S3 store, through the SDK's own chain of credentials, region and endpoint: few requests, each tried again where that may help. */
import { setTimeout as sleep } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Bucket } from "../core/options.ts";
import { expectStore, expectTaken, factsOf, type ObjectFacts, refusal } from "./s3-answers.ts";
import { type Direct, type DirectRequest, openDirect } from "./s3-direct.ts";
import { createRegions, hostNamedBy, isSilent, regionNamedBy, statusOf } from "./s3-region.ts";
import { createRenewal, learnedTheTime } from "./s3-renewal.ts";

export type Sdk = typeof import("@aws-sdk/client-s3");

export type Store = {
	readonly sdk: Sdk;
	readonly bucket: Bucket;
	/**
	 * Makes a request, and makes it again after errors that may pass.
	 * @param request - Called for each try: a body can be read only once.
	 * @param bytes - Of its body, or that of the answer.
	 * @throws {StoreError}
	 */
	ask<T>(
		request: (client: S3Client, signal: AbortSignal) => Promise<T>,
		signal: AbortSignal,
		bytes?: number,
	): Promise<T>;
	/** The same for requests of which there are many: made directly where that can be, else by the SDK. @throws {StoreError} */
	askMuch(request: FrequentRequest, signal: AbortSignal): Promise<ObjectFacts>;
	close(): void;
};

export type FrequentRequest = {
	readonly direct: DirectRequest;
	/** Of its body. */
	readonly bytes?: number;
	/** The same by the SDK. */
	readonly bySdk: (client: S3Client, signal: AbortSignal) => Promise<ObjectFacts>;
};

/** What a store refuses or fails at. */
export class StoreError extends Error {
	override readonly name = "StoreError";
	readonly code = "store_failed";
	/** HTTP status of the answer; 0 where there was none. */
	readonly status: number;
	/** As the store calls it, such as `NoSuchBucket`. */
	readonly reason: string;
	constructor(cause: unknown) {
		super(describeStoreError(cause), { cause });
		this.status = statusOf(cause);
		this.reason = cause instanceof Error ? cause.name : "";
	}
}

const mostTries = 5;
const firstWaitMs = 100;
/**
 * Longest time for one try, and for each byte that goes over the line within it, in milliseconds. A store says some bytes now
 * and then while it puts a large object together; one that goes on so without an end would else be listened to for ever.
 */
const usualAnswerMs = 600_000;
const byteMs = 1;

/** Answers that say that the same may work a little later. 409 is a condition that another request is deciding. */
const passing: ReadonlySet<number> = new Set([0, 408, 409, 425, 429, 500, 502, 503, 504]);
/** What another program writes into the file of credentials is read when they are asked for anew; the SDK passes it on to whom it asks. */
const rereads = { ignoreCache: true };
/** Errors before any request was made: waiting mends none of them. */
const lasting = /Credentials|Region|TokenProvider|ENOTFOUND|ERR_INVALID_URL|ERR_TLS|CERT_/;

/** @param answerMs - Longest time for one try; ten minutes unless told. @throws {StoreError} the SDK is not installed. */
export async function openStore(bucket: Bucket, connections: number, answerMs: number = usualAnswerMs): Promise<Store> {
	const sdk = await loadSdk();
	const { env } = process;
	const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
	const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
	const agent = { keepAlive: true, maxSockets: Math.max(50, connections * 2) };
	const client = new sdk.S3Client({
		...rereads,
		maxAttempts: 1,
		// Else it says on standard error what is tried again here.
		logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
		requestHandler: { httpAgent: agent, httpsAgent: agent, connectionTimeout: 10_000, socketTimeout: 60_000 },
		// Other servers than Amazon's know neither its names of hosts nor its newer checksums.
		...(endpoint && {
			forcePathStyle: true,
			requestChecksumCalculation: "WHEN_REQUIRED",
			responseChecksumValidation: "WHEN_REQUIRED",
		}),
		...(endpoint && !region && { region: "us-east-1" }),
	});
	const opened: Direct[] = [];
	let direct: Direct | undefined;
	const reopen = async (): Promise<void> => {
		// What keeps the SDK from making requests is told by the first one.
		direct = await openDirect(sdk, client, { bucket, connections: agent.maxSockets }).catch(() => undefined);
		if (direct) opened.push(direct);
	};
	await reopen();
	/** The same refusal with its reason, by a request whose answer has room for it. */
	const explained = async (cause: unknown, abortSignal: AbortSignal): Promise<unknown> => {
		if (!isSilent(cause)) return cause;
		const list = new sdk.ListObjectsV2Command({ Bucket: bucket.name, MaxKeys: 1 });
		const isSame = (told: unknown): boolean => statusOf(told) === statusOf(cause) && !isSilent(told);
		return client.send(list, { abortSignal }).then(
			() => cause,
			(told: unknown) => (isSame(told) ? told : cause),
		);
	};
	const regions = createRegions(client, reopen);
	const credentials = createRenewal(client);
	const ask: Store["ask"] = async (request, signal, bytes = 0) => {
		for (let tries = 1; ; tries++) {
			const begunMs = performance.now();
			const { moves } = regions;
			try {
				return await within(answerMs + bytes * byteMs, signal, (limited) => request(client, limited));
			} catch (thrown) {
				const cause = await explained(thrown, signal);
				const error = new StoreError(cause);
				const passes =
					!(cause instanceof EndlessAnswer) &&
					passing.has(error.status) &&
					!lasting.test(`${error.reason} ${codeOf(cause)}`);
				if (tries >= mostTries || signal.aborted) throw error;
				if (await regions.follow(cause, moves)) continue;
				if (!passes && !learnedTheTime(cause) && !(await credentials.areOthersSince(begunMs, error))) throw error;
				await sleep(firstWaitMs * 2 ** (tries - 1) * (0.5 + Math.random()), undefined, { signal }).catch(() => {
					throw error;
				});
			}
		}
	};
	const askOnce = async (
		{ direct: request }: FrequentRequest,
		direct: Direct,
		abortSignal: AbortSignal,
	): Promise<ObjectFacts | undefined> => {
		const answer = await direct.send(request, abortSignal);
		if (answer.status < 300) {
			if (request.method === "PUT") expectTaken(answer);
			return factsOf(answer);
		}
		const error = refusal(answer);
		if (!mayKnowBetter(answer.status, error.name) || regionNamedBy(error) !== undefined) throw error;
		return undefined;
	};
	return {
		sdk,
		bucket,
		ask,
		askMuch: (request, signal) =>
			ask(
				async (_, abortSignal) => {
					const facts = direct && (await askOnce(request, direct, abortSignal));
					if (facts) return facts;
					const found = await request.bySdk(client, abortSignal);
					if (request.direct.method === "PUT") expectStore(found.etag);
					// It was right: about the region, the time, or the credentials.
					direct?.close();
					direct = undefined;
					return found;
				},
				signal,
				request.bytes,
			),
		close() {
			for (const one of opened) one.close();
			client.destroy();
		},
	};
}

class EndlessAnswer extends Error {
	override readonly name = "EndlessAnswer";
}

/** Not every request ends with its signal once the head of its answer is here. */
async function within<T>(ms: number, signal: AbortSignal, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const limit = new AbortController();
	const stop = (): void => limit.abort();
	if (signal.aborted) stop();
	else signal.addEventListener("abort", stop, { once: true });
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(new EndlessAnswer(`the store did not end its answer within ${ms / 1000} s`));
			stop();
		}, ms);
	});
	try {
		return await Promise.race([request(limit.signal), late]);
	} finally {
		signal.removeEventListener("abort", stop);
		clearTimeout(timer);
	}
}

/** Answers without a reason, and reasons to which the SDK may know a way: a wrong clock, renewed credentials. */
const mendable = /^UnknownError$|Skewed|Expired|Token|Malformed|SignatureDoesNotMatch|Redirect|^InvalidRequest$/;

function mayKnowBetter(status: number, reason: string): boolean {
	return (status >= 300 && status < 400) || ([400, 401, 403].includes(status) && mendable.test(reason));
}

async function loadSdk(): Promise<Sdk> {
	try {
		return await import("@aws-sdk/client-s3");
	} catch (cause) {
		throw new StoreError(
			new Error("--sink s3:// needs the package @aws-sdk/client-s3: npm install @aws-sdk/client-s3", { cause }),
		);
	}
}

function codeOf(cause: unknown): string {
	return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}

function describeStoreError(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause);
	const status = statusOf(cause);
	const message = cause.message.split("\n", 1)[0] || cause.name;
	if (status === 0)
		return codeOf(cause) === "" || message.includes(codeOf(cause)) ? message : `${message} (${codeOf(cause)})`;
	// Some answers have no body, and then the SDK has nothing to say but the name.
	const told =
		message === cause.name || message === "UnknownError"
			? `${cause.name}, status ${status}`
			: `${cause.name}: ${message}`;
	const host = status < 400 ? hostNamedBy(cause) : undefined;
	return host === undefined ? told : `${told} (it names ${host}: AWS_REGION or AWS_ENDPOINT_URL_S3 can lead there)`;
}
