/** An S3 server for tests: fauxqs, behind a proxy that keeps conditions on PUT, and refuses, cuts and loses answers as real ones do now and then. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request as open, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { startFauxqs } from "fauxqs";
import { isSigned } from "./s3-signature.ts";

const secret = "test";

/** What happens to a request that it fits: an answer of that status, no answer, or none although it was carried out. */
export type Fault = { readonly fits: (request: IncomingMessage) => boolean; readonly kind: number | "cut" | "lost" };

export type S3Server = {
	/** The environment in which the SDK finds it. */
	readonly env: Readonly<Record<string, string>>;
	readonly bucket: string;
	/** Every request so far, as `METHOD /path?query`. */
	readonly requests: readonly string[];
	/** Each fault happens once, in their order. */
	readonly faults: Fault[];
	/** Keys of all objects, in order. */
	keys(): Promise<readonly string[]>;
	read(key: string): Promise<Buffer>;
	/** Puts an object there, as another program would. */
	put(key: string, body: string): Promise<void>;
	remove(key: string): Promise<void>;
};

/** @param keepsConditions - Whether `If-None-Match` means something to it. */
export async function startS3(context: Pick<TestContext, "after">, keepsConditions = true): Promise<S3Server> {
	const server = await startFauxqs({ port: 0, logger: false });
	const bucket = "files";
	server.createBucket(bucket);
	const requests: string[] = [];
	const faults: Fault[] = [];
	/** Those of one key wait for each other: a condition is looked at and met in one. */
	const last = new Map<string, Promise<void>>();
	const unsigned: string[] = [];
	const proxy = createServer((request, response) => {
		requests.push(`${request.method} ${request.url}`);
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
		const [fault] = at < 0 ? [] : faults.splice(at, 1);
		if (typeof fault?.kind === "number") return refuse(request, response, fault.kind);
		if (fault?.kind === "cut") return void request.socket.destroy();
		if (keepsConditions && request.headers["if-none-match"] === "*" && (await exists(server.port, request.url ?? ""))) {
			return refuse(request, response, 412);
		}
		await forward(server.port, request, fault?.kind === "lost" ? undefined : response);
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
		faults,
		async keys() {
			const found: string[] = [];
			for (let token = ""; ; ) {
				const page = await (await direct(`?list-type=2${token}`)).text();
				found.push(...Array.from(page.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key]) => decodeXml(key ?? "")));
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
			[301, "PermanentRedirect"],
			[403, "AccessDenied"],
		]).get(status) ?? "SlowDown";
	response.writeHead(status, { "Content-Type": "application/xml" });
	response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>as asked for</Message></Error>`);
}

async function exists(port: number, url: string): Promise<boolean> {
	const [path = ""] = url.split("?", 1);
	return (await fetch(`http://127.0.0.1:${port}${path}`, { method: "HEAD" })).ok;
}

/** @param response - Where the answer goes; without it, it is lost. */
function forward(port: number, request: IncomingMessage, response: ServerResponse | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		const { "if-none-match": _, ...headers } = request.headers;
		const onward = open({ port, host: "127.0.0.1", method: request.method, path: request.url, headers }, (answer) => {
			answer.on("end", resolve);
			if (!response) return void answer.resume();
			// Whoever asked may have died: the answer is over nevertheless.
			response.on("close", () => answer.resume());
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
