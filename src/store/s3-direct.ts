/** Requests for objects past the SDK's middleware, which takes ten times their time: it is seen once where the SDK would send them. */
import { hash } from "node:crypto";
import type { HeadObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import type { Bucket } from "../core/options.ts";
import type { FilePart } from "./s3-send-file.ts";
import type { Sdk } from "./s3-store.ts";
import { createWire, type WireAnswer } from "./s3-wire.ts";

export type DirectRequest = {
	readonly method: "PUT" | "HEAD";
	readonly key: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: Buffer | FilePart;
};

export type Direct = {
	/** @throws {Error} there was no answer, or the signal came first. */
	send(request: DirectRequest, signal: AbortSignal): Promise<WireAnswer>;
	close(): void;
};

/** Keys are encoded as the signature has them: all but these characters. */
const plainKey = /[!'()*]/g;

/** Undefined where requests are of a kind that only the SDK makes. @throws what keeps the SDK from making any. */
export async function openDirect(sdk: Sdk, client: S3Client, options: DirectOptions): Promise<Direct | undefined> {
	const place = await seePlace(sdk, client, options.bucket);
	if (!place) return undefined;
	const { default: aws4 } = await import("aws4");
	const { config } = client;
	const { service, region, protocol, hostname, port } = place;
	const isSecure = protocol === "https:";
	const { connections } = options;
	const wire = createWire({ isSecure, hostname, port: port ?? (isSecure ? 443 : 80), connections });
	return {
		async send({ method, key, query, headers, body }, signal) {
			const search = Object.entries(query ?? {}).map(([name, value]) => `${encode(name)}=${encode(value)}`);
			const path = place.base + key.split("/").map(encode).join("/");
			const target = search.length > 0 ? `${path}?${search.join("&")}` : path;
			// By the store's clock, as far as the SDK has learned of it.
			const date = { "X-Amz-Date": dateText(Date.now() + config.systemClockOffset) };
			const unsigned = { Host: place.host, ...headers, ...describeBody(body), ...date };
			const request = { method, service, region, path: target, headers: unsigned };
			const { headers: signed = {} } = aws4.sign(request, await config.credentials());
			let head = `${method} ${target} HTTP/1.1\r\n`;
			for (const name in signed) head += `${name}: ${signed[name]}\r\n`;
			return wire.ask({ method, head: `${head}\r\n`, body }, signal);
		},
		close: wire.close,
	};
}

export type DirectOptions = { readonly bucket: Bucket; readonly connections: number };

type Place = {
	readonly protocol: string;
	readonly hostname: string;
	readonly port: number | undefined;
	readonly host: string;
	/** What comes before the key in the path. */
	readonly base: string;
	readonly region: string;
	readonly service: string;
};

/** Has the SDK make a request, and looks at it instead of sending it. */
async function seePlace(sdk: Sdk, client: S3Client, { name }: Bucket): Promise<Place | undefined> {
	const sample = "sample";
	const command = new sdk.HeadObjectCommand({ Bucket: name, Key: sample });
	let seen: unknown;
	const output: HeadObjectCommandOutput = { $metadata: {} };
	command.middlewareStack.add(
		() => async (args) => {
			seen = args.request;
			return { response: undefined, output };
		},
		{ step: "deserialize", priority: "high" },
	);
	await client.send(command);
	if (!isRequest(seen) || !seen.path.endsWith(sample)) return undefined;
	const { protocol, hostname, port, path, headers } = seen;
	// One region, one kind of key: what is signed otherwise is left to the SDK.
	const [, region, service] =
		/^AWS4-HMAC-SHA256 Credential=[^,]*\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
	if (region === undefined || service !== "s3" || "x-amz-s3session-token" in headers) return undefined;
	const base = path.slice(0, -sample.length);
	return { protocol, hostname, port, host: headers.host ?? hostname, base, region, service };
}

type Seen = {
	readonly protocol: string;
	readonly hostname: string;
	readonly port?: number;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
};

function isRequest(value: unknown): value is Seen {
	if (typeof value !== "object" || value === null) return false;
	const field = (name: string): unknown => Reflect.get(value, name);
	const texts = ["protocol", "hostname", "path"].every((name) => typeof field(name) === "string");
	return texts && typeof field("headers") === "object" && field("headers") !== null;
}

function describeBody(body: DirectRequest["body"]): Readonly<Record<string, string>> {
	if (body === undefined) return { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" };
	const isMemory = Buffer.isBuffer(body);
	return {
		"Content-Length": String(isMemory ? body.length : body.end - body.start),
		// What lies in a file would have to be read twice.
		"X-Amz-Content-Sha256": isMemory ? hash("sha256", body, "hex") : "UNSIGNED-PAYLOAD",
	};
}

let lastSecond = 0;
let lastText = "";

/** A time as signatures have it, to the second. */
function dateText(ms: number): string {
	const second = Math.floor(ms / 1000);
	if (second !== lastSecond) lastText = new Date(1000 * second).toISOString().replace(/[:-]|\.\d+/g, "");
	lastSecond = second;
	return lastText;
}

/** RFC 3986, as signatures want it. */
function encode(text: string): string {
	return encodeURIComponent(text).replace(plainKey, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
