/** What an origin can be asked for, and what it does unasked. */
import type { SizeSpec } from "./size-spec.ts";

/** Rates go from 0 to 1; whatever is drawn follows from the seed. */
export type OriginOptions = {
	/** 0 takes any free port; every host gets the same one. */
	readonly port: number;
	/** Addresses to serve on; the list is spread over them in turn. */
	readonly hosts: readonly [string, ...string[]];
	/** How many files the list names. */
	readonly files: number;
	readonly size: SizeSpec;
	/** Wait before each response head. */
	readonly latencyMs: number;
	/** The latency is drawn anew for each request from this much below to this much above. */
	readonly jitterMs: number;
	/** Limit of all connections together. */
	readonly bandwidthBytesPerSecond?: number;
	readonly bandwidthPerConnectionBytesPerSecond?: number;
	/** Share of requests answered with 503, and now and then 500, 502 or 429. */
	readonly errorRate: number;
	/** Share of requests whose connection is reset in the middle of the body. */
	readonly resetRate: number;
	/** Share of requests whose connection ends in order in the middle of the body, as if that were all. */
	readonly cutRate: number;
	/** Share of requests whose body stops in the middle and never goes on. */
	readonly stallRate: number;
	/** Share of files whose ranges are answered falsely: with other bytes, another ETag, another total, or 200. */
	readonly lieRate: number;
	/** Share of files that are 404 for good. */
	readonly missingRate: number;
	/** Share of files whose first request is answered with `failFirstStatus`. */
	readonly failFirstRate: number;
	/** A 503 is what hosts say that are asked too much: a run then asks less. */
	readonly failFirstStatus: number;
	/** Share of files that are sent at no more than `slowBytesPerSecond`. */
	readonly slowRate: number;
	readonly slowBytesPerSecond: number;
	/** More requests than so many at once are refused with 429. */
	readonly mostInFlight?: number;
	/** Requests a second; further ones are refused with 429. */
	readonly requestsPerSecond?: number;
	/** Sent as Retry-After with 429 and 503; absent, they have none. */
	readonly retryAfterSeconds?: number;
	/** Whether Range is understood. */
	readonly ranges: boolean;
	readonly tls: boolean;
	/** Whether HTTP/2 is spoken beside HTTP/1.1: by ALPN with TLS, else by prior knowledge. */
	readonly http2: boolean;
	readonly seed: number;
	/** File that the list of URLs is written to. */
	readonly list?: string;
	/** File that the certificate is written to, as PEM. */
	readonly certificateFile?: string;
	/** Most memory for small files that were served before. */
	readonly cacheBytes: number;
};

/** Defaults of everything that needs one. */
export const originDefaults: OriginOptions = {
	port: 0,
	hosts: ["127.0.0.1"],
	files: 1000,
	size: { kind: "fixed", sizeBytes: 10_240 },
	latencyMs: 0,
	jitterMs: 0,
	errorRate: 0,
	resetRate: 0,
	cutRate: 0,
	stallRate: 0,
	lieRate: 0,
	missingRate: 0,
	failFirstRate: 0,
	failFirstStatus: 503,
	slowRate: 0,
	slowBytesPerSecond: 8192,
	ranges: true,
	tls: false,
	http2: false,
	seed: 1,
	cacheBytes: 256 * 1024 * 1024,
};

/** The first `count` loopback addresses: 127.0.0.1, 127.0.0.2 and so on, up to 254. */
export function loopbackHosts(count: number): [string, ...string[]] {
	const others = Array.from({ length: Math.min(count, 254) - 1 }, (_, index) => `127.0.0.${index + 2}`);
	return ["127.0.0.1", ...others];
}
