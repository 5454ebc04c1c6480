/** HTTP clients, one pool for each origin, shared by all downloads of a worker. */
import type { Pool } from "undici";
// Not from "undici": its index loads fetch, WebSocket and caches as well, 50 ms of every start of a worker.
import UndiciPool from "undici/lib/dispatcher/pool.js";
import { createConnector } from "./connector.ts";
import { createLookup } from "./lookup.ts";

/** A pool that nothing used for so long is closed: a list may name millions of hosts. */
const idleMs = 15_000;
/** Largest response head that is read, in bytes; a longer one fails as `protocol`. */
const maxHeadBytes = 64 * 1024;

export type ClientOptions = {
	readonly connectTimeoutMs: number;
	readonly caCertificate?: string;
	readonly insecure: boolean;
};

export type Clients = {
	/** The pool for an origin such as `https://example.org:8443`. */
	of(origin: string): Pool;
	/** Closes the pools that have been idle for a while. */
	sweep(): void;
	/** Ends every connection at once. */
	destroy(reason: Error): Promise<void>;
};

type Known = { readonly pool: Pool; usedAtMs: number };

/** Connections are opened as downloads need them: how many run at once is the scheduler's decision alone. */
export function createClients(options: ClientOptions): Clients {
	const known = new Map<string, Known>();
	const connect = createConnector({
		timeout: options.connectTimeoutMs,
		lookup: createLookup(),
		rejectUnauthorized: !options.insecure,
		...(options.caCertificate === undefined ? {} : { ca: options.caCertificate }),
	});
	let now = Date.now();
	return {
		of(origin) {
			let client = known.get(origin);
			if (!client) {
				const pool = new UndiciPool(origin, {
					connect,
					connections: null,
					allowH2: false,
					maxHeaderSize: maxHeadBytes,
					// Waiting is bounded by our own watch: undici's timers are a second apart.
					headersTimeout: 0,
					bodyTimeout: 0,
				});
				client = { pool, usedAtMs: now };
				known.set(origin, client);
			}
			client.usedAtMs = now;
			return client.pool;
		},
		sweep() {
			now = Date.now();
			for (const [origin, { pool, usedAtMs }] of known) {
				const { running, pending } = pool.stats;
				if (running > 0 || pending > 0 || now - usedAtMs < idleMs) continue;
				known.delete(origin);
				void pool.destroy();
			}
		},
		async destroy(reason) {
			const pools = [...known.values()];
			known.clear();
			await Promise.all(pools.map(({ pool }) => pool.destroy(reason)));
		},
	};
}
