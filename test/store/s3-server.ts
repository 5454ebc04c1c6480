/** An S3 server for tests: fauxqs, behind a proxy that keeps conditions on PUT, and refuses, cuts and loses answers as real ones do now and then. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request as open, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { startFauxqs } from "fauxqs";
import { largestPut, putLarge } from "./s3-large-put.ts";
import { isSigned } from "./s3-signature.ts";

const secret = "test";

/** What happens to a request that it fits: an answer of that status, one that is told, a connection that ends without one, before or after it was carried out, or silence. */
export type Fault = {
	readonly fits: (request: IncomingMessage) => boolean;
	readonly kind: number | "cut" | "lost" | "silence" | Told;
	/** Whether it goes on. */
	readonly stays?: boolean;
};

export type Told = {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body: string;
};

export type S3Server = {
	/** The environment in which the SDK finds it. */
	readonly env: Readonly<Record<string, string>>;
	readonly bucket: string;
	/** Every request so far, as `METHOD /path?query`. */
	readonly requests: readonly string[];
	/** Bytes of the longest metadata that came with a request. */
	longestMetadata(): number;
	/** Each fault happens once unless it stays, in their order. */
	readonly faults: Fault[];
	/** Keys of all objects, in order. */
	keys(): Promise<readonly string[]>;
	read(key: string): Promise<Buffer>;
	/** Uploads of which pieces have come and that have not ended. */
	readonly unfinished: ReadonlySet<string>;
	/** Puts an object there, as another program would. */
	put(key: string, body: string): Promise<void>;
	remove(key: string): Promise<void>;
};

/** In what stores differ. */
export type S3Habits = {
	/** Whether conditions mean something to it: for all objects, for those of one request alone, or for none, silently or with a refusal. */
	readonly conditions?: "kept" | "of one request" | "ignored" | "refused";
	/** Whether it tells who may not list the bucket that what is not there is forbidden. */
	readonly hidesMissing?: boolean;
	/** Whether it encrypts objects: their ETags then are no digests. */
	readonly encrypts?: boolean;
};

