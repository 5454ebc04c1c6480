/** Which limits hold for a body: that of the server, of its connection and of its file. */
import type { OriginOptions } from "./options.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** How fast one body may be sent. */
export type Pace = {
	/** Most bytes to send in one go. */
	readonly chunkBytes: number;
	/** Takes the next bytes and says how many milliseconds from now they may be sent. */
	take(bytes: number): number;
};

const largestChunkBytes = 64 * 1024;
/** Chunks last about this long at the limit, so that progress looks even. */
const chunkMs = 20;

/** The pace of a body on this connection; undefined where nothing limits it. */
export type Pacing = (connection: object, slow: boolean) => Pace | undefined;

export function createPacing(options: OriginOptions): Pacing {
	const serverRate = options.bandwidthBytesPerSecond;
	const connectionRate = options.bandwidthPerConnectionBytesPerSecond;
	const server = serverRate === undefined ? undefined : createTokenBucket(serverRate);
	const connections = new WeakMap<object, TokenBucket>();
	return (connection, slow) => {
		const buckets: TokenBucket[] = server ? [server] : [];
		const rates = serverRate === undefined ? [] : [serverRate];
		if (connectionRate !== undefined) {
			const own = connections.get(connection) ?? createTokenBucket(connectionRate);
			connections.set(connection, own);
			buckets.push(own);
			rates.push(connectionRate);
		}
		if (slow) {
			buckets.push(createTokenBucket(options.slowBytesPerSecond));
			rates.push(options.slowBytesPerSecond);
		}
		return buckets.length === 0 ? undefined : paceOf(buckets, Math.min(...rates));
	};
}

function paceOf(buckets: readonly TokenBucket[], bytesPerSecond: number): Pace {
	return {
		chunkBytes: Math.max(1, Math.min(largestChunkBytes, Math.round((bytesPerSecond * chunkMs) / 1000))),
		take: (bytes) => {
			const nowMs = performance.now();
			return Math.max(...buckets.map((bucket) => bucket.take(bytes, nowMs)));
		},
	};
}
