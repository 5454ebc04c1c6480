/** An S3 store, through the SDK's own chain of credentials, region and endpoint: few requests, each tried again where that may help. */
import { setTimeout as sleep } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Bucket } from "../core/options.ts";

export type Sdk = typeof import("@aws-sdk/client-s3");

export type Store = {
	readonly sdk: Sdk;
	readonly client: S3Client;
	readonly bucket: Bucket;
	/**
	 * Makes a request, and makes it again after errors that may pass.
	 * @param request - Called for each try: a body can be read only once.
	 * @throws {StoreError}
	 */
	ask<T>(request: (client: S3Client, signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
	close(): void;
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

/** Answers that say that the same may work a little later. 409 is a condition that another request is deciding. */
const passing: ReadonlySet<number> = new Set([0, 408, 409, 425, 429, 500, 502, 503, 504]);
/** Errors before any request was made: waiting mends none of them. */
const lasting = /Credentials|Region|TokenProvider|ENOTFOUND|ERR_INVALID_URL|ERR_TLS|CERT_/;

/** @throws {StoreError} the SDK is not installed. */
export async function openStore(bucket: Bucket, connections: number): Promise<Store> {
	const sdk = await loadSdk();
	const { env } = process;
	const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
	const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
	const agent = { keepAlive: true, maxSockets: Math.max(50, connections * 2) };
	const client = new sdk.S3Client({
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
	return {
		sdk,
		client,
		bucket,
		async ask(request, signal) {
			for (let tries = 1; ; tries++) {
				try {
					return await request(client, signal);
				} catch (cause) {
					const error = new StoreError(cause);
					const again = passing.has(error.status) && !lasting.test(`${error.reason} ${codeOf(cause)}`);
					if (!again || tries >= mostTries || signal.aborted) throw error;
					await sleep(firstWaitMs * 2 ** (tries - 1) * (0.5 + Math.random()));
				}
			}
		},
		close: () => client.destroy(),
	};
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

function statusOf(cause: unknown): number {
	if (typeof cause !== "object" || cause === null || !("$metadata" in cause)) return 0;
	const { $metadata: metadata } = cause;
	if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return 0;
	return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : 0;
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
	return message === cause.name || message === "UnknownError"
		? `${cause.name}, status ${status}`
		: `${cause.name}: ${message}`;
}