export async function startS3(
	context: Pick<TestContext, "after">,
	{ conditions = "kept", hidesMissing = false, encrypts = false }: S3Habits = {},
): Promise<S3Server> {
	const server = await startFauxqs({ port: 0, logger: false });
	const bucket = "files";
	server.createBucket(bucket);
	const requests: string[] = [];
	const faults: Fault[] = [];
	/** Those of one key wait for each other: a condition is looked at and met in one. */
	const last = new Map<string, Promise<void>>();
	const unsigned: string[] = [];
	const unfinished = new Set<string>();
	let longestMetadata = 0;
	const proxy = createServer((request, response) => {
		requests.push(`${request.method} ${request.url}`);
		longestMetadata = Math.max(longestMetadata, metadataBytes(request));
		if (!isSigned(request, secret)) unsigned.push(`${request.method} ${request.url}`);
		const key = (request.url ?? "").split("?", 1)[0] ?? "";
		const before = request.headers["if-none-match"] ? last.get(key) : undefined;
		const done = (before ?? Promise.resolve())
			.then(() => answer(request, response))
			.catch(() => void request.socket.destroy());
		if (request.headers["if-none-match"]) last.set(key, done);
	});
	const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const at = faults.findIndex(({ fits }) => fits(request));
		const fault = faults[at];
		if (fault && !fault.stays) faults.splice(at, 1);
		if (typeof fault?.kind === "object") return tell(request, response, fault.kind);
		if (typeof fault?.kind === "number") return refuse(request, response, fault.kind);
		if (fault?.kind === "silence") return void request.resume();
		if (fault?.kind === "cut") return void request.socket.destroy();
		const { "if-none-match": none, "if-match": match } = request.headers;
		if (conditions === "refused" && (none ?? match) !== undefined) return refuse(request, response, 501);
		if (conditions === "kept" || (conditions === "of one request" && request.method === "PUT")) {
			const etag = none === "*" || match !== undefined ? await etagOf(server.port, request.url ?? "") : undefined;
			const isMet = none === "*" ? etag === undefined : match === undefined || match === etag;
			if (!isMet) return refuse(request, response, 412);
		}
		if (isLargePut(request)) {
			await putLarge(`http://127.0.0.1:${server.port}${request.url}`, request);
			return void (fault ? request.socket.destroy() : response.end());
		}
		await forward(server.port, request, fault?.kind === "lost" ? undefined : response, (answer) => {
			const [, upload] = /[?&]uploadId=([^&]*)/.exec(request.url ?? "") ?? [];
			if (upload !== undefined && request.method === "PUT") unfinished.add(upload);
			else if (upload !== undefined && (answer.statusCode ?? 500) < 300) unfinished.delete(upload);
			if (encrypts && answer.headers.etag !== undefined) answer.headers.etag = '"0123456789abcdef0123456789abcdef"';
			if (hidesMissing && request.method === "HEAD" && answer.statusCode === 404) answer.statusCode = 403;
		});
		if (fault) request.socket.destroy();
	};
	proxy.listen(0, "127.0.0.1");
	await once(proxy, "listening");
	const address = proxy.address();
	assert(address !== null && typeof address === "object");
	context.after(async () => {
		proxy.closeAllConnections();
		proxy.close();
		await server.stop();
		assert.deepEqual(unsigned, []);
	});
	const direct = (path: string, init?: RequestInit): Promise<Response> =>
		fetch(`http://127.0.0.1:${server.port}/${bucket}${path}`, init);
	return {
		env: {
			AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${address.port}`,
			AWS_ACCESS_KEY_ID: "test",
			AWS_SECRET_ACCESS_KEY: secret,
			AWS_SESSION_TOKEN: "a token of one session",
			AWS_REGION: "us-east-1",
			AWS_EC2_METADATA_DISABLED: "true",
		},
		bucket,
		requests,
		longestMetadata: () => longestMetadata,
		faults,
		unfinished,
		async keys() {
			const found: string[] = [];
			for (let token = ""; ; ) {
				const page = await (await direct(`?list-type=2${token}`)).text();
				found.push(...keysIn(page));
				const next = /<NextContinuationToken>([^<]*)</.exec(page)?.[1];
				if (next === undefined) return found.sort();
				token = `&continuation-token=${encodeURIComponent(next)}`;
			}
		},
		read: async (key) => Buffer.from(await (await direct(`/${encodeURI(key)}`)).arrayBuffer()),
		put: async (key, body) => void (await direct(`/${encodeURI(key)}`, { method: "PUT", body })),
		remove: async (key) => void (await direct(`/${encodeURI(key)}`, { method: "DELETE" })),
	};
}

/** As stores count them: names without what they all begin with, and values. */
function metadataBytes({ headers }: IncomingMessage): number {
	const prefix = "x-amz-meta-";
	const own = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
	return own.reduce((sum, [name, value]) => sum + name.length - prefix.length + String(value).length, 0);
}

function isLargePut({ method, url, headers }: IncomingMessage): boolean {
	return method === "PUT" && !url?.includes("?") && Number(headers["content-length"]) > largestPut;
}

function keysIn(page: string): readonly string[] {
	return Array.from(page.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key]) => decodeXml(key ?? ""));
}

function decodeXml(text: string): string {
	return text
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&quot;", '"')
		.replaceAll("&apos;", "'")
		.replaceAll("&amp;", "&");
}

async function refuse(request: IncomingMessage, response: ServerResponse, status: number): Promise<void> {
	request.resume();
	await once(request, "end");
	const code =
		new Map([
			[409, "ConditionalRequestConflict"],
			[412, "PreconditionFailed"],
			[501, "NotImplemented"],
			[301, "PermanentRedirect"],
			[403, "AccessDenied"],
		]).get(status) ?? "SlowDown";
	response.writeHead(status, { "Content-Type": "application/xml" });
	response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>as asked for</Message></Error>`);
}

async function tell(
	request: IncomingMessage,
	response: ServerResponse,
	{ status, headers, body }: Told,
): Promise<void> {
	request.resume();
	await once(request, "end");
	response.writeHead(status, { "Content-Type": "application/xml", ...headers });
	response.end(request.method === "HEAD" ? undefined : body);
}

/** Undefined where nothing is. */
async function etagOf(port: number, url: string): Promise<string | undefined> {
	const [path = ""] = url.split("?", 1);
	const { ok, headers } = await fetch(`http://127.0.0.1:${port}${path}`, { method: "HEAD" });
	return ok ? (headers.get("etag") ?? "") : undefined;
}

/**
 * @param response - Where the answer goes; without it, it is lost.
 * @param change - Makes another answer of it.
 */
function forward(
	port: number,
	request: IncomingMessage,
	response: ServerResponse | undefined,
	change: (answer: IncomingMessage) => void,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const { "if-none-match": _none, "if-match": _match, ...headers } = request.headers;
		const onward = open({ port, host: "127.0.0.1", method: request.method, path: request.url, headers }, (answer) => {
			answer.on("end", resolve);
			if (!response) return void answer.resume();
			// Whoever asked may have died: the answer is over nevertheless.
			response.on("close", () => answer.resume());
			change(answer);
			response.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(response);
		});
		onward.on("error", reject);
		const leave = (): void => void onward.destroy(new Error("whoever asked has gone"));
		// It may have gone while another request had the key: such a request would never end.
		if (request.destroyed) return leave();
		request.on("close", () => {
			if (!request.complete) leave();
		});
		request.pipe(onward);
	});
}
